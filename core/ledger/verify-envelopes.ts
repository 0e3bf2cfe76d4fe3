import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { LedgerEvent } from './parse-event.ts';

/**
 * Checks one signature over an envelope's payload bytes with public keys the caller holds.
 *
 * @param timeMs when the envelope was recorded, epoch milliseconds: a key that was retired before counts no more
 */
export type SignatureCheck = (payload: Uint8Array, signature: Uint8Array, timeMs: number) => boolean;

/** What came of the envelopes of one event. */
export interface EnvelopeVerdict {
  /** Envelopes whose signature matched. */
  readonly signed: number;
  /** Envelopes that are only named: the event holds neither payload nor signature, so there is nothing to check. */
  readonly unsigned: number;
  /** The id of the first envelope whose signature does not match. */
  readonly badEnvelope?: string;
}

/** Checks the signatures of the envelopes an `approval.sealed` event holds; other events hold none. */
export function verifyEnvelopes(event: LedgerEvent, check: SignatureCheck): EnvelopeVerdict {
  if (event.type !== 'approval.sealed') return { signed: 0, unsigned: 0 };
  const envelopes = event.data['envelopes'];
  if (!Array.isArray(envelopes)) return { signed: 0, unsigned: 0, badEnvelope: 'no list of envelopes' };
  // Array.isArray widens a readonly list to `any[]`; the element type is still JSON.
  const list: readonly JsonValue[] = envelopes;
  const unsigned = list.filter(isOnlyNamed).length;
  const isBad = (envelope: JsonValue) => !isOnlyNamed(envelope) && !isSigned(envelope, event.timeMs, check);
  const bad = list.find(isBad);
  if (bad === undefined) return { signed: list.length - unsigned, unsigned };
  const id = isJsonObject(bad) ? bad['envelopeId'] : undefined;
  return { signed: 0, unsigned, badEnvelope: typeof id === 'string' ? id : 'an envelope without an id' };
}

function isOnlyNamed(envelope: JsonValue): boolean {
  return isJsonObject(envelope) && envelope['payload'] === undefined && envelope['signature'] === undefined;
}

function isSigned(envelope: JsonValue, timeMs: number, check: SignatureCheck): boolean {
  const { payload, signature } = isJsonObject(envelope) ? envelope : {};
  const payloadBytes = base64Url(payload);
  const signatureBytes = base64Url(signature);
  return payloadBytes !== undefined && signatureBytes !== undefined && check(payloadBytes, signatureBytes, timeMs);
}

function base64Url(value: JsonValue | undefined): Uint8Array | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]+$/.test(value)) return undefined;
  return Uint8Array.from(Buffer.from(value, 'base64url'));
}
