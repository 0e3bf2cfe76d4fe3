import { genesisHash } from '../event.ts';
import type { LedgerRow } from '../ledger-row.ts';
import type { SequencerPorts } from './ports.ts';
import type { HeldChain } from './sequence-problem.ts';
import type { SequencedRange } from './sequence-state.ts';

/** A transaction holds 100 items; one is the lock, the others are left as room. */
const MAX_CHAINS = 90;

/** The length field of an entry bundle has 16 bits. */
const MAX_ENTRY_BYTES = 65_535;

/** What is asked to be sequenced: rows as the stream delivered them, and chains to look through anyway. */
export interface SequenceRequest {
  readonly delivered: readonly LedgerRow[];
  readonly chains: readonly string[];
}

/** Rows to append, in the order of their leaves. */
export interface Batch {
  readonly entries: readonly Uint8Array[];
  readonly ranges: readonly SequencedRange[];
  readonly held: readonly HeldChain[];
  /** Time of the oldest row, epoch milliseconds; undefined when there is none. */
  readonly oldestTimeMs?: number;
  /** True when rows had to be left for the next batch. */
  readonly more: boolean;
}

/**
 * Gathers what is pending, ordered by chain name (UTF-16 code units) and sequence number. What was delivered only
 * names chains and saves reads: progress decides where a chain goes on, and the ledger fills in what is missing.
 */
export async function gatherBatch(
  ports: SequencerPorts,
  request: SequenceRequest,
  size: number,
  maxRows: number,
): Promise<Batch> {
  const delivered = Map.groupBy(request.delivered, (row) => row.chain);
  const chains = [...new Set([...delivered.keys(), ...request.chains])].sort();
  const entries: Uint8Array[] = [];
  const ranges: SequencedRange[] = [];
  const held: HeldChain[] = [];
  const rows: LedgerRow[] = [];
  const batch = (more: boolean): Batch => ({ entries, ranges, held, ...oldest(rows), more });
  for (const chain of chains) {
    const room = maxRows - entries.length;
    if (room === 0 || ranges.length === MAX_CHAINS) return batch(true);
    const pending = await pendingRows(ports, chain, delivered.get(chain) ?? [], room);
    if (pending.held !== undefined) held.push(pending.held);
    const [first] = pending.rows;
    const last = pending.rows.at(-1);
    if (first === undefined || last === undefined) continue;
    const place = { firstSeq: first.seq, count: pending.rows.length, firstIndex: size + entries.length };
    ranges.push({ chain, ...place, lastHash: last.hash });
    entries.push(...pending.entries);
    rows.push(first);
  }
  return batch(entries.length === maxRows);
}

/** A chain's first pending row is its oldest: chains never run backwards. */
function oldest(firstRows: readonly LedgerRow[]): { readonly oldestTimeMs?: number } {
  if (firstRows.length === 0) return {};
  return { oldestTimeMs: Math.min(...firstRows.map((row) => row.timeMs)) };
}

interface PendingRows {
  readonly rows: readonly LedgerRow[];
  readonly entries: readonly Uint8Array[];
  readonly held?: HeldChain;
}

async function pendingRows(
  ports: SequencerPorts,
  chain: string,
  delivered: readonly LedgerRow[],
  limit: number,
): Promise<PendingRows> {
  const last = await ports.ranges.lastRange(chain);
  const nextSeq = last === undefined ? 0 : last.firstSeq + last.count;
  const prevHash = last?.lastHash ?? genesisHash(chain);
  const highest = Math.max(-1, ...delivered.map((row) => row.seq));
  const known = consecutive(delivered, nextSeq).slice(0, limit);
  const complete = known.length === limit || (delivered.length > 0 && nextSeq + known.length > highest);
  const candidates = complete ? known : await ports.ledger.readRows(chain, nextSeq, limit);
  return linked(ports, chain, nextSeq, prevHash, candidates, highest);
}

/** The rows from `nextSeq` on that follow each other without a gap, each once. */
function consecutive(rows: readonly LedgerRow[], nextSeq: number): readonly LedgerRow[] {
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  const found: LedgerRow[] = [];
  for (let row = bySeq.get(nextSeq); row !== undefined; row = bySeq.get(row.seq + 1)) found.push(row);
  return found;
}

/** Takes rows as long as each follows the one before it; what comes after a gap or a broken link is held back. */
function linked(
  ports: SequencerPorts,
  chain: string,
  nextSeq: number,
  prevHash: string,
  candidates: readonly LedgerRow[],
  highestDelivered: number,
): PendingRows {
  const rows: LedgerRow[] = [];
  const entries: Uint8Array[] = [];
  let expected = { seq: nextSeq, prev: prevHash };
  for (const row of candidates) {
    const fault = row.seq !== expected.seq ? 'ledger_gap' : row.prev !== expected.prev ? 'ledger_link' : undefined;
    if (fault !== undefined) return { rows, entries, held: { code: fault, chain, fromSeq: expected.seq } };
    const entry = ports.tree.entryOf(row);
    if (entry.length > MAX_ENTRY_BYTES)
      return { rows, entries, held: { code: 'entry_too_large', chain, fromSeq: row.seq } };
    rows.push(row);
    entries.push(entry);
    expected = { seq: row.seq + 1, prev: row.hash };
  }
  if (rows.length === 0 && highestDelivered >= nextSeq)
    return { rows, entries, held: { code: 'ledger_gap', chain, fromSeq: nextSeq } };
  return { rows, entries };
}
