import type { JsonValue } from '../../json.ts';
import { AGENT_CHAIN, EVENT_TYPES } from '../event.ts';
import { hasAscii, sameStretch, scanInteger, scanObject, scanString } from './canonical-scan.ts';
import { entryTail, FRAME, VERSION } from './entry-tail.ts';
import { sameBytesAt } from './fast-hash.ts';

const HEAD = '{"_type":"https://in-toto.io/Statement/v1","predicate":{';
const QUOTE = 0x22;
const HEX_DIGITS = 64;
const ULID_CHARACTERS = 26;
const TIME_CHARACTERS = 24;
/** Members of `data` that the scan remembers; events with more are left to the parser. */
const MAX_MEMBERS = 48;

/** The value of a lower-case hexadecimal digit, else 255. */
const HEX_VALUES = valuesOf('0123456789abcdef');
/** The value of a digit of a ULID, else 255. @see https://github.com/ulid/spec */
const ULID_VALUES = valuesOf('0123456789ABCDEFGHJKMNPQRSTVWXYZ');
const DIGITS = Float64Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : Number.NaN,
);
const TYPES: ReadonlyMap<number, readonly string[]> = new Map(
  EVENT_TYPES.map(({ length }) => [length, EVENT_TYPES.filter((type) => type.length === length)]),
);

/**
 * Where the parts of one entry are, found without parsing it. `scan` accepts only entries that a strict parser would
 * accept with the same values, their form being canonical; others are left to that parser. One object serves many
 * entries one after the other.
 */
export class EntryScan {
  readonly #bytes: Uint8Array;
  readonly #text: Buffer;
  readonly #members = new Int32Array(MAX_MEMBERS * 4);
  #memberCount = 0;
  #chainStart = 0;
  #chainEnd = 0;
  #headChainStart = 0;
  #headChainEnd = 0;
  #idAt = 0;
  #prevAt = 0;
  chain = '';
  type = '';
  seq = 0;
  timeMs = 0;

