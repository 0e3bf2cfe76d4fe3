import * as nodeCrypto from 'node:crypto';

// One call costs half of what a hash object does; the first releases of Node 20, on which outsiders may check, have none.
const hashOnce: (bytes: Uint8Array | string) => string =
  'hash' in nodeCrypto
    ? (bytes) => nodeCrypto.hash('sha256', bytes, 'hex')
    : (bytes) => nodeCrypto.createHash('sha256').update(bytes).digest('hex');

/** SHA-256 of the concatenated parts, lower-case hexadecimal, 64 characters. */
export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return hashOnce(only);
  const hashing = nodeCrypto.createHash('sha256');
  for (const part of parts) hashing.update(part);
  return hashing.digest('hex');
}

const LEAF_PREFIX = Uint8Array.of(0);

/**
 * The RFC 9162 leaf hash of an event's exact bytes: SHA-256(0x00 ‖ bytes), hexadecimal. It is both the next event's
 * `prev` and the event's Merkle leaf.
 *
 * @see RFC 9162 section 2.1.1
 */
export function leafHash(bytes: Uint8Array): string {
  return sha256Hex(LEAF_PREFIX, bytes);
}
