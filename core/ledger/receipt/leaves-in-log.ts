import { inclusionProof, type TileReader, verifyInclusion } from '../log/merkle-proof.ts';
import { hashTilePath, TILE_WIDTH } from '../log/tile-path.ts';

const HASH_BYTES = 32;

/**
 * Which of these leaves a log has: each is looked for in the tiles and then proved against the root, so that a tile which
 * is not the tree's counts for nothing.
 *
 * @param hashes leaf hashes, lower-case hexadecimal
 * @throws {TileMissing} when a proof needs a tile that is not there
 */
export async function leavesInLog(
  reader: TileReader,
  head: { readonly size: number; readonly rootHex: string },
  hashes: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const root = new Uint8Array(Buffer.from(head.rootHex, 'hex'));
  for (let n = 0; n * TILE_WIDTH < head.size && found.size < hashes.length; n += 1) {
    const width = Math.min(TILE_WIDTH, head.size - n * TILE_WIDTH);
    const tile = Buffer.from((await reader(hashTilePath(0, n, width))) ?? new Uint8Array());
    for (const hash of hashes) {
      const leaf = Buffer.from(hash, 'hex');
      const offset = alignedIndexOf(tile, leaf);
      if (offset === undefined || found.has(hash)) continue;
      const index = n * TILE_WIDTH + offset / HASH_BYTES;
      const proof = await inclusionProof(reader, head.size, index);
      if (verifyInclusion({ size: head.size, index, leaf, proof, root })) found.add(hash);
    }
  }
  return found;
}

function alignedIndexOf(tile: Buffer, leaf: Buffer): number | undefined {
  for (let at = tile.indexOf(leaf); at >= 0; at = tile.indexOf(leaf, at + 1)) if (at % HASH_BYTES === 0) return at;
  return undefined;
}
