import type { KeyObject } from 'node:crypto';
import { verify } from 'node:crypto';
import { ED25519_KEY_BYTES, ed25519PublicKey } from '../ed25519.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import type { StoredItem } from '../state/entities.ts';
import { asBoolean, asText, CorruptState } from '../state/stored.ts';
import type { AgentRegistration } from './registration.ts';

/** A credential: an issuer's signature over what an agent may do, for whom and until when. */
export interface Credential {
  readonly credentialId: string;
  /** Which of the institution's issuers signed. */
  readonly issuer: string;
  /** Epoch milliseconds; the credential holds from the first to before the second. */
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
  /** Ed25519 over {@link credentialStatement}, base64url. */
  readonly signature: string;
  /** Not signed: whoever may load the registry can withdraw a credential, and only an issuer can make one. */
  readonly revoked: boolean;
}

/** The institution's issuers: public keys by name. Empty means that the institution issues no credentials. */
export type CredentialIssuers = ReadonlyMap<string, KeyObject>;

/** What rules are told about a credential. */
export interface CredentialFacts {
  readonly required: boolean;
  readonly held: boolean;
  readonly signed: boolean;
  readonly current: boolean;
  readonly revoked: boolean;
}

/** The first line of what is signed, so that no other signature of an issuer's key fits. */
const DOMAIN = 'countersign/agent-credential/v1';

/** What a credential says without its signature and its revocation. */
export type CredentialTerms = Pick<Credential, 'credentialId' | 'issuer' | 'notBeforeMs' | 'expiresAtMs'>;

/** The powers that a credential binds: all of a registration but its name and whether it is active. */
export type CredentialPowers = Omit<AgentRegistration, 'displayName' | 'active' | 'credential'>;

/**
 * The bytes an issuer signs: a domain line, then the canonical JSON (RFC 8785) of terms and powers. Whoever changes an
 * owner, a scope, an account, a cap or a rung in the registry needs the issuer's signature again.
 */
export function credentialStatement(powers: CredentialPowers, terms: CredentialTerms): Uint8Array {
  const { agentId, ownerSubject, ownerAliases, unitId, scopes, accounts, caps, rungs } = powers;
  const { sessionMicroUsd, sessionTokens, dayMicroUsd, dayTokens, sessionSeconds } = caps;
  const content = {
    ...terms,
    agentId,
    ownerSubject,
    ownerAliases,
    unitId,
    scopes,
    accounts,
    rungs: { default: rungs.default, classes: rungs.classes },
    caps: {
      sessionMicroUsd: String(sessionMicroUsd),
      sessionTokens: String(sessionTokens),
      dayMicroUsd: String(dayMicroUsd),
      dayTokens: String(dayTokens),
      sessionSeconds,
    },
  };
  return new TextEncoder().encode(`${DOMAIN}\n${canonicalJson(content)}`);
}

/** The facts about an agent's credential at a moment. An agent that is not registered holds none. */
export function credentialFacts(
  registration: AgentRegistration | undefined,
  issuers: CredentialIssuers,
  nowMs: number,
): CredentialFacts {
  const required = issuers.size > 0;
  const credential = registration?.credential;
  if (registration === undefined || credential === undefined)
    return { required, held: false, signed: false, current: false, revoked: false };
  return {
    required,
    held: true,
    signed: isSigned(registration, credential, issuers),
    current: credential.notBeforeMs <= nowMs && nowMs < credential.expiresAtMs,
    revoked: credential.revoked,
  };
}

function isSigned(registration: AgentRegistration, credential: Credential, issuers: CredentialIssuers): boolean {
  const key = issuers.get(credential.issuer);
  if (key === undefined) return false;
  const { credentialId, issuer, notBeforeMs, expiresAtMs, signature } = credential;
  const statement = credentialStatement(registration, { credentialId, issuer, notBeforeMs, expiresAtMs });
  return verify(null, statement, key, Buffer.from(signature, 'base64url'));
}

/**
 * Reads a stored credential; times are UTC with milliseconds.
 *
 * @throws {CorruptState} when a member is missing or is no time
 */
export function decodeCredential(stored: StoredItem): Credential {
  return {
    credentialId: asText(stored['credentialId'], 'credentialId'),
    issuer: asText(stored['issuer'], 'issuer'),
    notBeforeMs: asInstant(stored['notBefore'], 'notBefore'),
    expiresAtMs: asInstant(stored['expiresAt'], 'expiresAt'),
    signature: asText(stored['signature'], 'signature'),
    revoked: asBoolean(stored['revoked'], 'revoked'),
  };
}

/**
 * Reads issuers from `{"<name>": "<raw Ed25519 public key, base64url>"}`.
 *
 * @throws {TypeError} when a key is not 32 bytes
 */
export function decodeIssuers(keys: { readonly [issuer: string]: string }): CredentialIssuers {
  return new Map(
    Object.entries(keys).map(([issuer, text]) => {
      const raw = Buffer.from(text, 'base64url');
      if (raw.length !== ED25519_KEY_BYTES)
        throw new TypeError(`expected ${ED25519_KEY_BYTES} bytes for issuer \`${issuer}\`, got ${raw.length}`);
      return [issuer, ed25519PublicKey(raw)];
    }),
  );
}

function asInstant(value: StoredItem[string] | undefined, name: string): number {
  const text = asText(value, name);
  const timeMs = Date.parse(text);
  if (Number.isFinite(timeMs) && new Date(timeMs).toISOString() === text) return timeMs;
  throw new CorruptState(`expected stored \`${name}\` to be a UTC time with milliseconds, got \`${text}\``);
}
