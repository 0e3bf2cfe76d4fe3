import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import { sha256Hex } from '../ledger/hash.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';

/** Bytes of a commitment's salt: as many as the hash has, so that no list of likely details helps. */
export const SALT_BYTES = 32;

/** What opens a commitment: the details and the salt they were committed with. */
export interface Opening {
  /** {@link SALT_BYTES} random bytes, lower-case hexadecimal. Kept with the details and destroyed with them. */
  readonly salt: string;
  readonly details: JsonObject;
}

/** Why decrypted bytes are not the details an event committed to. */
export interface OpeningProblem {
  readonly code: 'opening_malformed' | 'commitment_differs';
}

const DOMAIN = 'countersign/details/v1\n';
const SALT = /^[0-9a-f]{64}$/;

/**
 * The salted commitment that an event holds instead of details: SHA-256 over the domain, the salt's bytes and the
 * details' RFC 8785 canonical JSON. Without the salt it says nothing about the details, however few there could be.
 *
 * @throws {CanonicalFormError} when the details hold something JSON cannot
 */
export function commitmentOf({ salt, details }: Opening): string {
  return sha256Hex(DOMAIN, Uint8Array.from(Buffer.from(salt, 'hex')), canonicalJson(details));
}

/** The bytes that are encrypted: canonical JSON of the opening. */
export function openingBytes({ salt, details }: Opening): Uint8Array {
  return new TextEncoder().encode(canonicalJson({ salt, details }));
}

/** Reads decrypted bytes and holds them against the commitment in the event. Total. */
export function openCommitment(bytes: Uint8Array, commitment: string): Result<JsonObject, OpeningProblem> {
  const opening = parseOpening(bytes);
  if (opening === undefined) return refused({ code: 'opening_malformed' });
  return commitmentOf(opening) === commitment ? ok(opening.details) : refused({ code: 'commitment_differs' });
}

function parseOpening(bytes: Uint8Array): Opening | undefined {
  let value: JsonValue;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const { salt, details } = value;
  if (typeof salt !== 'string' || !SALT.test(salt) || !isJsonObject(details)) return undefined;
  return { salt, details };
}
