import { hashTilePath, TILE_WIDTH } from '../log/tile-path.ts';
import type { BundleDigest } from './bundle-digest.ts';
import type { Findings } from './check.ts';
import { HASH_BYTES, tileRoot } from './fast-hash.ts';
import { Faults } from './faults.ts';
import type { RootClaim } from './kept-checkpoints.ts';
import type { TreeHead } from './log-head.ts';
import type { ReadFile } from './tree-rebuild.ts';
import type { VerifiedState } from './verified-state.ts';

const PATH = 'earlier verification';

/** Why a log cannot be gone on with from a state: it is another log, or shorter than it was. C4. */
export function checkState(findings: Findings, head: TreeHead, state: VerifiedState): boolean {
  findings.asked('C4');
  findings.done('C4');
  const fail = (code: string, expected: string, got: string) =>
    findings.add({ check: 'C4', code, path: PATH, expected, got });
  if (state.origin !== head.origin) fail('origin_differs', state.origin, head.origin);
  else if (state.size > head.size) fail('rolled_back', `at least ${state.size} leaves`, `${head.size}`);
  else {
    findings.leaveOut('C5', `the entries of ${state.size} leaves verified before: their hashes alone were read`);
    findings.leaveOut('C9', `ids that events verified before have too`);
    return true;
  }
  return false;
}

/** What the tree must have had when it was verified before. */
export function stateClaim({ size, rootHex }: VerifiedState): RootClaim {
  return { size, rootHex, path: PATH };
}

/** A full bundle that was verified before, by its hashes alone: that they are the same ones shows in the root. */
export async function digestTile(read: ReadFile, n: number): Promise<BundleDigest> {
  const path = hashTilePath(0, n);
  const tile = await read(path);
  const hashes = new Uint8Array(TILE_WIDTH * HASH_BYTES);
  const faults = new Faults(n);
  if (tile?.length === hashes.length) hashes.set(tile);
  else {
    const [expected, got] = [`${hashes.length} bytes`, tile === undefined ? 'no file' : `${tile.length}`];
    faults.add('C5', tile === undefined ? 'tile_missing' : 'tile_length', 0, { path, expected, got });
  }
  return {
    n,
    count: 0,
    hashes,
    root: tileRoot(hashes),
    ids: new Uint8Array(),
    timesMs: new Float64Array(),
    chains: [],
    stretches: new Float64Array(),
    firstPrevs: new Uint8Array(),
    budget: [],
    findings: faults.found,
  };
}
