import * as nodeCrypto from 'node:crypto';

// One call costs half of what a hash object does; the first releases of Node 20, on which outsiders may check, have none.
const hashOnce: (bytes: Uint8Array | string) => string =
  'hash' in nodeCrypto
    ? (bytes) => nodeCrypto.hash('sha256', bytes, 'hex')
    : (bytes) => nodeCrypto.createHash('sha256').update(bytes).digest('hex');

// A hash as text, copied, takes half the time of one in a buffer that is made for it.
const hashText: (bytes: Uint8Array) => string =
  'hash' in nodeCrypto
    ? (bytes) => nodeCrypto.hash('sha256', bytes, 'binary')
    : (bytes) => nodeCrypto.createHash('sha256').update(bytes).digest('binary');

/** SHA-256, 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return Buffer.from(hashText(bytes), 'latin1');
}

/** Writes SHA-256 of the bytes, 32 bytes, at `offset` of the target. */
export function writeSha256(bytes: Uint8Array, target: Buffer, offset: number): void {
  target.write(hashText(bytes), offset, 'latin1');
}

/** SHA-256 of the concatenated parts, lower-case hexadecimal, 64 characters. */
export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return hashOnce(only);
  const hashing = nodeCrypto.createHash('sha256');
  for (const part of parts) hashing.update(part);
  return hashing.digest('hex');
}

// Leaf prefix and entry lie in it side by side for one call: copying an entry costs far less than a hash object does.
const leaf = new Uint8Array(1 + 65_535);

/**
 * The RFC 9162 leaf hash of an event's exact bytes: SHA-256(0x00 ‖ bytes), hexadecimal. It is both the next event's
 * `prev` and the event's Merkle leaf.
 *
 * @see RFC 9162 section 2.1.1
 */
export function leafHash(bytes: Uint8Array): string {
  return hashOnce(leafOf(bytes));
}

/** As {@link leafHash}, 32 bytes. */
export function leafHashOf(bytes: Uint8Array): Uint8Array {
  return sha256(leafOf(bytes));
}

function leafOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= leaf.length) return Buffer.concat([leaf.subarray(0, 1), bytes]);
  leaf.set(bytes, 1);
  return leaf.subarray(0, 1 + bytes.length);
}
