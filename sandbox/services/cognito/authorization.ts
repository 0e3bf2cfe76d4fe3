import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../core/ports.ts';
import type { AppClient } from './user-pool.ts';
import type { User } from './user-store.ts';

/** A checked authorization request. */
export interface AuthorizationRequest {
  readonly client: AppClient;
  readonly redirectUri: string;
  readonly codeChallenge: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly scope: string;
}

/** Why an authorization request is refused; `redirectUri` is set once it is known to be the client's own. */
export interface Refusal {
  readonly error: string;
  readonly redirectUri?: string;
  readonly state?: string;
}

/** A grant that a code stands for. */
export interface Grant {
  readonly request: AuthorizationRequest;
  readonly user: User;
  readonly authenticatedAtMs: number;
}

const CODE_TTL_MS = 5 * 60_000;
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/**
 * Checks an authorization request: a known client, one of its own redirect URIs to the letter, the code flow with
 * PKCE S256 (RFC 7636). Anything else is refused before a person is asked.
 *
 * @param mapUrl the loopback equivalent of a public URL of the templates
 */
export function checkAuthorization(
  query: URLSearchParams,
  clients: readonly AppClient[],
  mapUrl: (url: string) => string,
): AuthorizationRequest | Refusal {
  const client = clients.find((entry) => entry.id === query.get('client_id'));
  const redirectUri = query.get('redirect_uri') ?? '';
  if (client === undefined) return { error: 'unknown client' };
  if (!client.callbackUrls.some((url) => mapUrl(url) === redirectUri))
    return { error: 'redirect_uri is not one of the client' };
  const state = query.get('state') ?? undefined;
  const back = { redirectUri, ...(state === undefined ? {} : { state }) };
  if (query.get('response_type') !== 'code') return { error: 'unsupported_response_type', ...back };
  const codeChallenge = query.get('code_challenge') ?? '';
  if (query.get('code_challenge_method') !== 'S256' || !CHALLENGE.test(codeChallenge))
    return { error: 'invalid_request', ...back };
  const scope = query.get('scope') ?? 'openid';
  if (!scope.split(' ').includes('openid')) return { error: 'invalid_scope', ...back };
  return { client, redirectUri, codeChallenge, state, nonce: query.get('nonce') ?? undefined, scope };
}

/** Authorization codes: single use, five minutes, bound to client, redirect URI and PKCE challenge. */
export class AuthorizationCodes {
  readonly #grants = new Map<string, Grant>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a code for a person who has just signed in. */
  issue(request: AuthorizationRequest, user: User): string {
    const nowMs = this.#clock.nowMs();
    for (const [code, grant] of this.#grants)
      if (nowMs > grant.authenticatedAtMs + CODE_TTL_MS) this.#grants.delete(code);
    const code = randomBytes(32).toString('base64url');
    this.#grants.set(code, { request, user, authenticatedAtMs: nowMs });
    return code;
  }

  /** Takes a code back; `undefined` when it is unknown, used, over, or presented by someone else. */
  redeem(code: string, clientId: string, redirectUri: string, verifier: string): Grant | undefined {
    const grant = this.#grants.get(code);
    this.#grants.delete(code);
    if (grant === undefined || this.#clock.nowMs() > grant.authenticatedAtMs + CODE_TTL_MS) return undefined;
    const expected = Buffer.from(grant.request.codeChallenge);
    const actual = Buffer.from(createHash('sha256').update(verifier).digest('base64url'));
    const same = grant.request.client.id === clientId && grant.request.redirectUri === redirectUri;
    return same && expected.length === actual.length && timingSafeEqual(expected, actual) ? grant : undefined;
  }
}
