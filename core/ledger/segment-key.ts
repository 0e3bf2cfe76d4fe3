/** What a segment's object key says. */
export interface SegmentName {
  /** `yyyy-mm-dd` (UTC), the date of every event inside. */
  readonly date: string;
  /** The chain as keys spell it; see {@link chainFolder}. */
  readonly folder: string;
  readonly firstSeq: number;
}

const SEQ_DIGITS = 16;
const KEY = /^events\/dt=(\d{4}-\d{2}-\d{2})\/([^/]+)\/(\d{16})\.jsonl$/;

/** How a chain is spelled inside object keys: `/` and `:` become `~`. */
export function chainFolder(chain: string): string {
  return chain.replace(/[/:]/g, '~');
}

/** The chain a folder is named after: only the first two `~` were separators, and no role name holds one. */
export function chainOfFolder(folder: string): string {
  return folder.replace('~', '/').replace('~', ':');
}

/** A sequence number as keys hold it: 16 digits, so that text order is number order. */
export function seqText(seq: number): string {
  return String(seq).padStart(SEQ_DIGITS, '0');
}

/**
 * The object key of the segment of `chain` that begins at `firstSeq`. The date is the first event's, so exactly one
 * object can ever begin there.
 */
export function segmentKey(chain: string, date: string, firstSeq: number): string {
  return `events/dt=${date}/${chainFolder(chain)}/${seqText(firstSeq)}.jsonl`;
}

/** Reads an object key; `undefined` when it is not a segment's. */
export function parseSegmentKey(key: string): SegmentName | undefined {
  const [, date, folder, digits] = KEY.exec(key) ?? [];
  if (date === undefined || folder === undefined || digits === undefined) return undefined;
  const firstSeq = Number(digits);
  return Number.isSafeInteger(firstSeq) ? { date, folder, firstSeq } : undefined;
}
