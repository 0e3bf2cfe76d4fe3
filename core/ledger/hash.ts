import { createHash } from 'node:crypto';

/** SHA-256 of the concatenated parts, lower-case hexadecimal, 64 characters. */
export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
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
