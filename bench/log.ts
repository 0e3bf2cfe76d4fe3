import { join } from 'node:path';
import { largeLog } from './log/large-log.ts';
import { type ProofSpeed, proofSpeed } from './log/proofs.ts';
import { type ReceiptSpeed, receiptSpeed } from './log/receipts.ts';
import { type LogUse, logUses } from './log/requests.ts';
import { type VerificationSpeed, verificationSpeed } from './log/verification.ts';

const ROWS = 1_000_000;

/** What a figure should be. */
export const LOG_GOALS = { verifiedPerSecond: 250_000, timesRaw: 2.5, sequencedPerSecond: 50_000 } as const;

/** How fast the log is, and what it asks of the services. */
export interface LogFigures {
  readonly rows: number;
  readonly entryBytes: number;
  readonly medianEntryBytes: number;
  /** Rows a second of processor time. */
  readonly sequencedPerSecond: number;
  readonly verification: readonly VerificationSpeed[];
  readonly proofs: ProofSpeed;
  readonly receipts: ReceiptSpeed;
  readonly uses: readonly LogUse[];
}

/** Measures the log, its proofs and its receipts, one after another; needs two gigabytes in `folder`. */
export async function logFigures(folder: string): Promise<LogFigures> {
  const log = await largeLog(join(folder, 'log'), ROWS);
  const { rows, entryBytes, medianEntryBytes, sequencedPerSecond } = log;
  return {
    rows,
    entryBytes,
    medianEntryBytes,
    sequencedPerSecond,
    verification: await verificationSpeed(log),
    proofs: await proofSpeed(),
    receipts: await receiptSpeed(),
    uses: await logUses(),
  };
}
