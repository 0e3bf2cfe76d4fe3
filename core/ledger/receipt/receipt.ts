import { verify } from 'node:crypto';
import { fromBase64, toBase64 } from '../../base64.ts';
import { ed25519PublicKey } from '../../ed25519.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import type { Result } from '../../result.ts';
import { ok } from '../../result.ts';
import type { EpochCertificate } from './certificate.ts';
import type { DsseEnvelope, Malformed } from './dsse.ts';
import { envelopeJson, hasExactly, malformed, preAuthEncoding, readEnvelope, STATEMENT_PAYLOAD_TYPE } from './dsse.ts';

/** The receipt format's version. */
const RECEIPT_VERSION = '1';

/** What a caller gets for an event: the signed entry, and the entry of the certificate of the key that signed it. */
export interface Receipt {
  /** The payload is the event's entry, byte for byte what the log holds. */
  readonly envelope: DsseEnvelope;
  /** Entry of the `epoch.certified` event. */
  readonly epochEntry: Uint8Array;
}

/** An epoch's key as its holder uses it. */
export interface CertifiedSigner {
  readonly certificate: Pick<EpochCertificate, 'epochId'>;
  readonly epochEntry: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** Signs an event's entry. Whether the epoch lasts is for the caller to know. */
export function signReceipt(entry: Uint8Array, signer: CertifiedSigner): Receipt {
  const signature = signer.sign(preAuthEncoding(STATEMENT_PAYLOAD_TYPE, entry));
  return {
    envelope: { payload: entry, keyId: signer.certificate.epochId, signature },
    epochEntry: signer.epochEntry,
  };
}

/** A receipt as it travels. */
export function receiptJson({ envelope, epochEntry }: Receipt): JsonObject {
  return { v: RECEIPT_VERSION, envelope: envelopeJson(envelope), epoch: toBase64(epochEntry) };
}

/** Reads a receipt strictly; no signature is verified. */
export function parseReceipt(text: string): Result<Receipt, Malformed> {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed('JSON');
  }
  if (!hasExactly(value, ['v', 'envelope', 'epoch']) || value['v'] !== RECEIPT_VERSION)
    return malformed('a receipt with the members of version 1');
  const envelope = readEnvelope(value['envelope']);
  if (!envelope.ok) return envelope;
  const epochEntry = fromBase64(value['epoch']);
  if (epochEntry === undefined || epochEntry.length === 0) return malformed("an epoch's entry in base64");
  return ok({ envelope: envelope.value, epochEntry });
}

/** True when the epoch key (raw, 32 bytes) signed the receipt's entry. Says nothing about whose key that is. */
export function verifyReceipt({ envelope }: Receipt, epochKey: Uint8Array): boolean {
  const message = preAuthEncoding(STATEMENT_PAYLOAD_TYPE, envelope.payload);
  return verify(null, message, ed25519PublicKey(epochKey), envelope.signature);
}
