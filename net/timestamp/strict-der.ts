/**
 * X.690 DER, checked before anything is parsed: what passes has one reading and bounded nesting. The parser behind
 * it reads BER, in which one value has many spellings.
 */

const maxDepth = 32;

const constructed = 0x20;
const universalSequence = 0x10;
const universalSet = 0x11;

/** Whether `bytes` are exactly one DER value, and nothing after it. */
export function isStrictDer(bytes: Uint8Array): boolean {
  return endOfValue(bytes, 0, bytes.length, 0) === bytes.length;
}

/** Length of the DER value that `bytes` begin with; undefined when they begin with none. */
export function leadingValueLength(bytes: Uint8Array): number | undefined {
  return endOfValue(bytes, 0, bytes.length, 0);
}

/** Where the value that begins at `start` ends; undefined when it is not DER or passes `limit`. */
function endOfValue(bytes: Uint8Array, start: number, limit: number, depth: number): number | undefined {
  const tag = bytes[start];
  // Tags above 30 take more bytes; nothing in a timestamp has one.
  if (depth > maxDepth || tag === undefined || (tag & 0x1f) === 0x1f) return undefined;
  const header = readLength(bytes, start + 1);
  if (header === undefined) return undefined;
  const end = header.contentStart + header.length;
  if (end > limit) return undefined;
  if ((tag & constructed) === 0) {
    return isPrimitiveContent(tag, bytes.subarray(header.contentStart, end)) ? end : undefined;
  }
  if (tag < 0x40 && (tag & 0x1f) !== universalSequence && (tag & 0x1f) !== universalSet) return undefined;
  let position: number | undefined = header.contentStart;
  while (position !== undefined && position < end) position = endOfValue(bytes, position, end, depth + 1);
  return position;
}

/** A definite length in the fewest bytes. */
function readLength(bytes: Uint8Array, start: number): { contentStart: number; length: number } | undefined {
  const first = bytes[start];
  if (first === undefined) return undefined;
  if (first < 0x80) return { contentStart: start + 1, length: first };
  const count = first & 0x7f;
  if (count === 0 || count > 3 || start + count >= bytes.length) return undefined;
  const digits = bytes.subarray(start + 1, start + 1 + count);
  const length = digits.reduce((total, digit) => total * 256 + digit, 0);
  const isShortest = length >= 0x80 && digits[0] !== 0;
  return isShortest ? { contentStart: start + 1 + count, length } : undefined;
}

/** What DER says about the content of the universal types that have more than one spelling in BER. */
function isPrimitiveContent(tag: number, content: Uint8Array): boolean {
  switch (tag) {
    case 0x01:
      return content.length === 1 && (content[0] === 0 || content[0] === 0xff);
    case 0x02:
    case 0x0a:
      return isShortestInteger(content);
    case 0x03:
      return content[0] !== undefined && content[0] <= 7;
    case 0x05:
      return content.length === 0;
    case 0x06:
      return isObjectIdentifier(content);
    case 0x17:
      return /^\d{12}Z$/.test(asText(content));
    case 0x18:
      return /^\d{14}(?:\.\d*[1-9])?Z$/.test(asText(content));
    default:
      return tag !== universalSequence && tag !== universalSet;
  }
}

function isShortestInteger(content: Uint8Array): boolean {
  const [first, second] = content;
  if (first === undefined) return false;
  if (second === undefined) return true;
  return !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
}

/** Every part in the fewest bytes, the last one complete. */
function isObjectIdentifier(content: Uint8Array): boolean {
  const last = content.at(-1);
  if (last === undefined || last >= 0x80) return false;
  return !content.some((byte, index) => byte === 0x80 && (content[index - 1] ?? 0) < 0x80);
}

const asText = (content: Uint8Array): string => Buffer.from(content).toString('latin1');
