import { entryBundlePath, hashTilePath, TILE_WIDTH } from '../log/tile-path.ts';
import type { BundleDigest, EntryDepth } from './bundle-digest.ts';
import { ChainStretches } from './chain-stretches.ts';
import { EntryColumns } from './entry-columns.ts';
import { HASH_BYTES, hashAt, hex, sameBytesAt, tileRoot, writeLeafHash } from './fast-hash.ts';
import { Faults } from './faults.ts';

/** One bundle to digest. */
export interface BundleJob {
  readonly n: number;
  /** Entries it must hold, {@link TILE_WIDTH} or fewer. */
  readonly width: number;
  readonly depth: EntryDepth;
}

/** The two files of one bundle; undefined when there is no such file. */
export interface BundleFiles {
  readonly entries: Uint8Array | undefined;
  readonly tile: Uint8Array | undefined;
}

/**
 * Hashes a bundle's entries, compares them with the tile of level 0, reads the events and follows the chains inside it.
 * Where entries are missing the tile's hashes stand in, so that the tree above can still be compared. Overwrites the
 * length fields of the entries while it hashes, and restores them.
 */
export function digestBundle(job: BundleJob, files: BundleFiles): BundleDigest {
  const { n, width, depth } = job;
  const faults = new Faults(n);
  const bytes = files.entries ?? new Uint8Array();
  const places = placesOf(bytes, width);
  const count = checkCount(faults, job, files.entries, places);
  const hashes = new Uint8Array(width * HASH_BYTES);
  const target = Buffer.from(hashes.buffer);
  if (files.tile !== undefined) hashes.set(files.tile.subarray(0, hashes.length));
  for (let index = 0; index < count; index += 1)
    writeLeafHash(bytes, places[index * 2] ?? 0, places[index * 2 + 1] ?? 0, target, index);
  compareWithTile(faults, job, hashes, files.tile);
  const events = new EntryColumns(bytes, count, depth, faults);
  const chains = new ChainStretches(hashes, faults);
  const budget: BundleDigest['budget'][number][] = [];
  for (let index = 0; index < count && depth !== 'hash'; index += 1) {
    if (!events.read(index, places[index * 2] ?? 0, places[index * 2 + 1] ?? 0)) continue;
    const chain = chains.append(index, events);
    if (events.fact !== undefined) budget.push({ index, chain, fact: events.fact });
  }
  return {
    n,
    count,
    hashes,
    ...(width === TILE_WIDTH && { root: tileRoot(hashes) }),
    ...events.columns(),
    ...chains.columns(),
    budget,
    findings: faults.found,
  };
}

/** How many of the entries are there, up to those asked for. */
function checkCount(faults: Faults, { n, width }: BundleJob, bytes: Uint8Array | undefined, places: readonly number[]) {
  const path = entryBundlePath(n, width);
  const found = places.length / 2;
  if (bytes === undefined) {
    faults.add('C5', 'entries_missing', 0, { path, expected: `${width} entries`, got: 'no file' });
  } else if (found !== width || places.at(-1) !== bytes.length) {
    const rest = bytes.length - (places[width * 2 - 1] ?? places.at(-1) ?? 0);
    const got = `${Math.min(found, width)} entries and ${rest} more bytes`;
    faults.add('C5', 'entry_count', found, { path, expected: `${width} entries`, got });
  }
  return Math.min(found, width);
}

function compareWithTile(faults: Faults, { n, width }: BundleJob, hashes: Uint8Array, tile: Uint8Array | undefined) {
  const path = hashTilePath(0, n, width);
  if (tile === undefined)
    return faults.add('C5', 'tile_missing', 0, { path, expected: `${width} hashes`, got: 'no file' });
  if (tile.length !== hashes.length)
    faults.add('C5', 'tile_length', 0, { path, expected: `${hashes.length} bytes`, got: `${tile.length}` });
  for (let index = 0; index < width; index += 1) {
    if (sameBytesAt(hashes, index * HASH_BYTES, tile, index * HASH_BYTES, HASH_BYTES)) continue;
    const [expected, got] = [hex(hashAt(tile, index)), hex(hashAt(hashes, index))];
    faults.add('C5', 'entry_hash', index, { path, expected, got });
  }
}

/** Where entries begin and end, two numbers each; stops at the first that is not all there. */
function placesOf(bytes: Uint8Array, limit: number): number[] {
  const places: number[] = [];
  for (let at = 0; at + 2 <= bytes.length && places.length <= limit * 2; ) {
    const start = at + 2;
    at = start + (((bytes[start - 2] ?? 0) << 8) | (bytes[start - 1] ?? 0));
    if (at > bytes.length) break;
    places.push(start, at);
  }
  return places;
}
