import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IdTokenVerifier } from '../../../sandbox/services/api-gateway/id-token.ts';
import { CognitoIssuer } from '../../../sandbox/services/cognito/cognito-issuer.ts';
import { assemblyOf, contextOf, ManualClock, resource, temporaryFolder } from '../lambda/fixtures.ts';

const CALLBACK = 'http://127.0.0.1:9/v1/sign-in';
const ANN = { username: 'ann', email: 'Ann@example.com', groups: ['approver', 'manager'], password: 'correct horse 1' };
const VERIFIER = 'a-verifier-of-enough-characters-for-the-rule-43';

let folder: ReturnType<typeof temporaryFolder>;
let clock: ManualClock;
let issuer: CognitoIssuer;

const group = (GroupName: string) => resource('AWS::Cognito::UserPoolGroup', `group-${GroupName}`, { GroupName });
const RESOURCES = [
  resource(
    'AWS::Cognito::UserPool',
    'pool',
    { Policies: { PasswordPolicy: { MinimumLength: 14, RequireNumbers: true } } },
    { ref: 'eu-west-1_abc' },
  ),
  resource('AWS::Cognito::UserPoolClient', 'client', {
    CallbackURLs: ['https://api.example/v1/sign-in'],
    LogoutURLs: ['https://api.example/v1/sign-in'],
    IdTokenValidity: 30,
    TokenValidityUnits: { IdToken: 'minutes' },
  }),
  group('approver'),
  group('manager'),
];

async function open(): Promise<CognitoIssuer> {
  const opened = await CognitoIssuer.open(contextOf(assemblyOf(RESOURCES), folder.path, clock), (url) =>
    url.replace('https://api.example', 'http://127.0.0.1:9'),
  );
  if (opened === undefined) throw new Error('expected an issuer');
  await opened.listen();
  return opened;
}

beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());
beforeEach(async () => {
  clock = new ManualClock();
  issuer = await open();
  await issuer.seedUser(ANN);
});
afterEach(async () => {
  await issuer.close();
});

const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
const query = (changes: Record<string, string> = {}) =>
  new URLSearchParams({
    response_type: 'code',
    client_id: 'client',
    redirect_uri: CALLBACK,
    state: 's1',
    nonce: 'n1',
    scope: 'openid',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  });
const authorize = (changes: Record<string, string>) =>
  fetch(`${issuer.baseUrl}/oauth2/authorize?${query(changes)}`, { redirect: 'manual' });
const login = (username: string, password: string, headers = {}) =>
  fetch(`${issuer.baseUrl}/login?${query()}`, {
    method: 'POST',
    body: new URLSearchParams({ username, password }),
    redirect: 'manual',
    headers,
  });
