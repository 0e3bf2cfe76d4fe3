import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import type { Clock } from '../../../core/ports.ts';
import { GatewayError } from './gateway-error.ts';

/** Who issues the tokens, and to whom. */
export interface TokenIssuer {
  /** Value of `iss`; the keys are at `<issuer>/.well-known/jwks.json`. */
  readonly issuerUrl: string;
  readonly clientIds: readonly string[];
}

/** Claims as a REST API's Cognito authorizer passes them on: every value is text. */
export type Claims = { readonly [name: string]: string };

const DATE_CLAIMS: ReadonlySet<string> = new Set(['exp', 'iat']);

/** Verifies ID tokens as API Gateway's Cognito authorizer does: signature, issuer, audience, use, lifetime. */
export class IdTokenVerifier {
  readonly #issuer: TokenIssuer;
  readonly #clock: Clock;
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;

  constructor(issuer: TokenIssuer, clock: Clock) {
    this.#issuer = issuer;
    this.#clock = clock;
  }

  /** @throws {GatewayError} UNAUTHORIZED when there is no token, it is not valid, or its time is over */
  async verify(authorization: string | undefined): Promise<Claims> {
    const token = authorization?.replace(/^Bearer\s+/i, '').trim() ?? '';
    if (token === '') throw new GatewayError('UNAUTHORIZED', 'Unauthorized');
    try {
      const { payload } = await jwtVerify(token, await this.#keySet(), {
        issuer: this.#issuer.issuerUrl,
        audience: [...this.#issuer.clientIds],
        algorithms: ['RS256'],
        currentDate: new Date(this.#clock.nowMs()),
        requiredClaims: ['sub', 'exp', 'iat', 'token_use'],
      });
      if (payload['token_use'] !== 'id') throw new GatewayError('UNAUTHORIZED', 'Unauthorized');
      return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, claimText(name, value)]));
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new GatewayError('UNAUTHORIZED', 'The incoming token has expired');
      if (error instanceof errors.JOSEError) throw new GatewayError('UNAUTHORIZED', 'Unauthorized');
      throw error;
    }
  }

  async #keySet(): Promise<ReturnType<typeof createLocalJWKSet>> {
    if (this.#keys !== undefined) return this.#keys;
    const reply = await fetch(`${this.#issuer.issuerUrl}/.well-known/jwks.json`);
    if (!reply.ok) throw new GatewayError('AUTHORIZER_FAILURE', 'Internal server error');
    const parsed: JSONWebKeySet = JSON.parse(await reply.text());
    this.#keys = createLocalJWKSet(parsed);
    return this.#keys;
  }
}

/** Lists are joined with commas and times written out, as REST APIs show them. */
function claimText(name: string, value: unknown): string {
  if (DATE_CLAIMS.has(name) && typeof value === 'number') {
    const [weekday, day, month, year, time] = new Date(value * 1000).toUTCString().replace(',', '').split(' ');
    return `${weekday} ${month} ${day} ${time} UTC ${year}`;
  }
  return Array.isArray(value) ? value.join(',') : String(value);
}
