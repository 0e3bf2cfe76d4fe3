import { entryBundlePath, hashTilePath, TILE_WIDTH } from '../log/tile-path.ts';
import type { BundleFiles, BundleJob } from './digest-bundle.ts';
import { digestBundle } from './digest-bundle.ts';
import { HASH_BYTES } from './fast-hash.ts';
import type { BundleDigester, LogSource } from './options.ts';

/** Reads the two files of a bundle: a partial one, or the full one it has given way to, cut to the width. */
export async function readBundle(
  read: LogSource['read'],
  { n, width }: Pick<BundleJob, 'n' | 'width'>,
): Promise<BundleFiles> {
  const [entries, tile] = await Promise.all([read(entryBundlePath(n, width)), read(hashTilePath(0, n, width))]);
  if (width === TILE_WIDTH || (entries !== undefined && tile !== undefined)) return { entries, tile };
  const [fullEntries, fullTile] = await Promise.all([read(entryBundlePath(n)), read(hashTilePath(0, n))]);
  return {
    entries: entries ?? (fullEntries === undefined ? undefined : firstEntries(fullEntries, width)),
    tile: tile ?? fullTile?.subarray(0, width * HASH_BYTES),
  };
}

/** Digests bundles on this thread. */
export function localDigester(source: LogSource): BundleDigester {
  return {
    inFlight: 4,
    digest: async (job) => digestBundle(job, await readBundle((path) => source.read(path), job)),
  };
}

/** The stretch of a bundle that holds its first `count` entries. */
export function firstEntries(bytes: Uint8Array, count: number): Uint8Array {
  let end = 0;
  for (let index = 0; index < count && end + 2 <= bytes.length; index += 1)
    end += 2 + (((bytes[end] ?? 0) << 8) | (bytes[end + 1] ?? 0));
  return bytes.subarray(0, end);
}
