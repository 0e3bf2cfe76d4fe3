import { leafHashOf } from '../hash.ts';
import { sameBytes } from '../same-bytes.ts';
import { decodeEntries, encodeEntries } from './entry-bundle.ts';
import { emptyRoot, nodeHash, treeRoot } from './merkle.ts';
import type { LogFile, TreeEdge } from './ports.ts';
import { entryBundlePath, hashTilePath, TILE_WIDTH } from './tile-path.ts';

/** The edge of a tree without leaves. */
export const EMPTY_EDGE: TreeEdge = { size: 0, tails: [], entriesTail: [] };

const HASH_BYTES = 32;

/** A grown tree: its edge and root, and the files that are new with this size. */
export interface GrownTree {
  readonly edge: TreeEdge;
  readonly root: Uint8Array;
  /** Every tile and bundle that is now full, and the partial ones of the new size. */
  readonly files: readonly LogFile[];
}

/**
 * Appends entries to a tree of which only the right edge is known.
 *
 * @throws {RangeError} on an entry that no bundle can hold
 * @see https://c2sp.org/tlog-tiles
 */
export function appendEntries(edge: TreeEdge, entries: readonly Uint8Array[]): GrownTree {
  const files: LogFile[] = [];
  const entriesTail = [...edge.entriesTail];
  const tails = edge.tails.map((tail) => [...tail]);
  let size = edge.size;
  for (const entry of entries) {
    entriesTail.push(entry);
    size += 1;
    if (entriesTail.length === TILE_WIDTH) {
      const n = size / TILE_WIDTH - 1;
      files.push({ path: entryBundlePath(n), bytes: encodeEntries(entriesTail.splice(0)), full: true });
    }
    pushHash(tails, 0, leafHashOf(entry), size, files);
  }
  if (entries.length > 0) files.push(...partials(size, tails, entriesTail));
  const grown = { size, tails, entriesTail };
  return { edge: grown, root: edgeRoot(grown) ?? emptyRoot(), files };
}

function pushHash(tails: Uint8Array[][], level: number, hash: Uint8Array, size: number, files: LogFile[]): void {
  const tail = tails[level] ?? [];
  tails[level] = tail;
  tail.push(hash);
  if (tail.length < TILE_WIDTH) return;
  const hashes = tail.splice(0);
  const n = size / TILE_WIDTH ** (level + 1) - 1;
  files.push({ path: hashTilePath(level, n), bytes: Buffer.concat(hashes), full: true });
  pushHash(tails, level + 1, completeRoot(hashes), size, files);
}

/** The root over a full tile, pair by pair. */
function completeRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = [level[index], level[index + 1]];
      if (left !== undefined && right !== undefined) above.push(nodeHash(left, right));
    }
    level = above;
  }
  return level[0] ?? emptyRoot();
}

function partials(
  size: number,
  tails: readonly (readonly Uint8Array[])[],
  entriesTail: readonly Uint8Array[],
): LogFile[] {
  const files: LogFile[] = [];
  if (entriesTail.length > 0) {
    const path = entryBundlePath(Math.floor(size / TILE_WIDTH), entriesTail.length);
    files.push({ path, bytes: encodeEntries(entriesTail), full: false });
  }
  for (const [level, tail] of tails.entries()) {
    if (tail.length === 0) continue;
    const n = Math.floor(size / TILE_WIDTH ** (level + 1));
    files.push({ path: hashTilePath(level, n, tail.length), bytes: Buffer.concat(tail), full: false });
  }
  return files;
}

/** The paths of the files that hold the edge of a tree of `size` leaves. */
export function edgePaths(size: number): readonly string[] {
  const paths: string[] = [];
  if (size % TILE_WIDTH > 0) paths.push(entryBundlePath(Math.floor(size / TILE_WIDTH), size % TILE_WIDTH));
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / TILE_WIDTH))
    if (hashes % TILE_WIDTH > 0) paths.push(hashTilePath(level, Math.floor(hashes / TILE_WIDTH), hashes % TILE_WIDTH));
  return paths;
}

/** The edge that stored files hold; undefined when they are not the edge of a tree of that size. */
export function readEdge(size: number, files: ReadonlyMap<string, Uint8Array>): TreeEdge | undefined {
  const entriesCount = size % TILE_WIDTH;
  const bundle = files.get(entryBundlePath(Math.floor(size / TILE_WIDTH), entriesCount));
  const entries = decodeEntries(entriesCount === 0 ? new Uint8Array() : (bundle ?? new Uint8Array()));
  if (!entries.ok || entries.value.length !== entriesCount) return undefined;
  const tails: (readonly Uint8Array[])[] = [];
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const count = hashes % TILE_WIDTH;
    const bytes =
      count === 0 ? new Uint8Array() : files.get(hashTilePath(level, Math.floor(hashes / TILE_WIDTH), count));
    if (bytes === undefined || bytes.length !== count * HASH_BYTES) return undefined;
    tails.push(
      Array.from({ length: count }, (_, index) => bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)),
    );
  }
  return { size, tails, entriesTail: entries.value };
}

/** The root of the tree with this edge; undefined when its entries do not have its leaf hashes. */
export function edgeRoot({ size, tails, entriesTail }: TreeEdge): Uint8Array | undefined {
  const [leaves = []] = tails;
  const isWhole = leaves.length === entriesTail.length;
  const fits = leaves.every((hash, index) => sameBytes(hash, leafHashOf(entriesTail[index] ?? new Uint8Array())));
  if (!isWhole || !fits) return undefined;
  if (size === 0) return emptyRoot();
  let root: Uint8Array | undefined;
  for (const tail of tails) {
    if (tail.length === 0) continue;
    root = root === undefined ? treeRoot(tail) : leftOf(tail, root);
  }
  return root;
}

/** Joins the smaller tree on the right to the complete subtrees on its left. */
function leftOf(tail: readonly Uint8Array[], right: Uint8Array): Uint8Array {
  // Complete subtrees of a tail are joined by the powers of two in its length, the smallest nearest to the right.
  let root = right;
  let end = tail.length;
  for (let width = 1; end > 0; width *= 2) {
    if ((end & width) === 0) continue;
    root = nodeHash(treeRoot(tail.slice(end - width, end)), root);
    end -= width;
  }
  return root;
}
