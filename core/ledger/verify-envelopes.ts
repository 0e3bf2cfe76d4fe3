import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { LedgerEvent } from './parse-event.ts';

/** Checks one signature over an envelope's payload bytes with a public key the caller holds. */
export type SignatureCheck = (payload: Uint8Array, signature: Uint8Array) => boolean;

/** What came of the envelopes of one event. */
export interface EnvelopeVerdict {
  readonly count: number;
  /** The id of the first envelope whose signature does not match. */
  readonly badEnvelope?: string;
}

/** Checks the signatures of the envelopes an `approval.sealed` event holds; other events hold none. */
export function verifyEnvelopes(event: LedgerEvent, check: SignatureCheck): EnvelopeVerdict {
  if (event.type !== 'approval.sealed') return { count: 0 };
  const envelopes = event.data['envelopes'];
  if (!Array.isArray(envelopes)) return { count: 0, badEnvelope: 'no list of envelopes' };
  // Array.isArray widens a readonly list to `any[]`; the element type is still JSON.
  const list: readonly JsonValue[] = envelopes;
  const bad = list.find((envelope) => !isSigned(envelope, check));
  if (bad === undefined) return { count: list.length };
  const id = isJsonObject(bad) ? bad['id'] : undefined;
  return { count: list.length, badEnvelope: typeof id === 'string' ? id : 'an envelope without an id' };
}

function isSigned(envelope: JsonValue, check: SignatureCheck): boolean {
  const { payload, signature } = isJsonObject(envelope) ? envelope : {};
  const payloadBytes = base64Url(payload);
  const signatureBytes = base64Url(signature);
  return payloadBytes !== undefined && signatureBytes !== undefined && check(payloadBytes, signatureBytes);
}

function base64Url(value: JsonValue | undefined): Uint8Array | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]+$/.test(value)) return undefined;
  return Uint8Array.from(Buffer.from(value, 'base64url'));
}