const codeOf = (reply: Response) => new URL(reply.headers.get('location') ?? '').searchParams.get('code') ?? '';
const exchange = (code: string, changes: Record<string, string> = {}) =>
  fetch(`${issuer.baseUrl}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'client',
      redirect_uri: CALLBACK,
      code,
      code_verifier: VERIFIER,
      ...changes,
    }),
  });
const verifier = () => new IdTokenVerifier({ issuerUrl: issuer.issuerUrl, clientIds: ['client'] }, clock);

describe('sign-in', () => {
  it('gives tokens for a code that the right person brought back', async () => {
    const reply = await login('ANN', ANN.password);
    expect(reply.status).toBe(302);
    expect(new URL(reply.headers.get('location') ?? '').searchParams.get('state')).toBe('s1');
    const tokens: Record<string, string> = await (await exchange(codeOf(reply))).json();
    const nowSeconds = clock.nowMs() / 1000;
    expect(decodeJwt(tokens['id_token'] ?? '')).toMatchObject({
      iss: issuer.issuerUrl,
      aud: 'client',
      email: ANN.email,
      'cognito:username': 'ann',
      'cognito:groups': ANN.groups,
      token_use: 'id',
      nonce: 'n1',
      amr: ['pwd'],
      auth_time: nowSeconds,
      exp: nowSeconds + 1800,
    });
    expect(decodeJwt(tokens['access_token'] ?? '')).toMatchObject({
      token_use: 'access',
      client_id: 'client',
      exp: nowSeconds + 3600,
    });
  });

  it('keeps a person’s id when that person is seeded again', async () => {
    const before = decodeJwt((await issuer.tokenFor('ann', ANN.password)).idToken).sub;
    const { sub } = await issuer.seedUser({ ...ANN, groups: [], password: 'another horse 2' });
    expect(sub).toBe(before);
    await expect(issuer.tokenFor('ann', ANN.password)).rejects.toThrow('status 401');
    expect(decodeJwt((await issuer.tokenFor('ann@EXAMPLE.com', 'another horse 2')).idToken)).not.toHaveProperty(
      'cognito:groups',
    );
  });

  it('knows people and keys after a restart', async () => {
    const before = await issuer.tokenFor('ann', ANN.password);
    await issuer.close();
    issuer = await open();
    const after = await issuer.tokenFor('ann', ANN.password);
    expect(decodeJwt(after.idToken).sub).toBe(decodeJwt(before.idToken).sub);
  });

  it('stores no password', () => {
    const stored = readFileSync(join(folder.path, 'users.json'), 'utf8');
    expect(stored).toContain('ann');
    expect(stored).not.toContain(ANN.password);
  });

  it('answers a wrong name and a wrong password alike', async () => {
    const [name, password] = await Promise.all([login('nobody', ANN.password), login('ann', 'wrong')]);
    expect([name.status, password.status]).toEqual([401, 401]);
    expect(await name.text()).toBe(await password.text());
  });

  it('locks a name after five failures until the clock has moved', async () => {
    for (let n = 0; n < 5; n += 1) expect((await login('ann', 'wrong')).status).toBe(401);
    expect((await login('ann', ANN.password)).status).toBe(429);
    clock.advance(1000);
    expect((await login('ann', ANN.password)).status).toBe(302);
  });

  it('does not take a form from another origin', async () => {
    const reply = await login('ann', ANN.password, { origin: 'https://evil.example' });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('location')).toBeNull();
  });
});

describe('authorization request', () => {
  it('shows a form that names nobody and may lead to the client only', async () => {
    const reply = await authorize({});
    const page = await reply.text();
    expect(reply.status).toBe(200);
    expect(page).toContain('type="password"');
    expect(page).not.toContain('ann');
    expect(reply.headers.get('content-security-policy')).toContain("form-action 'self' http://127.0.0.1:9;");
  });

  it.each([
    { client_id: 'other' },
    { redirect_uri: 'http://127.0.0.1:9/v1/elsewhere' },
    { redirect_uri: 'https://api.example/v1/sign-in' },
  ])('does not redirect when asked with %j', async (changes) => {
    const reply = await authorize(changes);
    expect(reply.status).toBe(400);
    expect(reply.headers.get('location')).toBeNull();
  });

  it.each([
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: '' }, 'invalid_request'],
    [{ scope: 'email' }, 'invalid_scope'],
  ])('sends the client an error when asked with %j', async (changes, error) => {
    const location = new URL((await authorize(changes)).headers.get('location') ?? '');
    expect(Object.fromEntries(location.searchParams)).toEqual({ error, state: 's1' });
  });
});

describe('token endpoint', () => {
  it.each([
    { code_verifier: 'another-verifier' },
    { redirect_uri: 'http://127.0.0.1:9/other' },
    { client_id: 'other' },
    { code: 'made-up' },
  ])('refuses and burns the code when sent %j', async (changes) => {
    const code = codeOf(await login('ann', ANN.password));
    expect(await (await exchange(code, changes)).json()).toEqual({ error: 'invalid_grant' });
    if (!('code' in changes)) expect((await exchange(code)).status).toBe(400);
  });

  it('takes a code once and for five minutes', async () => {
    const code = codeOf(await login('ann', ANN.password));
    expect((await exchange(code)).status).toBe(200);
    expect((await exchange(code)).status).toBe(400);
    const late = codeOf(await login('ann', ANN.password));
    clock.advance(5 * 60_000 + 1);
    expect((await exchange(late)).status).toBe(400);
  });

  it('refuses other grants', async () => {
    expect(await (await exchange('x', { grant_type: 'password' })).json()).toEqual({ error: 'unsupported_grant_type' });
  });
});

describe('logout', () => {
  const logout = (target: string) =>
    fetch(`${issuer.baseUrl}/logout?${new URLSearchParams({ client_id: 'client', logout_uri: target })}`, {
      redirect: 'manual',
    });

  it('leads back to the client and nowhere else', async () => {
    expect((await logout(CALLBACK)).headers.get('location')).toBe(CALLBACK);
    expect((await logout('https://evil.example/')).status).toBe(400);
  });
});

describe('seedUser', () => {
  it('refuses an unknown group and a weak password', async () => {
    await expect(issuer.seedUser({ ...ANN, groups: ['king'] })).rejects.toThrow(
      'expected a group of the user pool, got `king`',
    );
    await expect(issuer.seedUser({ ...ANN, password: 'short1' })).rejects.toThrow('expected at least 14 characters');
    await expect(issuer.seedUser({ ...ANN, password: 'long but without' })).rejects.toThrow('expected a digit');
  });
});

describe('IdTokenVerifier', () => {
  it('gives claims as REST APIs show them', async () => {
    const { idToken } = await issuer.tokenFor('ann', ANN.password);
    expect(await verifier().verify(`Bearer ${idToken}`)).toMatchObject({
      'cognito:groups': 'approver,manager',
      auth_time: String(clock.nowMs() / 1000),
      iat: 'Mon Jan 05 09:00:00 UTC 2026',
      email_verified: 'true',
    });
  });

  it('refuses a token whose time is over on the sandbox clock', async () => {
    const { idToken } = await issuer.tokenFor('ann', ANN.password);
    clock.advance(31 * 60_000);
    await expect(verifier().verify(idToken)).rejects.toMatchObject({
      responseType: 'UNAUTHORIZED',
      message: 'The incoming token has expired',
    });
  });

  it('refuses access tokens, other audiences, changed tokens and none', async () => {
    const { idToken, accessToken } = await issuer.tokenFor('ann', ANN.password);
    const [head, body, signature] = idToken.split('.');
    const forged = `${head}.${Buffer.from(JSON.stringify({ ...decodeJwt(idToken), sub: 'other' })).toString('base64url')}.${signature}`;
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    for (const token of [accessToken, forged, none, 'nonsense', '', undefined]) {
      await expect(verifier().verify(token)).rejects.toMatchObject({ responseType: 'UNAUTHORIZED' });
    }
    const other = new IdTokenVerifier({ issuerUrl: issuer.issuerUrl, clientIds: ['other'] }, clock);
    await expect(other.verify(idToken)).rejects.toMatchObject({ responseType: 'UNAUTHORIZED' });
  });
});
