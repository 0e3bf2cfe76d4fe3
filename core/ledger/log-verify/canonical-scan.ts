/**
 * Finds where a JSON value ends whose canonical form can be told byte by byte: ASCII, no escapes, whole numbers of at
 * most 15 digits, keys in ascending order. What the scan accepts is canonical (RFC 8785); what it does not accept may
 * be so all the same, and is left to a real parser.
 */

/** Nesting that the scan follows; deeper values are left to a parser. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;

/** 1 for bytes that stand for themselves inside a string. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f && byte !== QUOTE && byte !== 0x5c ? 1 : 0,
);

/** Told of every member of the outermost object: where its key (without quotes) and its value begin and end. */
export type MemberSeen = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => void;

/** The end of the string that begins with a quote at `start`, after its closing quote; -1 when it is not plain. */
export function scanString(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== QUOTE) return -1;
  let at = start + 1;
  while (PLAIN[bytes[at] ?? 0] === 1) at += 1;
  return bytes[at] === QUOTE ? at + 1 : -1;
}

/** The end of the number at `start`; -1 unless it is an integer in its one short spelling. */
export function scanInteger(bytes: Uint8Array, start: number): number {
  const first = bytes[start] === 0x2d ? start + 1 : start;
  let at = first;
  while (isDigit(bytes[at] ?? 0)) at += 1;
  const digits = at - first;
  if (digits === 0 || digits > 15) return -1;
  // Neither leading zeros nor a negative zero are canonical.
  if (bytes[first] === 0x30 && (digits > 1 || first !== start)) return -1;
  const next = bytes[at];
  return next === 0x2e || next === 0x65 || next === 0x45 ? -1 : at;
}

/** The end of the object at `start`; -1 when the scan cannot vouch for its form. */
export function scanObject(bytes: Uint8Array, start: number, onMember?: MemberSeen, depth = 0): number {
  if (bytes[start] !== 0x7b || depth > MAX_DEPTH) return -1;
  if (bytes[start + 1] === 0x7d) return start + 2;
  let [at, lastKeyStart, lastKeyEnd] = [start + 1, 0, 0];
  for (;;) {
    const keyEnd = scanString(bytes, at);
    if (keyEnd < 0 || bytes[keyEnd] !== COLON) return -1;
    if (lastKeyEnd > 0 && !isAscending(bytes, lastKeyStart, lastKeyEnd, at + 1, keyEnd - 1)) return -1;
    const valueEnd = scanValue(bytes, keyEnd + 1, depth + 1);
    if (valueEnd < 0) return -1;
    onMember?.(at + 1, keyEnd - 1, keyEnd + 1, valueEnd);
    if (bytes[valueEnd] === 0x7d) return valueEnd + 1;
    if (bytes[valueEnd] !== COMMA) return -1;
    [lastKeyStart, lastKeyEnd, at] = [at + 1, keyEnd - 1, valueEnd + 1];
  }
}

function scanValue(bytes: Uint8Array, start: number, depth: number): number {
  switch (bytes[start]) {
    case QUOTE:
      return scanString(bytes, start);
    case 0x7b:
      return scanObject(bytes, start, undefined, depth);
    case 0x5b:
      return scanArray(bytes, start, depth);
    case 0x74:
      return hasAscii(bytes, start, 'true') ? start + 4 : -1;
    case 0x66:
      return hasAscii(bytes, start, 'false') ? start + 5 : -1;
    case 0x6e:
      return hasAscii(bytes, start, 'null') ? start + 4 : -1;
    default:
      return scanInteger(bytes, start);
  }
}

function scanArray(bytes: Uint8Array, start: number, depth: number): number {
  if (depth > MAX_DEPTH) return -1;
  if (bytes[start + 1] === 0x5d) return start + 2;
  for (let at = start + 1; ; ) {
    const end = scanValue(bytes, at, depth + 1);
    if (end < 0) return -1;
    if (bytes[end] === 0x5d) return end + 1;
    if (bytes[end] !== COMMA) return -1;
    at = end + 1;
  }
}

/** True when `text`, which is ASCII, stands at `start`. */
export function hasAscii(bytes: Uint8Array, start: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (bytes[start + index] !== text.charCodeAt(index)) return false;
  return true;
}

/** True when two stretches of the same bytes are equal. */
export function sameStretch(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number) {
  if (end - start !== otherEnd - otherStart) return false;
  for (let index = 0; index < end - start; index += 1)
    if (bytes[start + index] !== bytes[otherStart + index]) return false;
  return true;
}

/** True when the second key is greater than the first. ASCII sorts by bytes as it does by UTF-16 code units. */
function isAscending(bytes: Uint8Array, start: number, end: number, nextStart: number, nextEnd: number): boolean {
  const shared = Math.min(end - start, nextEnd - nextStart);
  for (let index = 0; index < shared; index += 1) {
    const [left = 0, right = 0] = [bytes[start + index], bytes[nextStart + index]];
    if (left !== right) return left < right;
  }
  return end - start < nextEnd - nextStart;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
