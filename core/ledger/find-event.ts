import type { LedgerReader } from './archive-ports.ts';
import type { LedgerRow } from './ledger-row.ts';
import { parseEvent } from './parse-event.ts';

/** Reads a chain's rows, from anywhere on and from its end. */
export interface ChainRows extends LedgerReader {
  /** The newest row of a chain, strongly consistent; undefined when the chain has none. */
  lastRow(chain: string): Promise<LedgerRow | undefined>;
}

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const ULID_TIME_DIGITS = 10;
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PAGE = 100;

/**
 * The row of a chain's event with this id; undefined when the chain has none. An event's id is made with the event's own
 * time, and a chain never runs backwards: halving finds the first row of that millisecond, and the rows of it are looked
 * through. No index of ids is kept for this.
 *
 * @throws {StorageFault} when the ledger could not answer
 * @see https://github.com/ulid/spec
 */
export async function findEvent(rows: ChainRows, chain: string, eventId: string): Promise<LedgerRow | undefined> {
  const timeMs = ulidTimeMs(eventId);
  const last = timeMs === undefined ? undefined : await rows.lastRow(chain);
  if (timeMs === undefined || last === undefined || last.timeMs < timeMs) return undefined;
  let nextSeq = await firstSeqSince(rows, chain, timeMs, last.seq);
  for (;;) {
    const page = await rows.readRows(chain, nextSeq, PAGE);
    const found = page.find((row) => row.timeMs === timeMs && idOf(row) === eventId);
    const end = page.at(-1);
    if (found !== undefined || end === undefined || end.timeMs > timeMs || page.length < PAGE) return found;
    nextSeq = end.seq + 1;
  }
}

/** The lowest sequence number whose row is not before that time, where the last row is one. */
async function firstSeqSince(rows: ChainRows, chain: string, timeMs: number, lastSeq: number): Promise<number> {
  let [low, high] = [0, lastSeq];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [row] = await rows.readRows(chain, middle, 1);
    if (row !== undefined && row.timeMs < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function idOf(row: LedgerRow): string | undefined {
  const event = parseEvent(row.bytes);
  return event.ok ? event.value.id : undefined;
}

function ulidTimeMs(id: string): number | undefined {
  if (!ULID.test(id)) return undefined;
  return [...id.slice(0, ULID_TIME_DIGITS)].reduce((timeMs, digit) => timeMs * 32 + CROCKFORD.indexOf(digit), 0);
}
