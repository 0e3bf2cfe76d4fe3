import { verify } from 'node:crypto';
import { fromBase64, toBase64 } from '../../base64.ts';
import { ED25519_KEY_BYTES, ed25519PublicKey } from '../../ed25519.ts';
import { readInstant } from '../../instant.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import type { Result } from '../../result.ts';
import { ok } from '../../result.ts';
import { canonicalJson } from '../canonical.ts';
import { sha256Hex } from '../hash.ts';
import type { Malformed } from './dsse.ts';
import { hasExactly, malformed, preAuthEncoding } from './dsse.ts';

/** The certificate format's version. */
const CERTIFICATE_VERSION = '1';

/** The longest an epoch may last, seconds: what a stolen key is worth ends with it. */
export const MAX_EPOCH_SECONDS = 900;

/** Says for how long a key that lives in one function's memory may sign receipts, and what a receipt promises. */
export interface EpochCertificate {
  /** {@link epochIdOf} the key: a certificate cannot name another. */
  readonly epochId: string;
  /** Ed25519, raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The function that asked. It said so itself; the roles that may ask are what is enforced. */
  readonly issuedTo: string;
  /** Epoch milliseconds, both inclusive. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** The log that will hold every event a receipt is given for, and within how many seconds of the event's time. */
  readonly logOrigin: string;
  readonly mergeDelaySeconds: number;
}

const PAYLOAD_TYPE = 'application/vnd.countersign.epoch+json';
const MEMBERS = ['v', 'epochId', 'publicKey', 'issuedTo', 'notBefore', 'notAfter', 'logOrigin', 'mergeDelaySeconds'];
const EPOCH_ID_LENGTH = 32;

/** An epoch's id: the first 32 hexadecimal digits of the SHA-256 of its raw public key. */
export function epochIdOf(publicKey: Uint8Array): string {
  return sha256Hex(publicKey).slice(0, EPOCH_ID_LENGTH);
}

/** A certificate as the ledger and a receipt carry it. Times are ISO 8601 UTC with milliseconds. */
export function certificateJson(certificate: EpochCertificate): JsonObject {
  const { epochId, publicKey, issuedTo, notBeforeMs, notAfterMs, logOrigin, mergeDelaySeconds } = certificate;
  return {
    v: CERTIFICATE_VERSION,
    epochId,
    publicKey: toBase64(publicKey),
    issuedTo,
    notBefore: new Date(notBeforeMs).toISOString(),
    notAfter: new Date(notAfterMs).toISOString(),
    logOrigin,
    mergeDelaySeconds,
  };
}

/** The exact bytes the certification key signs: a DSSE pre-authentication encoding of the canonical certificate. */
export function certificateMessage(certificate: EpochCertificate): Uint8Array {
  return preAuthEncoding(PAYLOAD_TYPE, new TextEncoder().encode(canonicalJson(certificateJson(certificate))));
}

/** True when the key (raw, 32 bytes) signed the certificate. */
export function isCertifiedBy(certificate: EpochCertificate, signature: Uint8Array, key: Uint8Array): boolean {
  return verify(null, certificateMessage(certificate), ed25519PublicKey(key), signature);
}

/** Reads a certificate strictly: exactly its members, an id that is its key's, and a term no longer than allowed. */
export function readCertificate(value: JsonValue | undefined): Result<EpochCertificate, Malformed> {
  if (!hasExactly(value, MEMBERS) || value['v'] !== CERTIFICATE_VERSION)
    return malformed('a certificate with the members of version 1');
  const { epochId, issuedTo, logOrigin, mergeDelaySeconds } = value;
  const publicKey = fromBase64(value['publicKey']);
  if (publicKey?.length !== ED25519_KEY_BYTES) return malformed('an epoch key of 32 bytes in base64');
  if (epochId !== epochIdOf(publicKey)) return malformed('an epoch id that is of the key');
  const [notBeforeMs, notAfterMs] = [readInstant(value['notBefore']), readInstant(value['notAfter'])];
  if (notBeforeMs === undefined || notAfterMs === undefined) return malformed('an epoch between two UTC times');
  const lastsMs = notAfterMs - notBeforeMs;
  if (lastsMs <= 0 || lastsMs > MAX_EPOCH_SECONDS * 1_000)
    return malformed(`an epoch of at most ${MAX_EPOCH_SECONDS} seconds`);
  if (typeof issuedTo !== 'string' || typeof logOrigin !== 'string' || logOrigin === '')
    return malformed('the names of a function and of a log');
  if (typeof mergeDelaySeconds !== 'number' || !Number.isSafeInteger(mergeDelaySeconds) || mergeDelaySeconds < 1)
    return malformed('a merge delay of whole seconds');
  return ok({ epochId, publicKey, issuedTo, notBeforeMs, notAfterMs, logOrigin, mergeDelaySeconds });
}
