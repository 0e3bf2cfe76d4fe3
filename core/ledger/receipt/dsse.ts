import { fromBase64, toBase64 } from '../../base64.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';

/** The payload type of an in-toto statement in an envelope. */
export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** A signed payload. `keyId` is a hint that nothing authenticates. */
export interface DsseEnvelope {
  readonly payload: Uint8Array;
  readonly keyId: string;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** What is not an envelope, or not a receipt around one. */
export interface Malformed {
  readonly code: 'receipt_malformed';
  readonly expected: string;
}

/** Refuses with {@link Malformed}. */
export function malformed(expected: string) {
  return refused<Malformed>({ code: 'receipt_malformed', expected });
}

/**
 * What an envelope's signature is over: type and payload, each with its length, so that neither can be taken for the
 * other.
 *
 * @see https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md
 */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = new TextEncoder().encode(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload]);
}

/** An envelope of a statement as JSON, with its one signature. */
export function envelopeJson({ payload, keyId, signature }: DsseEnvelope): JsonObject {
  return {
    payloadType: STATEMENT_PAYLOAD_TYPE,
    payload: toBase64(payload),
    signatures: [{ keyid: keyId, sig: toBase64(signature) }],
  };
}

/** Reads an envelope strictly: a statement, exactly one signature, no other member, base64 in its one spelling. */
export function readEnvelope(value: JsonValue | undefined): Result<DsseEnvelope, Malformed> {
  if (!hasExactly(value, ['payloadType', 'payload', 'signatures'])) return malformed('an envelope of three members');
  const { payloadType, signatures } = value;
  if (payloadType !== STATEMENT_PAYLOAD_TYPE) return malformed(`the payload type \`${STATEMENT_PAYLOAD_TYPE}\``);
  const payload = fromBase64(value['payload']);
  if (payload === undefined || payload.length === 0) return malformed('a payload in base64');
  const [only, ...more]: readonly JsonValue[] = Array.isArray(signatures) ? signatures : [];
  if (more.length > 0 || !hasExactly(only, ['keyid', 'sig'])) return malformed('one signature of two members');
  const { keyid } = only;
  const signature = fromBase64(only['sig']);
  if (typeof keyid !== 'string' || keyid === '') return malformed('the name of a key');
  if (signature?.length !== SIGNATURE_BYTES) return malformed(`a signature of ${SIGNATURE_BYTES} bytes in base64`);
  return ok({ payload, keyId: keyid, signature });
}

const SIGNATURE_BYTES = 64;

/** True when `value` is an object with these members and no others. */
export function hasExactly(value: JsonValue | undefined, members: readonly string[]): value is JsonObject {
  if (!isJsonObject(value)) return false;
  return Object.keys(value).length === members.length && members.every((name) => Object.hasOwn(value, name));
}
