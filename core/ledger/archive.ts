import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { ArchivePorts } from './archive-ports.ts';
import type { ArchiveProgress } from './archive-progress.ts';
import { readProgress, swapProgress } from './archive-progress.ts';
import type { LedgerRow } from './ledger-row.ts';
import { sameBytes } from './same-bytes.ts';
import type { Segment, SegmentLimits } from './segment.ts';
import { planSegments, segmentBytes } from './segment.ts';

/** Why a chain could not be archived further. `contended` passes by itself; the others need a person. */
export interface ArchiveProblem {
  readonly code: 'ledger_gap' | 'ledger_link' | 'archive_mismatch' | 'contended';
  readonly chain: string;
  /** The first sequence number that is not archived. */
  readonly seq: number;
  readonly detail: string;
}

type Progressed = Result<ArchiveProgress, ArchiveProblem>;

/** Swaps lost in a row before giving the batch back; every loss means another archiver moved on. */
const MAX_LOST_SWAPS = 8;

/**
 * Archives a chain up to the highest of the rows that were delivered, fetching what is missing from the ledger. Safe
 * to repeat, to interrupt anywhere and to run more than once at the same time: an object is created before progress
 * names it, and an object found in the way is adopted only when its bytes equal the ledger's.
 *
 * @throws {StorageFault} when a port could not answer; nothing is lost, the call can be repeated
 */
export async function archiveChain(
  ports: ArchivePorts,
  chain: string,
  delivered: readonly LedgerRow[],
  limits: SegmentLimits,
): Promise<Progressed> {
  const lastSeq = Math.max(-1, ...delivered.map((row) => row.seq));
  let known = delivered;
  let lostSwaps = 0;
  let from = await readProgress(ports.store, chain);
  while (from.nextSeq <= lastSeq) {
    known = await windowRows(ports, chain, from.nextSeq, lastSeq, known, limits);
    const [segment] = planSegments(chain, from.nextSeq, known, limits).segments;
    if (segment === undefined) return refused(problem('ledger_gap', chain, from.nextSeq, 'the ledger has no such row'));
    const written = await writeSegment(ports, segment, from);
    if (!written.ok) return written;
    if (await swapProgress(ports.store, chain, from, written.value)) {
      from = written.value;
      lostSwaps = 0;
      continue;
    }
    lostSwaps += 1;
    if (lostSwaps > MAX_LOST_SWAPS)
      return refused(problem('contended', chain, from.nextSeq, 'other archivers kept moving the chain'));
    from = await readProgress(ports.store, chain);
  }
  return ok(from);
}

/** The rows at hand, joined by the ledger's own where the next segment would have a gap. */
async function windowRows(
  ports: ArchivePorts,
  chain: string,
  nextSeq: number,
  lastSeq: number,
  known: readonly LedgerRow[],
  limits: SegmentLimits,
): Promise<readonly LedgerRow[]> {
  const open = known.filter((row) => row.seq >= nextSeq);
  const [gap] = planSegments(chain, nextSeq, open, limits).missing;
  const windowEnd = Math.min(lastSeq, nextSeq + limits.maxRows - 1);
  if (gap === undefined || gap.fromSeq > windowEnd) return open;
  const toSeq = Math.min(gap.toSeq, windowEnd);
  return [...open, ...(await ports.ledger.readRows(chain, gap.fromSeq, toSeq - gap.fromSeq + 1))];
}

async function writeSegment(ports: ArchivePorts, segment: Segment, from: ArchiveProgress): Promise<Progressed> {
  const linked = checkLinks(segment.rows, from);
  if (!linked.ok) return linked;
  if ((await ports.archive.create(segment.key, segmentBytes(segment))) === 'created') return linked;
  return adopt(ports, segment, from);
}

function checkLinks(rows: readonly LedgerRow[], from: ArchiveProgress): Progressed {
  let progress = from;
  for (const row of rows) {
    if (row.seq !== progress.nextSeq || row.prev !== progress.prevHash)
      return refused(
        problem(
          'ledger_link',
          row.chain,
          from.nextSeq,
          `event ${row.seq} names prev \`${row.prev}\`, expected \`${progress.prevHash}\``,
        ),
      );
    progress = { nextSeq: row.seq + 1, prevHash: row.hash };
  }
  return ok(progress);
}

/** Takes over the object another attempt left: it may be shorter or longer than ours, but never other bytes. */
async function adopt(ports: ArchivePorts, segment: Segment, from: ArchiveProgress): Promise<Progressed> {
  const lines = splitLines(await ports.archive.read(segment.key));
  const mismatch = (detail: string) => refused(problem('archive_mismatch', segment.chain, segment.firstSeq, detail));
  if (lines === undefined) return mismatch(`\`${segment.key}\` does not hold whole lines`);
  const known = segment.rows.slice(0, lines.length);
  const beyond = lines.length - known.length;
  const rest = beyond > 0 ? await ports.ledger.readRows(segment.chain, segment.firstSeq + known.length, beyond) : [];
  const rows = [...known, ...rest];
  const wrong = lines.findIndex((line, index) => !sameBytes(line, rows[index]?.bytes ?? NOTHING));
  if (wrong >= 0) return mismatch(`\`${segment.key}\` line ${wrong + 1} differs from the ledger`);
  return checkLinks(rows, from);
}

const NOTHING = new Uint8Array();
const LINE_FEED = 0x0a;

function splitLines(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  if (bytes.at(-1) !== LINE_FEED) return undefined;
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end === start) return undefined;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function problem(code: ArchiveProblem['code'], chain: string, seq: number, detail: string): ArchiveProblem {
  return { code, chain, seq, detail };
}
