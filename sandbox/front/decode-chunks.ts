import { AwsError } from '../contract.ts';

/** A body without its transfer framing, and the headers that came after it. */
export interface DecodedBody {
  readonly body: Uint8Array;
  readonly trailers: { readonly [lowerCaseName: string]: string };
}

const lineEnd = Buffer.from('\r\n');

function malformed(): AwsError {
  return new AwsError('IncompleteBody', 400, 'The request body terminated unexpectedly');
}

function readTrailers(text: string): DecodedBody['trailers'] {
  const lines = text.split('\r\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

/**
 * Takes `aws-chunked` framing off: `<hex length>[;extension]\r\n<bytes>\r\n … 0\r\n<trailers>\r\n`.
 *
 * @throws {AwsError} `IncompleteBody` where the framing is broken
 */
export function decodeChunks(framed: Uint8Array): DecodedBody {
  const bytes = Buffer.from(framed.buffer, framed.byteOffset, framed.byteLength);
  const parts: Buffer[] = [];
  let position = 0;
  for (;;) {
    const end = bytes.indexOf(lineEnd, position);
    const size = /^([0-9a-f]{1,8})(;.*)?$/i.exec(bytes.toString('latin1', position, Math.max(end, position)))?.[1];
    if (end < 0 || size === undefined) {
      throw malformed();
    }
    const length = Number.parseInt(size, 16);
    const start = end + lineEnd.byteLength;
    if (length === 0) {
      return { body: Buffer.concat(parts), trailers: readTrailers(bytes.toString('latin1', start)) };
    }
    if (start + length + lineEnd.byteLength > bytes.byteLength) {
      throw malformed();
    }
    parts.push(bytes.subarray(start, start + length));
    position = start + length + lineEnd.byteLength;
  }
}
