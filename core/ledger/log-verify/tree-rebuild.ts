import { emptyRoot, nodeHash } from '../log/merkle.ts';
import { hashTilePath, TILE_WIDTH } from '../log/tile-path.ts';
import type { Findings } from './check.ts';
import { HASH_BYTES, hashAt, hex, sameBytesAt, tileRoot } from './fast-hash.ts';

/** Reads a file of the log; undefined when there is none. */
export type ReadFile = (path: string) => Promise<Uint8Array | undefined>;

interface Level {
  /** Number of the tile that is being filled. */
  tile: number;
  hashes: Uint8Array;
  count: number;
}

interface Peak {
  readonly leaves: number;
  readonly hash: Uint8Array;
}

/** Builds the tree again from leaf hashes, and compares each tile above level 0 with the stored one. */
export class TreeRebuild {
  readonly #read: ReadFile;
  readonly #findings: Findings;
  /** From level 1 on. */
  readonly #levels: Level[] = [];
  #leaves: Uint8Array = new Uint8Array();

  constructor(read: ReadFile, findings: Findings) {
    this.#read = read;
    this.#findings = findings;
  }

  /**
   * The tree of `size` leaves, whole bundles, from what tiles above level 0 hold of it in a log of `treeSize` leaves; undefined
   * when one of them is missing. Its root says whether these hashes are the ones that are meant.
   */
  static async takenUp(
    read: ReadFile,
    findings: Findings,
    size: number,
    treeSize: number,
  ): Promise<TreeRebuild | undefined> {
    const tree = new TreeRebuild(read, findings);
    for (let level = 1, span = TILE_WIDTH; span <= size; level += 1, span *= TILE_WIDTH) {
      const hashes = Math.floor(size / span);
      const tile = Math.floor(hashes / TILE_WIDTH);
      const count = hashes % TILE_WIDTH;
      const width = Math.min(TILE_WIDTH, Math.floor(treeSize / span) - tile * TILE_WIDTH);
      const own = new Uint8Array(TILE_WIDTH * HASH_BYTES);
      if (count > 0) {
        const stored = (await read(hashTilePath(level, tile, width))) ?? (await read(hashTilePath(level, tile)));
        if (stored === undefined || stored.length < count * HASH_BYTES) return undefined;
        own.set(stored.subarray(0, count * HASH_BYTES));
      }
      tree.#levels.push({ tile, hashes: own, count });
    }
    return tree;
  }

  /** The roots of the trees that end so many leaves into the bundle with these hashes, which comes next; ascending. */
  rootsWithin(hashes: Uint8Array, widths: readonly number[]): readonly Uint8Array[] {
    const before = this.#peaks();
    const peaks: Peak[] = [];
    let leaves = 0;
    return widths.map((width) => {
      for (; leaves < width; leaves += 1) pushPeak(peaks, hashAt(hashes, leaves));
      return joined([...before, ...peaks.map(({ hash }) => hash)]);
    });
  }

  /** The root of what was appended. */
  root(): Uint8Array {
    return this.rootsWithin(this.#leaves, [this.#leaves.length / HASH_BYTES])[0] ?? emptyRoot();
  }

  /** Appends a full bundle by the root over it, or by its hashes the last one, which is not full. */
  async append(hashes: Uint8Array, root: Uint8Array | undefined): Promise<void> {
    this.#leaves = root === undefined ? hashes : new Uint8Array();
    let above = root;
    for (let at = 0; above !== undefined; at += 1) {
      const level = this.#levels[at] ?? { tile: 0, hashes: new Uint8Array(TILE_WIDTH * HASH_BYTES), count: 0 };
      this.#levels[at] = level;
      level.hashes.set(above, level.count * HASH_BYTES);
      level.count += 1;
      if (level.count < TILE_WIDTH) return;
      await this.#compare(at + 1, level);
      above = tileRoot(level.hashes);
      level.tile += 1;
      level.count = 0;
    }
  }

  /** Compares the tiles that are not full. */
  async finish(): Promise<void> {
    for (const [at, level] of this.#levels.entries()) if (level.count > 0) await this.#compare(at + 1, level);
  }

  /** Roots of the complete subtrees that full bundles form, the largest first. */
  #peaks(): readonly Uint8Array[] {
    const peaks: Uint8Array[] = [];
    for (const { hashes, count } of this.#levels.toReversed())
      for (let power = TILE_WIDTH / 2, at = 0; power >= 1; power /= 2) {
        if ((count & power) === 0) continue;
        peaks.push(tileRoot(hashes.subarray(at * HASH_BYTES, (at + power) * HASH_BYTES)));
        at += power;
      }
    return peaks;
  }

  async #compare(levelNumber: number, { tile, hashes, count }: Level): Promise<void> {
    const path = hashTilePath(levelNumber, tile, count);
    const own = hashes.subarray(0, count * HASH_BYTES);
    const exact = await this.#read(path);
    // A partial tile may have given way to the full one, which begins with it.
    const stored = exact ?? (count < TILE_WIDTH ? await this.#read(hashTilePath(levelNumber, tile)) : undefined);
    if (stored === undefined) {
      this.#findings.add({ check: 'C6', code: 'tile_missing', path, expected: `${count} hashes`, got: 'no file' });
      return;
    }
    const isWhole = exact === undefined ? stored.length >= own.length : stored.length === own.length;
    if (isWhole && sameBytesAt(own, 0, stored, 0, own.length)) return;
    this.#findings.add({ check: 'C6', code: 'tile_differs', path, expected: shown(stored), got: shown(own) });
  }
}

/** Reads a partial tile, or the full one that it has given way to, which begins with it. */
export function orFull(read: ReadFile): ReadFile {
  return async (path) => (await read(path)) ?? (path.includes('.p/') ? read(path.replace(/\.p\/\d+$/, '')) : undefined);
}

/** The root over complete subtrees that lie side by side, the largest first. */
function joined(peaks: readonly Uint8Array[]): Uint8Array {
  return peaks.length === 0 ? emptyRoot() : peaks.reduceRight((right, left) => nodeHash(left, right));
}

function pushPeak(peaks: Peak[], leaf: Uint8Array): void {
  let peak = { leaves: 1, hash: leaf };
  for (let last = peaks.at(-1); last !== undefined && last.leaves === peak.leaves; last = peaks.at(-1)) {
    peak = { leaves: peak.leaves * 2, hash: nodeHash(last.hash, peak.hash) };
    peaks.pop();
  }
  peaks.push(peak);
}

function shown(hashes: Uint8Array): string {
  return `${hashes.length} bytes with root ${hex(tileRoot(hashes.subarray(0, hashes.length - (hashes.length % HASH_BYTES))))}`;
}
