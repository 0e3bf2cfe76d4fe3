import { decodeJwt, decodeProtectedHeader, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shownRequest } from '../../cli/demo/people-decide.ts';
import { type RawReply, type RawRequest, sendRaw, signed } from '../support/raw-request.ts';
import { balance, newPayeePayment, pending, withoutReceipt } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;
let actionId: string;
let decision: string;
let before: Awaited<ReturnType<SandboxWorld['fingerprint']>>;

beforeAll(async () => {
  world = await openSandboxWorld();
  actionId = await pending(world.agent(), newPayeePayment(world));
  const shown = await shownRequest(await world.person('ann'), actionId);
  decision = JSON.stringify({ decision: 'approve', reason: 'looks right', digest: shown['digest'] });
  before = await world.fingerprint();
});
afterAll(async () => world?.close());

const MINUTE_MS = 60_000;

const submission = (): RawRequest => ({ method: 'POST', path: '/actions', body: JSON.stringify(balance(world)) });
const asPerson = (token: string): RawRequest => ({
  method: 'POST',
  path: `/approval-requests/${actionId}/decision`,
  headers: { authorization: token, 'content-type': 'application/json' },
  body: decision,
});

function gist({ status, body, contentType, text }: RawReply): string {
  expect(contentType).toContain('application/problem+json');
  expect(text).not.toMatch(/\bat \w+ \(|\.[jt]s\b|secret|Signature=/i);
  return `${status} ${String(body['code'])}`;
}

async function expectUnchanged(): Promise<void> {
  expect(await world.fingerprint()).toEqual(before);
}

describe('a signature', () => {
  it.each([20, -20, 16])('made by a clock that is %d minutes off is refused', async (minutes) => {
    const request = await signed(world, submission(), { skewMs: minutes * MINUTE_MS });
    expect(gist(await sendRaw(world, request))).toBe('403 signature_invalid');
    await expectUnchanged();
  });

  it('over another body, path, method or host is refused', async () => {
    const request = await signed(world, submission());
    const tampered: readonly RawRequest[] = [
      { ...request, body: String(request.body).replace('account.read-balance', 'account.list') },
      { ...request, body: `${request.body} ` },
      { ...request, path: `/actions/${actionId}/cancel`, body: '{"reason":"moved"}' },
      { ...request, path: '/actions?a=1' },
      { ...request, headers: { ...request.headers, host: 'gate.example' } },
      { ...request, headers: { ...request.headers, 'x-amz-date': '20200101T000000Z' } },
    ];
    for (const each of tampered) expect(gist(await sendRaw(world, each))).toBe('403 signature_invalid');
    await expectUnchanged();
  });

  it('with another key, an unknown key or without its session token is refused', async () => {
    const credentials = world.sandbox.credentialsFor('countersign-agent-payments');
    const { accessKeyId, secretAccessKey } = credentials;
    const wrong = [
      { credentials: { ...credentials, secretAccessKey: 'x'.repeat(40) } },
      { credentials: { ...credentials, accessKeyId: 'ASIAAAAAAAAAAAAAAAAA' } },
      { credentials: { ...credentials, sessionToken: `${credentials.sessionToken}x` } },
      { credentials: { accessKeyId, secretAccessKey } },
    ];
    for (const signing of wrong) {
      const reply = await sendRaw(world, await signed(world, submission(), signing));
      expect(gist(reply)).toBe('403 signature_invalid');
    }
    await expectUnchanged();
  });

  it.each([
    ['nothing', undefined, 'route_or_credentials_missing'],
    ['an empty header', '', 'signature_invalid'],
    ['half a header', 'AWS4-HMAC-SHA256 Credential=A/20261120/eu-west-1/execute-api/aws4_request', 'signature_invalid'],
    ['a password', 'Basic YW5uOmFubg==', 'signature_invalid'],
  ])('that is %s is refused', async (_what, authorization, code) => {
    const request = { ...submission(), ...(authorization !== undefined && { headers: { authorization } }) };
    expect(gist(await sendRaw(world, request))).toBe(`403 ${code}`);
    await expectUnchanged();
  });

  it('of a person is worth nothing to agents, and an agent’s nothing to people', async () => {
    const token = await world.idToken('ann');
    const asAgent = { ...submission(), headers: { authorization: token } };
    expect(gist(await sendRaw(world, asAgent))).toBe('403 signature_invalid');
    const request = { ...asPerson(''), headers: {} };
    expect(gist(await sendRaw(world, await signed(world, request)))).toBe('401 unauthenticated');
    await expectUnchanged();
  });
});

describe('an id token', () => {
  const send = async (token: string) => gist(await sendRaw(world, asPerson(token)));

  it('that was altered, is cut, unsigned or none at all is refused', async () => {
    const token = await world.idToken('ann');
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const richer = encode({ ...claims, 'cognito:groups': ['approver', 'manager', 'risk-officer'] });
    const unsigned = `${encode({ alg: 'none' })}.${payload}.`;
    const tokens = [`${header}.${richer}.${signature}`, `${header}.${payload}.`, `${header}.${payload}`, unsigned];
    for (const each of [...tokens, `${token}A`, 'token', '', ' ', `Basic ${token}`]) {
      expect(await send(each)).toBe('401 unauthenticated');
    }
    await expectUnchanged();
  });

  it('of another issuer, key, audience or use is refused', async () => {
    const password = world.running.file.people['ann']?.password ?? '';
    const { idToken, accessToken } = await world.sandbox.cognito.tokenFor('ann', password);
    const { kid = '' } = decodeProtectedHeader(idToken);
    const claims = decodeJwt(idToken);
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
    const reply = await fetch(`${world.sandbox.issuerUrl}/.well-known/jwks.json`);
    const { keys } = JSON.parse(await reply.text());
    const publicKey = await importJWK(keys[0], 'RS256');
    if (publicKey instanceof Uint8Array) throw new Error('expected an RSA key');
    // The oldest trick: the public key as the secret of a symmetric signature.
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(new TextEncoder().encode(await exportSPKI(publicKey)));
    for (const each of [foreign, confused, accessToken]) expect(await send(each)).toBe('401 unauthenticated');
    await expectUnchanged();
  });

  it('of someone without the right group is refused by name', async () => {
    const halt = (token: string): RawRequest => ({
      ...asPerson(token),
      path: `/agents/${encodeURIComponent(world.agentId)}/halt`,
      body: '{"reason":"because I can"}',
    });
    const [aude, ann] = [await world.idToken('aude'), await world.idToken('ann')];
    expect(await send(aude)).toBe('403 not_an_approver');
    for (const token of [aude, ann]) expect(gist(await sendRaw(world, halt(token)))).toBe('403 not_risk_officer');
  });
});

describe('a request sent twice', () => {
  it('gets the same decision and no second event, and 16 minutes later nothing', async () => {
    const request = await signed(world, submission());
    const first = await sendRaw(world, request);
    expect(first.status).toBe(200);
    const after = await world.fingerprint();
    const again = await sendRaw(world, request);
    expect(decided(again)).toEqual(decided(first));
    expect(await world.fingerprint()).toEqual(after);
    await world.advance(16 * MINUTE_MS);
    expect(gist(await sendRaw(world, request))).toBe('403 signature_invalid');
    expect((await world.fingerprint()).ledger).toBe(after.ledger);
  });
});

describe('credentials', () => {
  it('are refused when their time is over', async () => {
    const credentials = world.sandbox.credentialsFor('countersign-agent-payments');
    const token = await world.idToken('ann');
    await world.advance(61 * MINUTE_MS);
    const ledger = (await world.fingerprint()).ledger;
    expect(gist(await sendRaw(world, await signed(world, submission(), { credentials })))).toBe('403 token_expired');
    expect(gist(await sendRaw(world, asPerson(token)))).toBe('401 unauthenticated');
    expect((await world.fingerprint()).ledger).toBe(ledger);
  });
});

/** A raw reply's decision, which is the same each time; only the first reply has a receipt. */
function decided({ status, text }: RawReply) {
  return withoutReceipt({ status, body: JSON.parse(text) });
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
