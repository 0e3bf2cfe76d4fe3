import { entryBundlePath, hashTilePath, TILE_WIDTH } from '../log/tile-path.ts';

/** A tile or bundle that a tree needs: its path, and the path of the full one that it may have given way to. */
export interface NeededFile {
  readonly path: string;
  /** Where the first hashes or entries are too once the log has grown; absent for a full file. */
  readonly fullPath?: string;
  readonly kind: 'hash' | 'entries';
  readonly width: number;
}

/** Every file of a tree with `size` leaves, the tiles of level 0 and the entries first. */
export function* neededFiles(size: number): Generator<NeededFile> {
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / TILE_WIDTH))
    for (let n = 0; n * TILE_WIDTH < hashes; n += 1) {
      const width = Math.min(TILE_WIDTH, hashes - n * TILE_WIDTH);
      const isFull = width === TILE_WIDTH;
      const tile = { path: hashTilePath(level, n, width), kind: 'hash', width } as const;
      yield isFull ? tile : { ...tile, fullPath: hashTilePath(level, n) };
      if (level > 0) continue;
      const bundle = { path: entryBundlePath(n, width), kind: 'entries', width } as const;
      yield isFull ? bundle : { ...bundle, fullPath: entryBundlePath(n) };
    }
}
