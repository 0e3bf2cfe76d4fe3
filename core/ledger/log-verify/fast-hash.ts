import { writeSha256 } from '../hash.ts';
import { treeRoot } from '../log/merkle.ts';

/** Bytes of a SHA-256 hash. */
export const HASH_BYTES = 32;

/**
 * Writes the leaf hash of the entry that fills `bytes` from `start` up to `end` as the hash numbered `index`. The entry is
 * not copied: the byte before it holds the leaf prefix meanwhile.
 */
export function writeLeafHash(bytes: Uint8Array, start: number, end: number, hashes: Buffer, index: number): void {
  const before = bytes[start - 1] ?? 0;
  bytes[start - 1] = 0;
  writeSha256(bytes.subarray(start - 1, end), hashes, index * HASH_BYTES);
  bytes[start - 1] = before;
}

/** The hash numbered `index`, as a view. */
export function hashAt(hashes: Uint8Array, index: number): Uint8Array {
  return hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
}

/** The root over hashes of equally large subtrees that lie one behind the other, pair by pair where they are complete. */
export function tileRoot(hashes: Uint8Array): Uint8Array {
  let count = hashes.length / HASH_BYTES;
  if ((count & (count - 1)) !== 0) return treeRoot(Array.from({ length: count }, (_, index) => hashAt(hashes, index)));
  const level = Buffer.from(hashes);
  const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1);
  for (; count > 1; count /= 2)
    for (let index = 0; index < count / 2; index += 1) {
      level.copy(node, 1, index * 2 * HASH_BYTES, (index + 1) * 2 * HASH_BYTES);
      writeSha256(node, level, index * HASH_BYTES);
    }
  return new Uint8Array(level.subarray(0, HASH_BYTES));
}

/** True when `length` bytes from two places are equal. */
export function sameBytesAt(left: Uint8Array, leftAt: number, right: Uint8Array, rightAt: number, length: number) {
  for (let index = 0; index < length; index += 1) if (left[leftAt + index] !== right[rightAt + index]) return false;
  return true;
}

/** Hexadecimal. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