  /** @param bytes what the entries are stretches of */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads the entry that fills the bytes from `start` up to `end`; false when it has to be parsed. */
  scan(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const dataAt = this.#scanHead(start);
    if (dataAt < 0) return false;
    this.#memberCount = 0;
    const refsAt = scanObject(bytes, dataAt, this.#seen);
    if (refsAt < 0 || this.#memberCount > MAX_MEMBERS) return false;
    const at = this.#scanTail(scanRefs(bytes, refsAt));
    if (at < 0 || at > end) return false;
    this.#takeChain();
    return this.#scanFrame(at, end);
  }

  /**
   * Reads only what places the event in its chain, from both ends of the entry, and vouches for nothing in between; false
   * when it has to be parsed.
   */
  scanPlace(start: number, end: number): boolean {
    const dataAt = this.#scanHead(start);
    const tail = entryTail(this.#bytes, end);
    if (dataAt < 0 || tail === undefined || tail.idAt < dataAt || this.#scanTail(tail.idAt) !== tail.eventEnd)
      return false;
    this.#takeChain();
    return true;
  }

  /** From the entry's beginning to where `data` begins. */
  #scanHead(start: number): number {
    const bytes = this.#bytes;
    if (!hasAscii(bytes, start, HEAD)) return -1;
    let at = start + HEAD.length;
    const agentStart = at + 9;
    let agentEnd = agentStart;
    if (hasAscii(bytes, at, '"agent":"')) {
      at = scanString(bytes, at + 8);
      agentEnd = at - 1;
      if (agentEnd <= agentStart || bytes[at] !== 0x2c) return -1;
      at += 1;
    }
    if (!hasAscii(bytes, at, '"chain":"')) return -1;
    const chainStart = at + 9;
    const chainEnd = scanString(bytes, at + 8) - 1;
    if (chainEnd <= chainStart || !hasAscii(bytes, chainEnd, '","data":{')) return -1;
    if (hasAscii(bytes, chainStart, AGENT_CHAIN)) {
      if (!sameStretch(bytes, agentStart, agentEnd, chainStart + AGENT_CHAIN.length, chainEnd)) return -1;
    }
    this.#headChainStart = chainStart;
    this.#headChainEnd = chainEnd;
    return chainEnd + 9;
  }

  /** A member of `data`; undefined when there is none. */
  dataMember(name: string): JsonValue | undefined {
    const member = this.#memberAt(name);
    if (member < 0) return undefined;
    const [start, end] = [this.#place(member, 2), this.#place(member, 3)];
    const first = this.#bytes[start];
    if (first === 0x74 || first === 0x66) return first === 0x74;
    if (first !== QUOTE) return JSON.parse(this.#text.toString('latin1', start, end));
    // The scan takes no escapes, so what stands between the quotes is the string. Most amounts are zero.
    if (end - start === 3 && this.#bytes[start + 1] === 0x30) return '0';
    return this.#text.toString('latin1', start + 1, end - 1);
  }

  /** Writes the event's `prev` as 32 bytes. */
  writePrev(target: Uint8Array, offset: number): void {
    for (let index = 0; index < HEX_DIGITS / 2; index += 1) {
      const at = this.#prevAt + index * 2;
      target[offset + index] = hexValue(this.#bytes[at]) * 16 + hexValue(this.#bytes[at + 1]);
    }
  }

  /** Writes the event's id as 16 bytes. */
  writeId(target: Uint8Array, offset: number): void {
    writeUlid(this.#bytes, this.#idAt, target, offset);
  }

  readonly #seen = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void => {
    const at = this.#memberCount * 4;
    this.#memberCount += 1;
    if (at >= this.#members.length) return;
    this.#members[at] = keyStart;
    this.#members[at + 1] = keyEnd;
    this.#members[at + 2] = valueStart;
    this.#members[at + 3] = valueEnd;
  };

  /** Events of one chain often follow each other: then its name need not be decoded again. */
  #takeChain(): void {
    const [start, end] = [this.#headChainStart, this.#headChainEnd];
    if (!sameStretch(this.#bytes, start, end, this.#chainStart, this.#chainEnd))
      this.chain = this.#text.toString('latin1', start, end);
    this.#chainStart = start;
    this.#chainEnd = end;
  }

  /** A member's place as {@link EntryScan.#seen} keeps it; 0 when there is no such member. */
  #place(member: number, what: number): number {
    return member < 0 ? 0 : (this.#members[member + what] ?? 0);
  }

  #memberAt(name: string): number {
    for (let at = 0; at < this.#memberCount * 4; at += 4) {
      const keyStart = this.#members[at] ?? 0;
      if ((this.#members[at + 1] ?? 0) - keyStart === name.length && hasAscii(this.#bytes, keyStart, name)) return at;
    }
    return -1;
  }

  /** From behind the framework references to the end of the event. */
  #scanTail(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    if (at < 0 || !hasAscii(bytes, at, ',"id":"') || !isUlid(bytes, at + 7)) return -1;
    this.#idAt = at + 7;
    at = this.#idAt + ULID_CHARACTERS;
    if (!hasAscii(bytes, at, '","prev":"') || !isHash(bytes, at + 10)) return -1;
    this.#prevAt = at + 10;
    at = this.#prevAt + HEX_DIGITS;
    if (!hasAscii(bytes, at, '","seq":') || bytes[at + 8] === 0x2d) return -1;
    const seqEnd = scanInteger(bytes, at + 8);
    if (seqEnd < 0 || !hasAscii(bytes, seqEnd, ',"time":"')) return -1;
    this.seq = decimal(bytes, at + 8, seqEnd);
    const timeMs = instantAt(bytes, seqEnd + 9);
    if (timeMs === undefined) return -1;
    this.timeMs = timeMs;
    at = seqEnd + 9 + TIME_CHARACTERS;
    if (!hasAscii(bytes, at, '","type":"')) return -1;
    const typeEnd = scanString(bytes, at + 9) - 1;
    if (typeEnd < 0 || !sameBytesAt(bytes, typeEnd + 1, VERSION, 0, VERSION.length)) return -1;
    const type = TYPES.get(typeEnd - at - 10)?.find((name) => hasAscii(bytes, at + 10, name));
    if (type === undefined) return -1;
    this.type = type;
    return typeEnd + 1 + VERSION.length;
  }

  /** The statement's subject must be the action that `data` names, or the event's place when it names none. */
  #scanFrame(start: number, end: number): boolean {
    const bytes = this.#bytes;
    if (!sameBytesAt(bytes, start, FRAME, 0, FRAME.length)) return false;
    const digestAt = start + FRAME.length;
    const nameAt = digestAt + HEX_DIGITS + 11;
    if (!hasAscii(bytes, nameAt - 11, '"},"name":"')) return false;
    const nameEnd = scanString(bytes, nameAt - 1) - 1;
    if (nameEnd < 0 || !hasAscii(bytes, nameEnd, '"}]}') || nameEnd + 4 !== end) return false;
    const [id, digest] = [this.#memberAt('actionId'), this.#memberAt('actionDigest')];
    const [idStart, idEnd] = [this.#place(id, 2), this.#place(id, 3)];
    const [digestStart, digestEnd] = [this.#place(digest, 2), this.#place(digest, 3)];
    const isDigest = digestEnd - digestStart === HEX_DIGITS + 2 && isHash(bytes, digestStart + 1);
    if (bytes[idStart] === QUOTE && idEnd > 0 && isDigest && bytes[digestStart] === QUOTE)
      return (
        sameStretch(bytes, nameAt, nameEnd, idStart + 1, idEnd - 1) &&
        sameStretch(bytes, digestAt, digestAt + HEX_DIGITS, digestStart + 1, digestEnd - 1)
      );
    return (
      sameStretch(bytes, nameAt, nameEnd, this.#chainStart, this.#chainEnd) &&
      sameStretch(bytes, digestAt, digestAt + HEX_DIGITS, this.#prevAt, this.#prevAt + HEX_DIGITS)
    );
  }
}

/** Writes the ULID at `start` of `text` as 16 bytes. */
export function writeUlid(text: Uint8Array, start: number, target: Uint8Array, offset: number): void {
  // The first digit holds three bits, the other 25 five each: 128 in all.
  let [bits, held, to] = [ULID_VALUES[text[start] ?? 0] ?? 0, 3, offset];
  for (let index = 1; index < ULID_CHARACTERS; index += 1) {
    bits = ((bits << 5) | (ULID_VALUES[text[start + index] ?? 0] ?? 0)) & 0xffff;
    held += 5;
    if (held < 8) continue;
    held -= 8;
    target[to] = (bits >> held) & 0xff;
    to += 1;
  }
}

function isUlid(bytes: Uint8Array, start: number): boolean {
  if ((ULID_VALUES[bytes[start] ?? 0] ?? 255) > 7) return false;
  for (let index = 1; index < ULID_CHARACTERS; index += 1)
    if (ULID_VALUES[bytes[start + index] ?? 0] === 255) return false;
  return true;
}

function isHash(bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < HEX_DIGITS; index += 1) if (HEX_VALUES[bytes[start + index] ?? 0] === 255) return false;
  return true;
}

/** The end of `,"frameworkRefs":[…]` with at least one reference and no empty one. */
function scanRefs(bytes: Uint8Array, start: number): number {
  if (!hasAscii(bytes, start, ',"frameworkRefs":[')) return -1;
  for (let at = start + 18; ; ) {
    const end = scanString(bytes, at);
    if (end < at + 3) return -1;
    if (bytes[end] === 0x5d) return end + 1;
    if (bytes[end] !== 0x2c) return -1;
    at = end + 1;
  }
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Epoch milliseconds of the UTC time `yyyy-mm-ddThh:mm:ss.mmmZ` at `start`; undefined for years before 1970 too. */
function instantAt(bytes: Uint8Array, start: number): number | undefined {
  const isPunctuated =
    bytes[start + 4] === 0x2d &&
    bytes[start + 7] === 0x2d &&
    bytes[start + 10] === 0x54 &&
    bytes[start + 13] === 0x3a &&
    bytes[start + 16] === 0x3a &&
    bytes[start + 19] === 0x2e &&
    bytes[start + 23] === 0x5a;
  if (!isPunctuated) return undefined;
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  const [hour, minute] = [twoDigits(bytes, start + 11), twoDigits(bytes, start + 14)];
  const second = twoDigits(bytes, start + 17);
  const milliseconds = twoDigits(bytes, start + 20) * 10 + (DIGITS[bytes[start + 22] ?? 0] ?? Number.NaN);
  const isLeap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = (MONTH_DAYS[month - 1] ?? 0) + (isLeap ? 1 : 0);
  // Written so that a missing digit, which is not a number, fails every comparison.
  const isInstant = year >= 1970 && day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 59;
  return isInstant && milliseconds >= 0
    ? Date.UTC(year, month - 1, day, hour, minute, second, milliseconds)
    : undefined;
}

function twoDigits(bytes: Uint8Array, start: number): number {
  return (DIGITS[bytes[start] ?? 0] ?? Number.NaN) * 10 + (DIGITS[bytes[start + 1] ?? 0] ?? Number.NaN);
}

function decimal(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 10 + (bytes[at] ?? 0) - 0x30;
  return value;
}

function hexValue(byte: number | undefined): number {
  return HEX_VALUES[byte ?? 0] ?? 0;
}

function valuesOf(digits: string): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const value = digits.indexOf(String.fromCharCode(byte));
    return value < 0 ? 255 : value;
  });
}
