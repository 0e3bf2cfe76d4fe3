import { EVENT_VERSION } from '../event.ts';
import { EVENT_PREDICATE_TYPE } from '../statement.ts';
import { hasAscii } from './canonical-scan.ts';
import { sameBytesAt } from './fast-hash.ts';

/** What stands behind an event in its entry, up to the digest. Bytes, because text is read slowly one character at a time. */
export const FRAME = Buffer.from(`,"predicateType":"${EVENT_PREDICATE_TYPE}","subject":[{"digest":{"sha256":"`);
/** The end of an event. */
export const VERSION = Buffer.from(`,"v":"${EVENT_VERSION}"}`);

const QUOTE = 0x22;
const COLON = 0x3a;
const AFTER_DIGEST = '"},"name":';
const AFTER_NAME = '"}]}';
const DIGEST_DIGITS = 64;
/** Characters from behind `,"time":"` to before the type: a time and `","type":"`. */
const TIME_TO_TYPE = 24 + 10;
const TIME = ',"time":"';
/** Characters from the id's comma to before the sequence number: id, `prev` and their names. */
const ID_TO_SEQ = ',"id":"'.length + 26 + '","prev":"'.length + 64 + '","seq":'.length;

/** Where an entry's event goes on with its id, and where it ends. */
export interface EntryTail {
  readonly idAt: number;
  readonly eventEnd: number;
}

/**
 * Finds the tail of the entry that ends at `end`, from behind: all after the framework references has one form. Undefined
 * when it is not found; what stands there is still to be read.
 */
export function entryTail(bytes: Uint8Array, end: number): EntryTail | undefined {
  if (!hasAscii(bytes, end - AFTER_NAME.length, AFTER_NAME)) return undefined;
  const nameQuote = lastBefore(bytes, end - AFTER_NAME.length, QUOTE);
  const digestAt = nameQuote - AFTER_DIGEST.length - DIGEST_DIGITS;
  const eventEnd = digestAt - FRAME.length;
  if (eventEnd < VERSION.length || !hasAscii(bytes, nameQuote - AFTER_DIGEST.length, AFTER_DIGEST)) return undefined;
  if (!sameBytesAt(bytes, eventEnd, FRAME, 0, FRAME.length)) return undefined;
  const typeQuote = lastBefore(bytes, eventEnd - VERSION.length - 1, QUOTE);
  const seqEnd = typeQuote + 1 - TIME_TO_TYPE - TIME.length;
  const idAt = lastBefore(bytes, seqEnd, COLON) + 1 - ID_TO_SEQ;
  return idAt < 0 ? undefined : { idAt, eventEnd };
}

/** The last place before `end` with this byte; -1 when there is none. */
function lastBefore(bytes: Uint8Array, end: number, byte: number): number {
  let at = end - 1;
  while (at >= 0 && bytes[at] !== byte) at -= 1;
  return at;
}
