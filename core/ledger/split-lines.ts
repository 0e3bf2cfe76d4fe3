/** A line of an object without its line feed, and where it begins. */
export interface Line {
  readonly bytes: Uint8Array;
  readonly byteOffset: number;
  /** False for text after the last line feed, and for a line cut off at the size limit. */
  readonly complete: boolean;
}

/** Larger than any ledger row can be: a DynamoDB item holds at most 400 KB. */
export const MAX_LINE_BYTES = 512 * 1024;

const LINE_FEED = 0x0a;

/** Splits a stream into lines, holding one line at a time. Ends after a line that is too long to be an event. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let rest: Uint8Array = new Uint8Array();
  let byteOffset = 0;
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : joined(rest, chunk);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED, start); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      yield { bytes: bytes.subarray(start, end), byteOffset, complete: true };
      byteOffset += end + 1 - start;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MAX_LINE_BYTES) break;
  }
  if (rest.length > 0) yield { bytes: rest, byteOffset, complete: false };
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(left.length + right.length);
  bytes.set(left);
  bytes.set(right, left.length);
  return bytes;
}
