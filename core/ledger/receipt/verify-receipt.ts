import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';
import { leafHash } from '../hash.ts';
import type { LedgerEvent } from '../parse-event.ts';
import { parseEntry } from '../statement.ts';
import { isCertifiedBy, MAX_EPOCH_SECONDS } from './certificate.ts';
import type { Malformed } from './dsse.ts';
import type { Epoch } from './epoch.ts';
import { parseEpoch } from './epoch.ts';
import { parseReceipt, verifyReceipt } from './receipt.ts';

/** A key that no longer certifies, and until when what it certified counts. */
export interface RetiredCertificationKey {
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** When it certified last, at the latest. Epoch milliseconds. */
  readonly untilMs: number;
}

/** Whom a verifier trusts for what. What is not given is not checked, and the result says so. */
export interface ReceiptTrust {
  /** Certification keys in use, raw Ed25519 of 32 bytes. */
  readonly certificationKeys?: readonly Uint8Array[];
  readonly retiredCertificationKeys?: readonly RetiredCertificationKey[];
  readonly logOrigin?: string;
}

/** What a receipt says, once its signatures and its time hold. */
export interface VerifiedReceipt {
  readonly event: LedgerEvent;
  /** The entry, and its hash: the leaf that must be in the log. */
  readonly entry: Uint8Array;
  readonly hash: string;
  readonly epoch: Epoch;
  /** When the entry must be in the log at the latest, epoch milliseconds. */
  readonly inLogByMs: number;
  readonly certificateChecked: boolean;
  readonly originChecked: boolean;
}

/** Why a receipt is worth nothing. */
export type ReceiptProblem =
  | Malformed
  /** The certification keys that were given did not sign the certificate. */
  | { readonly code: 'certificate_signature_invalid'; readonly epochId: string }
  /** A key certified after it had been retired. */
  | { readonly code: 'certificate_key_retired'; readonly epochId: string; readonly untilMs: number }
  /** The certificate was recorded after its own end. */
  | { readonly code: 'certificate_late'; readonly epochId: string }
  /** The receipt names another key than its certificate does. */
  | { readonly code: 'receipt_key_differs'; readonly keyId: string; readonly epochId: string }
  | { readonly code: 'receipt_signature_invalid'; readonly epochId: string }
  /** C16: the event's time is not within the epoch. */
  | { readonly code: 'receipt_outside_epoch'; readonly timeMs: number; readonly epochId: string }
  | { readonly code: 'receipt_of_another_log'; readonly logOrigin: string };

/**
 * Checks a receipt from its own text: the epoch key signed the entry, the certification key signed the epoch key's
 * certificate, and the event's time is within the epoch (C16). That the log holds the entry is another question (C15).
 */
export function verifyReceiptOffline(text: string, trust: ReceiptTrust): Result<VerifiedReceipt, ReceiptProblem> {
  const receipt = parseReceipt(text);
  if (!receipt.ok) return receipt;
  const { envelope, epochEntry } = receipt.value;
  const entry = parseEntry(envelope.payload);
  if (!entry.ok) return refused({ code: 'receipt_malformed', expected: `an entry with ${entry.problem.expected}` });
  const epoch = parseEpoch(epochEntry);
  if (!epoch.ok) return epoch;
  const { event } = entry.value;
  const problem =
    epochProblem(epoch.value, trust) ??
    signatureProblem(epoch.value, envelope.keyId, (key) => verifyReceipt(receipt.value, key)) ??
    windowProblem(epoch.value, event);
  if (problem !== undefined) return refused(problem);
  return ok({
    event,
    entry: envelope.payload,
    hash: leafHash(envelope.payload),
    epoch: epoch.value,
    inLogByMs: event.timeMs + epoch.value.certificate.mergeDelaySeconds * 1_000,
    certificateChecked: hasCertifiers(trust),
    originChecked: trust.logOrigin !== undefined,
  });
}

function hasCertifiers({ certificationKeys, retiredCertificationKeys }: ReceiptTrust): boolean {
  return certificationKeys !== undefined || retiredCertificationKeys !== undefined;
}

function certifierProblem({ certificate, signature, event }: Epoch, trust: ReceiptTrust): ReceiptProblem | undefined {
  const { certificationKeys = [], retiredCertificationKeys = [] } = trust;
  const { epochId, notAfterMs } = certificate;
  const isBy = (key: Uint8Array) => isCertifiedBy(certificate, signature, key);
  if (!hasCertifiers(trust) || certificationKeys.some(isBy)) return undefined;
  const retired = retiredCertificationKeys.find(({ publicKey }) => isBy(publicKey));
  if (retired === undefined) return { code: 'certificate_signature_invalid', epochId };
  const { untilMs } = retired;
  // The event may be dated back; the certificate's own end bounds what such a date could gain.
  const isLate = event.timeMs > untilMs || notAfterMs > untilMs + MAX_EPOCH_SECONDS * 1_000;
  return isLate ? { code: 'certificate_key_retired', epochId, untilMs } : undefined;
}

function epochProblem(epoch: Epoch, trust: ReceiptTrust): ReceiptProblem | undefined {
  const { certificate, event } = epoch;
  const { epochId, logOrigin, notAfterMs } = certificate;
  const problem = certifierProblem(epoch, trust);
  if (problem !== undefined) return problem;
  if (event.timeMs > notAfterMs) return { code: 'certificate_late', epochId };
  const isOther = trust.logOrigin !== undefined && trust.logOrigin !== logOrigin;
  return isOther ? { code: 'receipt_of_another_log', logOrigin } : undefined;
}

function signatureProblem(
  { certificate: { epochId, publicKey } }: Epoch,
  keyId: string,
  isSignedBy: (key: Uint8Array) => boolean,
): ReceiptProblem | undefined {
  if (keyId !== epochId) return { code: 'receipt_key_differs', keyId, epochId };
  return isSignedBy(publicKey) ? undefined : { code: 'receipt_signature_invalid', epochId };
}

function windowProblem({ certificate }: Epoch, { timeMs }: LedgerEvent): ReceiptProblem | undefined {
  const { epochId, notBeforeMs, notAfterMs } = certificate;
  const isWithin = notBeforeMs <= timeMs && timeMs <= notAfterMs;
  return isWithin ? undefined : { code: 'receipt_outside_epoch', timeMs, epochId };
}
