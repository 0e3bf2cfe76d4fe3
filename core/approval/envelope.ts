import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';

/** The envelope format's version. */
export const ENVELOPE_VERSION = '1';

/** Longest payload, bytes: KMS makes a MAC of at most 4,096. */
export const ENVELOPE_MAX_BYTES = 4_096;

/** What a sealed approval says. Times are ISO 8601 UTC with milliseconds. */
export interface EnvelopePayload {
  readonly v: typeof ENVELOPE_VERSION;
  readonly envelopeId: string;
  readonly actionId: string;
  /** Digest of all that was asked for, so that no parameter can change after the approval. */
  readonly actionDigest: string;
  readonly agentId: string;
  /** Pseudonym of the person who approved. */
  readonly approver: string;
  readonly manager: boolean;
  readonly slot: number;
  readonly approvedAt: string;
  readonly sealedAt: string;
  readonly expiresAt: string;
}

/** A sealed approval as it travels: base64url without padding. */
export interface Envelope {
  readonly payload: string;
  readonly mac: string;
  readonly signature: string;
}

/** An envelope and what it says. */
export interface SealedEnvelope {
  readonly payload: EnvelopePayload;
  readonly envelope: Envelope;
  /** AWS's id of the request that made the MAC: what the reconciliation matches calls by. */
  readonly macRequestId: string;
}

/** Why an envelope, or a set of them, is worth nothing. */
export type EnvelopeProblemCode =
  | 'envelope_malformed'
  | 'envelope_too_many'
  | 'envelope_mac_invalid'
  | 'envelope_wrong_action'
  | 'envelope_wrong_agent'
  | 'envelope_digest_mismatch'
  | 'envelope_not_yet_valid'
  | 'envelope_expired'
  | 'envelope_duplicate_id'
  | 'envelope_duplicate_slot'
  | 'envelope_duplicate_approver';

/** A refusal that names the offending envelope by its position. */
export interface EnvelopeProblem {
  readonly code: EnvelopeProblemCode;
  readonly index: number;
}

const TEXT_FIELDS = [
  'envelopeId',
  'actionId',
  'actionDigest',
  'agentId',
  'approver',
  'approvedAt',
  'sealedAt',
  'expiresAt',
] as const;
const FIELDS = new Set<string>([...TEXT_FIELDS, 'v', 'manager', 'slot']);

/**
 * The exact bytes that are MACed and signed: RFC 8785 canonical JSON.
 *
 * @throws {RangeError} when they exceed {@link ENVELOPE_MAX_BYTES}
 */
export function encodeEnvelope(payload: EnvelopePayload): Uint8Array {
  const bytes = new TextEncoder().encode(canonicalJson({ ...payload }));
  if (bytes.length > ENVELOPE_MAX_BYTES) {
    throw new RangeError(`expected an envelope of at most ${ENVELOPE_MAX_BYTES} bytes, got \`${bytes.length}\``);
  }
  return bytes;
}

/**
 * Reads envelope bytes. Anything but the canonical form with exactly the known fields is `envelope_malformed`, so two
 * different byte strings never mean the same approval.
 */
export function parseEnvelope(bytes: Uint8Array): Result<EnvelopePayload, 'envelope_malformed'> {
  const value = parseJson(bytes);
  if (!isJsonObject(value)) return refused('envelope_malformed');
  const payload = payloadOf(value);
  if (payload === undefined || !isSame(encodeEnvelope(payload), bytes)) return refused('envelope_malformed');
  return ok(payload);
}

function parseJson(bytes: Uint8Array): JsonValue | undefined {
  if (bytes.length > ENVELOPE_MAX_BYTES) return undefined;
  try {
    // JSON.parse returns what JSON can hold; its declared type is wider.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as JsonValue;
  } catch {
    return undefined;
  }
}

function payloadOf(value: JsonObject): EnvelopePayload | undefined {
  const { v, manager, slot, ...texts } = value;
  if (v !== ENVELOPE_VERSION || typeof manager !== 'boolean') return undefined;
  if (typeof slot !== 'number' || !Number.isSafeInteger(slot) || slot < 1) return undefined;
  if (Object.keys(value).length !== FIELDS.size || !Object.keys(value).every((key) => FIELDS.has(key)))
    return undefined;
  if (!TEXT_FIELDS.every((field) => isFilledText(texts[field]))) return undefined;
  if (![texts['approvedAt'], texts['sealedAt'], texts['expiresAt']].every(isInstant)) return undefined;
  // Every field was checked above, one by one.
  return value as unknown as EnvelopePayload;
}

function isFilledText(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && value.length > 0 && value.isWellFormed();
}

function isInstant(value: JsonValue | undefined): boolean {
  if (typeof value !== 'string') return false;
  const timeMs = Date.parse(value);
  return Number.isFinite(timeMs) && new Date(timeMs).toISOString() === value;
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
