import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';

/** The longest entry that a bundle can hold, bytes. */
export const MAX_ENTRY_BYTES = 65_535;

/** Why bytes are not a bundle of entries. */
export interface EntryBundleProblem {
  readonly code: 'entry_bundle_truncated';
  /** Where the entry begins that is not all there. */
  readonly byteOffset: number;
}

/**
 * Entries one after the other, each after its length as a big-endian 16-bit integer.
 *
 * @throws {RangeError} on an entry above {@link MAX_ENTRY_BYTES}
 * @see https://c2sp.org/tlog-tiles
 */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((total, entry) => total + entry.length + 2, 0));
  let offset = 0;
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES)
      throw new RangeError(`expected an entry of at most ${MAX_ENTRY_BYTES} bytes, got ${entry.length}`);
    bytes[offset] = entry.length >> 8;
    bytes[offset + 1] = entry.length & 0xff;
    bytes.set(entry, offset + 2);
    offset += entry.length + 2;
  }
  return bytes;
}

/** The entries of a bundle, as views of its bytes. */
export function decodeEntries(bytes: Uint8Array): Result<readonly Uint8Array[], EntryBundleProblem> {
  const entries: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const length = ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
    const end = offset + 2 + length;
    if (end > bytes.length) return refused({ code: 'entry_bundle_truncated', byteOffset: offset });
    entries.push(bytes.subarray(offset + 2, end));
    offset = end;
  }
  return ok(entries);
}
