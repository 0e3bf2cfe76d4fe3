import { CorruptState } from '../state/stored.ts';
import type { LedgerRow } from './ledger-row.ts';
import { sameBytes } from './same-bytes.ts';
import { segmentKey } from './segment-key.ts';

/** Consecutive events of one chain and one UTC date: what becomes one archive object. */
export interface Segment {
  readonly chain: string;
  readonly key: string;
  readonly firstSeq: number;
  /** Never empty. */
  readonly rows: readonly LedgerRow[];
}

/** Sequence numbers `fromSeq` to `toSeq`, both included. */
export interface SeqRange {
  readonly fromSeq: number;
  readonly toSeq: number;
}

/** How large a segment may grow. One row larger than `maxBytes` still makes a segment of its own. */
export interface SegmentLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** What can be archived now, in order, and what cannot. */
export interface SegmentPlan {
  readonly segments: readonly Segment[];
  /** Rows behind the first gap: a gap is never jumped. */
  readonly heldBack: readonly LedgerRow[];
  /** What to fetch by key so that nothing is held back. */
  readonly missing: readonly SeqRange[];
}

/**
 * Plans the segments of one chain from whatever rows are at hand, in any order, repeated or not. Rows below `nextSeq`
 * are archived already and ignored.
 *
 * @param nextSeq the first sequence number that is not archived yet
 * @throws {CorruptState} when two different rows claim the same sequence number, or a row belongs to another chain
 */
export function planSegments(
  chain: string,
  nextSeq: number,
  rows: Iterable<LedgerRow>,
  limits: SegmentLimits,
): SegmentPlan {
  const ordered = orderedRows(chain, nextSeq, rows);
  const gap = ordered.findIndex((row, index) => row.seq !== nextSeq + index);
  const ready = gap < 0 ? ordered : ordered.slice(0, gap);
  return {
    segments: cutSegments(chain, ready, limits),
    heldBack: gap < 0 ? [] : ordered.slice(gap),
    missing: missingRanges(nextSeq, ordered),
  };
}

/** A segment's exact bytes: every event's bytes followed by a line feed. */
export function segmentBytes(segment: Segment): Uint8Array {
  const bytes = new Uint8Array(segment.rows.reduce((total, row) => total + row.bytes.length + 1, 0));
  let offset = 0;
  for (const row of segment.rows) {
    bytes.set(row.bytes, offset);
    offset += row.bytes.length;
    bytes[offset] = LINE_FEED;
    offset += 1;
  }
  return bytes;
}

const LINE_FEED = 0x0a;

function orderedRows(chain: string, nextSeq: number, rows: Iterable<LedgerRow>): LedgerRow[] {
  const bySeq = new Map<number, LedgerRow>();
  for (const row of rows) {
    if (row.chain !== chain) throw new CorruptState(`expected rows of \`${chain}\`, got \`${row.chain}\``);
    const known = bySeq.get(row.seq);
    if (known !== undefined && !sameBytes(known.bytes, row.bytes))
      throw new CorruptState(`expected one event at \`${chain}\` ${row.seq}, got two different ones`);
    if (row.seq >= nextSeq) bySeq.set(row.seq, row);
  }
  return [...bySeq.values()].sort((left, right) => left.seq - right.seq);
}

function cutSegments(chain: string, rows: readonly LedgerRow[], limits: SegmentLimits): readonly Segment[] {
  const segments: Segment[] = [];
  let open: LedgerRow[] = [];
  let openBytes = 0;
  const close = () => {
    const [first] = open;
    if (first !== undefined)
      segments.push({ chain, key: segmentKey(chain, first.date, first.seq), firstSeq: first.seq, rows: open });
    open = [];
    openBytes = 0;
  };
  for (const row of rows) {
    const size = row.bytes.length + 1;
    const fits = open.length < limits.maxRows && openBytes + size <= limits.maxBytes && open[0]?.date === row.date;
    if (!fits) close();
    open.push(row);
    openBytes += size;
  }
  close();
  return segments;
}

function missingRanges(nextSeq: number, ordered: readonly LedgerRow[]): readonly SeqRange[] {
  const ranges: SeqRange[] = [];
  let expected = nextSeq;
  for (const row of ordered) {
    if (row.seq > expected) ranges.push({ fromSeq: expected, toSeq: row.seq - 1 });
    expected = row.seq + 1;
  }
  return ranges;
}
