import { verifyLogProof } from '../../core/ledger/log/log-proof.ts';
import type { TileReader } from '../../core/ledger/log/merkle-proof.ts';
import type { PinnedLogKey } from '../../core/ledger/log/pinned-key.ts';
import { parsePinnedKeys } from '../../core/ledger/log/pinned-key.ts';
import { readHead } from '../../core/ledger/log-verify/log-head.ts';
import { leavesInLog } from '../../core/ledger/receipt/leaves-in-log.ts';
import type { ReceiptStanding } from '../../core/ledger/receipt/receipt-standing.ts';
import { receiptStanding } from '../../core/ledger/receipt/receipt-standing.ts';
import type { VerifiedReceipt } from '../../core/ledger/receipt/verify-receipt.ts';

/** What a receipt was compared with, and what came of it. */
export interface LogFinding {
  /** Absent when the log could not be read as one. */
  readonly standing?: ReceiptStanding;
  /** Code of what is wrong; absent when nothing is. */
  readonly problem?: string;
  readonly notChecked: readonly string[];
}

const WITNESSES = 'that witnesses saw the checkpoint: `countersign verify` checks a log as a whole';

/** A log to look into: its files, and its keys when the caller has them. */
export interface LogPlace {
  readonly reader: TileReader;
  readonly keys: readonly PinnedLogKey[];
  /** The clock's time, for a log that is read where it lives; a copy is judged by the time its checkpoint states. */
  readonly isLive: boolean;
}

/** Looks for a receipt's event and its certificate's event in a log. */
export async function findInLog(receipt: VerifiedReceipt, place: LogPlace, nowMs: number): Promise<LogFinding> {
  const note = new TextDecoder().decode(await place.reader('checkpoint'));
  const keys = place.keys.length > 0 ? place.keys : await ownKeys(place.reader);
  const { head, problem } = readHead(note, keys);
  const notChecked = [...unpinned(place.keys, keys), WITNESSES];
  if (head === undefined) return { problem: problem?.code ?? 'checkpoint_malformed', notChecked };
  if (keys.length > 0 && problem !== undefined) return { problem: problem.code, notChecked };
  if (head.origin !== receipt.epoch.certificate.logOrigin) return { problem: 'receipt_of_another_log', notChecked };
  const leaves = await leavesInLog(place.reader, head, [receipt.hash, receipt.epoch.hash]);
  const stated = head.timeSeconds === undefined ? nowMs : head.timeSeconds * 1_000;
  const standing = receiptStanding(receipt, (hash) => leaves.has(hash), place.isLive ? nowMs : stated);
  return { standing, ...(isBad(standing) && { problem: standing }), notChecked };
}

/** The keys that a copied log brings along; none when there are none to read. */
async function ownKeys(reader: TileReader): Promise<readonly PinnedLogKey[]> {
  const bytes = await reader('log.vkey');
  const keys = bytes === undefined ? undefined : parsePinnedKeys(new TextDecoder().decode(bytes));
  return keys?.ok === true ? keys.value : [];
}

function unpinned(given: readonly PinnedLogKey[], used: readonly PinnedLogKey[]): readonly string[] {
  if (given.length > 0) return [];
  if (used.length === 0) return ['the log’s signature: no --key was given'];
  return ['whose log it is: its signature rests on its own `log.vkey`, which who forges a log can forge; give --key'];
}

/** Checks a proof of inclusion of a receipt's event. */
export function checkProof(receipt: VerifiedReceipt, proof: string, logKeys: readonly PinnedLogKey[]): LogFinding {
  const origin = receipt.epoch.certificate.logOrigin;
  const proven = verifyLogProof(proof, receipt.entry, { logKeys, origin });
  const notChecked = ['that the log holds the certificate: a proof is about one event', WITNESSES];
  return proven.ok ? { standing: 'in_log', notChecked } : { problem: proven.problem.code, notChecked };
}

/** What to say of a receipt when neither a log nor a proof was given. */
export function withoutLog(receipt: VerifiedReceipt, nowMs: number): LogFinding {
  const due = new Date(receipt.inLogByMs).toISOString();
  const wait = nowMs > receipt.inLogByMs ? `has had to hold it since ${due}` : `has until ${due} to hold it`;
  return { notChecked: [`that the log holds it (--log or --proof): the log ${wait}`] };
}

function isBad(standing: ReceiptStanding): boolean {
  return standing === 'overdue' || standing === 'certificate_overdue';
}
