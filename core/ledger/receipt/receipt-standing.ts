import type { VerifiedReceipt } from './verify-receipt.ts';

/** Where a receipt stands with the log it names; see {@link receiptStanding}. */
export type ReceiptStanding = 'in_log' | 'not_due' | 'overdue' | 'certificate_overdue';

/**
 * Whether a log keeps what a receipt promises (C15): the log holds the event, and the certificate's event too.
 *
 * @param isInLog whether the log holds a leaf of this hash, lower-case hexadecimal
 * @param asOfMs the moment the log is known up to, epoch milliseconds: the time its checkpoint states for a copy, the
 * clock's for the log itself
 * @returns `not_due` while the merge delay runs; `overdue` afterwards is a reason for an alarm: the log keeps something back
 */
export function receiptStanding(
  { hash, inLogByMs, epoch }: VerifiedReceipt,
  isInLog: (hash: string) => boolean,
  asOfMs: number,
): ReceiptStanding {
  if (!isInLog(hash)) return asOfMs > inLogByMs ? 'overdue' : 'not_due';
  if (isInLog(epoch.hash)) return 'in_log';
  const certificateByMs = epoch.event.timeMs + epoch.certificate.mergeDelaySeconds * 1_000;
  return asOfMs > certificateByMs ? 'certificate_overdue' : 'not_due';
}
