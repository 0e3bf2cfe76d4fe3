import { sameBytes } from '../same-bytes.ts';
import { emptyRoot, largestPowerBelow, nodeHash, treeRoot } from './merkle.ts';
import { hashTilePath, TILE_WIDTH } from './tile-path.ts';

const HASH_BYTES = 32;

/** Reads a file of the log; undefined when there is none. */
export type TileReader = (path: string) => Promise<Uint8Array | undefined>;

/** Thrown when a tile that a proof needs is missing or too short: the log is damaged, or is not of that size. */
export class TileMissing extends Error {
  readonly code = 'tile_missing';
}

/**
 * The hashes that show leaf `index` to be in the tree of `size` leaves, from the leaf's sibling to the root's child.
 *
 * @throws {RangeError} when the tree has no such leaf
 * @throws {TileMissing} when a tile is missing
 * @see RFC 9162 section 2.1.3.1
 */
export async function inclusionProof(reader: TileReader, size: number, index: number): Promise<readonly Uint8Array[]> {
  if (index < 0 || index >= size) throw new RangeError(`expected a leaf below ${size}, got ${index}`);
  const hashes = new SubtreeHashes(reader, size);
  const path = async (from: number, to: number): Promise<Uint8Array[]> => {
    if (to - from === 1) return [];
    const middle = from + largestPowerBelow(to - from);
    if (index < middle) return [...(await path(from, middle)), await hashes.of(middle, to)];
    return [...(await path(middle, to)), await hashes.of(from, middle)];
  };
  return path(0, size);
}

/**
 * The hashes that show the tree of `fromSize` leaves to be the beginning of the one of `toSize`. Empty for equal sizes
 * and for an empty tree.
 *
 * @throws {RangeError} when the first is larger
 * @throws {TileMissing} when a tile is missing
 * @see RFC 9162 section 2.1.4.1
 */
export async function consistencyProof(
  reader: TileReader,
  fromSize: number,
  toSize: number,
): Promise<readonly Uint8Array[]> {
  if (fromSize < 0 || fromSize > toSize) throw new RangeError(`expected a size up to ${toSize}, got ${fromSize}`);
  if (fromSize === 0 || fromSize === toSize) return [];
  const hashes = new SubtreeHashes(reader, toSize);
  const path = async (from: number, to: number, isOld: boolean): Promise<Uint8Array[]> => {
    if (fromSize === to) return isOld ? [] : [await hashes.of(from, to)];
    const middle = from + largestPowerBelow(to - from);
    if (fromSize <= middle) return [...(await path(from, middle, isOld)), await hashes.of(middle, to)];
    return [...(await path(middle, to, false)), await hashes.of(from, middle)];
  };
  return path(0, toSize, true);
}

/** True when the proof shows that `leaf` is at `index` of the tree. @see RFC 9162 section 2.1.3.2 */
export function verifyInclusion(claim: {
  readonly size: number;
  readonly index: number;
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  if (!isSize(claim.size) || !isSize(claim.index) || claim.index >= claim.size) return false;
  if (!areHashes(claim.leaf, claim.root, ...claim.proof)) return false;
  let [node, last] = [claim.index, claim.size - 1];
  let hash = claim.leaf;
  for (const sibling of claim.proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameBytes(hash, claim.root);
}

/** True when the proof shows that the first tree is the beginning of the second. @see RFC 9162 section 2.1.4.2 */
export function verifyConsistency(claim: {
  readonly fromSize: number;
  readonly fromRoot: Uint8Array;
  readonly toSize: number;
  readonly toRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  const { fromSize, fromRoot, toSize, toRoot } = claim;
  if (!isSize(fromSize) || !isSize(toSize) || fromSize > toSize) return false;
  if (!areHashes(fromRoot, toRoot, ...claim.proof)) return false;
  if (fromSize === toSize) return claim.proof.length === 0 && sameBytes(fromRoot, toRoot);
  if (fromSize === 0) return claim.proof.length === 0 && sameBytes(fromRoot, emptyRoot());
  const isPower = 2 ** Math.round(Math.log2(fromSize)) === fromSize;
  const [first, ...rest] = isPower ? [fromRoot, ...claim.proof] : claim.proof;
  if (first === undefined) return false;
  let [node, last] = [fromSize - 1, toSize - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let [older, newer] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      [older, newer] = [nodeHash(sibling, older), nodeHash(sibling, newer)];
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      newer = nodeHash(newer, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameBytes(older, fromRoot) && sameBytes(newer, toRoot);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function areHashes(...values: readonly Uint8Array[]): boolean {
  return values.every((value) => value.length === HASH_BYTES);
}

/** Roots of subtrees of one tree, from its tiles; each tile is read once. */
class SubtreeHashes {
  readonly #reader: TileReader;
  readonly #size: number;
  readonly #tiles = new Map<string, Promise<Uint8Array | undefined>>();

  constructor(reader: TileReader, size: number) {
    this.#reader = reader;
    this.#size = size;
  }

  /** The root over leaves `from` up to `to`, which RFC 9162's division of the tree leads to. */
  async of(from: number, to: number): Promise<Uint8Array> {
    let [level, span] = [0, 1];
    while (to - from >= span * TILE_WIDTH) [level, span] = [level + 1, span * TILE_WIDTH];
    const whole = Math.floor((to - from) / span);
    const hashes = await this.#hashes(level, from / span, whole);
    const rest = from + whole * span;
    return rest === to ? treeRoot(hashes) : this.#joined(hashes, await this.of(rest, to));
  }

  /** Complete subtrees, joined from the right with what is left over. */
  #joined(hashes: readonly Uint8Array[], right: Uint8Array): Uint8Array {
    const [first] = hashes;
    if (first === undefined) return right;
    const split = 2 ** Math.floor(Math.log2(hashes.length));
    return nodeHash(treeRoot(hashes.slice(0, split)), this.#joined(hashes.slice(split), right));
  }

  /** `count` hashes of a level from `first` on, tile by tile. */
  async #hashes(level: number, first: number, count: number): Promise<readonly Uint8Array[]> {
    const hashes: Uint8Array[] = [];
    while (hashes.length < count) {
      const index = first + hashes.length;
      const n = Math.floor(index / TILE_WIDTH);
      const start = index - n * TILE_WIDTH;
      const end = Math.min(TILE_WIDTH, start + count - hashes.length);
      const tile = await this.#tile(level, n);
      for (let at = start; at < end; at += 1) {
        const hash = tile.bytes?.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
        if (hash?.length !== HASH_BYTES) throw new TileMissing(`expected \`${tile.path}\` to hold hash ${at}`);
        hashes.push(hash);
      }
    }
    return hashes;
  }

  async #tile(level: number, n: number): Promise<{ readonly path: string; readonly bytes: Uint8Array | undefined }> {
    const width = Math.min(TILE_WIDTH, Math.floor(this.#size / TILE_WIDTH ** level) - n * TILE_WIDTH);
    const path = hashTilePath(level, n, width);
    const reading = this.#tiles.get(path) ?? this.#reader(path);
    this.#tiles.set(path, reading);
    return { path, bytes: await reading };
  }
}
