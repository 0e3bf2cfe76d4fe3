import { sha256Hex } from '../hash.ts';
import { consistencyProof, TileMissing, verifyConsistency } from '../log/merkle-proof.ts';
import type { Findings } from './check.ts';
import { hex } from './fast-hash.ts';
import type { RootClaim } from './kept-checkpoints.ts';
import type { TreeHead } from './log-head.ts';
import type { VerifyLogOptions } from './options.ts';
import type { ReadFile } from './tree-rebuild.ts';
import { orFull, TreeRebuild } from './tree-rebuild.ts';
import type { VerifiedState } from './verified-state.ts';

const PATH = 'earlier verification';

/** How a verification stands to an earlier one. */
export interface Resumption {
  /** Where to go on; undefined to begin at the first entry. */
  readonly before?: VerifiedState;
  /** The tree as far as it is taken over. */
  readonly tree: TreeRebuild;
  /** The link that was proven, whether or not the leaves before are read again. */
  readonly proven?: ProvenLink;
  /** What the tree must have had, where everything is read. */
  readonly claims: readonly RootClaim[];
}

/** That a log begins with what was verified before, shown by a consistency proof. */
export interface ProvenLink {
  readonly size: number;
  readonly root: string;
  /** Hashes of the proof. */
  readonly proofHashes: number;
}

/**
 * Links an earlier verification to this checkpoint by a consistency proof from the log's tiles (RFC 6962, 2.1.2; C4), and
 * takes the tree up where it ended. Where that cannot be done everything is read.
 */
export async function resume(
  findings: Findings,
  read: ReadFile,
  head: TreeHead,
  { verifiedBefore, isReread = false }: VerifyLogOptions,
): Promise<Resumption> {
  const whole = { tree: new TreeRebuild(read, findings), claims: [] };
  if (verifiedBefore === undefined || !checkState(findings, head, verifiedBefore)) return whole;
  const { size, rootHex } = verifiedBefore;
  const claim = { size, rootHex, path: PATH };
  const proofHashes = await proveClaim(findings, read, head, claim);
  if (proofHashes === undefined) return { ...whole, claims: [claim] };
  const proven = { size, root: rootHex, proofHashes };
  const tree = isReread ? undefined : await TreeRebuild.takenUp(read, findings, size, head.size);
  // The hashes that the tree goes on with are those of the earlier verification only when they lead to its root.
  if (tree === undefined || hex(tree.root()) !== rootHex) return { ...whole, claims: [claim], proven };
  if (size > 0) nameTakenOver(findings, size);
  return { before: verifiedBefore, tree, proven, claims: [] };
}

/** Proves by the log's tiles that the tree had a root at a size; what is wrong is a finding, else how long the proof is. */
export async function proveClaim(
  findings: Findings,
  read: ReadFile,
  head: TreeHead,
  { size, rootHex, path }: RootClaim,
): Promise<number | undefined> {
  const fail = (code: string, got: string) =>
    void findings.add({ check: 'C4', code, path, expected: `root ${rootHex} at ${size}`, got });
  try {
    const proof = await consistencyProof(orFull(read), size, head.size);
    const [fromRoot, toRoot] = [Buffer.from(rootHex, 'hex'), Buffer.from(head.rootHex, 'hex')];
    if (verifyConsistency({ fromSize: size, fromRoot, toSize: head.size, toRoot, proof })) return proof.length;
    return fail('not_consistent', `no proof of it in the tree of ${head.size} leaves`);
  } catch (error) {
    if (!(error instanceof TileMissing)) throw error;
    return fail('proof_tile_missing', error.message);
  }
}

/** Kept checkpoints of up to `size` leaves by one hash, to know them again. */
export function keptHash(kept: readonly RootClaim[], size: number): string {
  const paths = kept.filter((claim) => claim.size <= size).map(({ path }) => path);
  return sha256Hex(paths.sort().join('\n'));
}

/** Why a log cannot be gone on with from a state: it is another log, or shorter than it was. C4. */
function checkState(findings: Findings, head: TreeHead, state: VerifiedState): boolean {
  findings.asked('C4');
  findings.done('C4');
  const fail = (code: string, expected: string, got: string) =>
    findings.add({ check: 'C4', code, path: PATH, expected, got });
  if (state.origin !== head.origin) fail('origin_differs', state.origin, head.origin);
  else if (state.size > head.size) fail('rolled_back', `at least ${state.size} leaves`, `${head.size}`);
  else return true;
  return false;
}

function nameTakenOver(findings: Findings, size: number): void {
  findings.leaveOut('C5', `the entries and hashes of ${size} leaves verified before: they were not read again`);
  findings.leaveOut('C6', `tiles above ${size} leaves verified before, but for those that lead to their root`);
  findings.leaveOut('C8', `the form of ${size} entries verified before: they were not read again`);
}
