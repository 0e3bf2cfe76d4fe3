import { generateKeyPair, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK, exportPKCS8, importPKCS8, type JWK, SignJWT } from 'jose';
import type { Clock } from '../../../core/ports.ts';
import { readJson, writeJsonDurably } from '../lambda/durable-json.ts';
import { asRecord, asText } from '../lambda/template-values.ts';
import type { AppClient } from './user-pool.ts';
import type { User } from './user-store.ts';

/** What signing in gave. */
export interface SignedTokens {
  readonly idToken: string;
  readonly accessToken: string;
  /** Lifetime of the access token. */
  readonly expiresInSeconds: number;
}

/** A sign-in that tokens are made for. */
export interface SignIn {
  readonly user: User;
  readonly client: AppClient;
  readonly authenticatedAtMs: number;
  readonly nonce: string | undefined;
  readonly scope: string;
}

type SigningKey = Awaited<ReturnType<typeof importPKCS8>>;

/** Signs tokens with an RS256 key that survives restarts. */
export class TokenSigner {
  /** The public key as the key set shows it. */
  readonly publicJwk: JWK;
  readonly #key: SigningKey;
  readonly #clock: Clock;

  private constructor(key: SigningKey, publicJwk: JWK, clock: Clock) {
    this.#key = key;
    this.publicJwk = publicJwk;
    this.#clock = clock;
  }

  /** Loads the key in `file`, or makes one there. */
  static async open(file: string, clock: Clock): Promise<TokenSigner> {
    const stored = readJson(file);
    const pem = stored === undefined ? await makeKey(file) : asText(asRecord(stored, file)['pkcs8'], file);
    const key = await importPKCS8(pem, 'RS256', { extractable: true });
    const { kty = '', n = '', e = '' } = await exportJWK(key);
    const kid = await calculateJwkThumbprint({ kty, n, e });
    return new TokenSigner(key, { kty, n, e, kid, alg: 'RS256', use: 'sig' }, clock);
  }

  /** Makes the ID and the access token of a sign-in. */
  async sign(issuerUrl: string, signIn: SignIn): Promise<SignedTokens> {
    const { user, client } = signIn;
    const shared = {
      auth_time: Math.floor(signIn.authenticatedAtMs / 1000),
      amr: ['pwd'],
      acr: 'loa:1',
      origin_jti: randomUUID(),
      event_id: randomUUID(),
      ...(user.groups.length === 0 ? {} : { 'cognito:groups': user.groups }),
    };
    const idClaims = {
      ...shared,
      token_use: 'id',
      aud: client.id,
      email: user.email,
      email_verified: true,
      'cognito:username': user.username,
      ...(signIn.nonce === undefined ? {} : { nonce: signIn.nonce }),
    };
    const accessClaims = {
      ...shared,
      token_use: 'access',
      client_id: client.id,
      username: user.username,
      scope: signIn.scope,
      version: 2,
    };
    return {
      idToken: await this.#jwt(issuerUrl, user.sub, idClaims, client.idTokenSeconds),
      accessToken: await this.#jwt(issuerUrl, user.sub, accessClaims, client.accessTokenSeconds),
      expiresInSeconds: client.accessTokenSeconds,
    };
  }

  #jwt(
    issuerUrl: string,
    sub: string,
    claims: { readonly [name: string]: unknown },
    ttlSeconds: number,
  ): Promise<string> {
    const issuedAt = Math.floor(this.#clock.nowMs() / 1000);
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: this.publicJwk.kid ?? '' })
      .setIssuer(issuerUrl)
      .setSubject(sub)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ttlSeconds)
      .sign(this.#key);
  }
}

async function makeKey(file: string): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const pkcs8 = await exportPKCS8(privateKey);
  await writeJsonDurably(file, { pkcs8 });
  return pkcs8;
}
