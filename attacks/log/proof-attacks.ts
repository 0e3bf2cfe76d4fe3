import { differs } from '../../cli/policy/coverage/check.ts';
import { leafHashOf } from '../../core/ledger/hash.ts';
import { logVerifierKeys } from '../../core/ledger/log/checkpoint-format.ts';
import { formatLogProof, verifyLogProof } from '../../core/ledger/log/log-proof.ts';
import { largestPowerBelow, nodeHash, treeRoot } from '../../core/ledger/log/merkle.ts';
import { inclusionProof, verifyInclusion } from '../../core/ledger/log/merkle-proof.ts';
import type { Attack } from '../attack.ts';
import { textIn } from './auditor.ts';
import { rowsOf, signedNote } from './forged-log.ts';
import type { LogBench } from './log-bench.ts';
import { LOG_ORIGIN } from './log-parties.ts';
import type { LogWorld } from './log-world.ts';

/** Attacks with proofs that an entry is in the log. */
export function proofAttacks({ shared }: LogBench): readonly Attack[] {
  return [nodeAsLeaf(shared), otherIndex(shared)];
}

/** What somebody shows who claims that an entry is in the log. */
interface Claim {
  readonly entry: Uint8Array;
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  readonly checkpoint: string;
}

/** Why a claim does not hold; nothing when it does. */
function problemsOf({ parties }: LogWorld, { entry, ...proof }: Claim): readonly string[] {
  const logKeys = logVerifierKeys(LOG_ORIGIN, [parties.log.publicKey]);
  const proven = verifyLogProof(formatLogProof(proof), entry, { logKeys, origin: LOG_ORIGIN });
  return proven.ok ? [] : [proven.problem.code];
}

async function honestClaim(world: LogWorld, index: number): Promise<Claim> {
  const files = world.files();
  const rows = rowsOf(files);
  const hashes = await inclusionProof(async (path) => files.get(path), rows.length, index);
  return { entry: rows[index]?.entry ?? new Uint8Array(), index, hashes, checkpoint: textIn(files, 'checkpoint') };
}

async function honestProof(world: LogWorld): Promise<string | undefined> {
  return differs([], problemsOf(world, await honestClaim(world, 200)));
}

/**
 * Whoever has the log's key signs the root of the tree for a smaller size, in which the right part of the tree stands as
 * one leaf: the two hashes below it, one after the other, are shown as an entry.
 */
function nodeAsLeaf(world: LogWorld): Attack {
  const leaves = rowsOf(world.files()).map(({ entry }) => leafHashOf(entry));
  const split = largestPowerBelow(leaves.length);
  const right = leaves.slice(split);
  const middle = largestPowerBelow(right.length);
  const [left, below] = [treeRoot(leaves.slice(0, split)), [right.slice(0, middle), right.slice(middle)].map(treeRoot)];
  const [first = left, second = left] = below;
  const [size, root] = [split + 1, treeRoot(leaves)];
  const note = signedNote(world, { size, root, timeSeconds: Math.ceil(world.nowMs() / 1_000) });
  const entry = Buffer.concat([first, second]);
  const claim = { entry, index: split, hashes: [left], checkpoint: new TextDecoder().decode(note) };
  return {
    name: 'node of the tree shown as an entry',
    mount: 'log',
    caughtBy: ['entry_not_included'],
    attempt: async () => problemsOf(world, claim),
    honest: () => honestProof(world),
    mutation: {
      off: 'entries and nodes hashed differently',
      reaches: async () => verifyInclusion({ size, index: split, leaf: nodeHash(first, second), proof: [left], root }),
    },
  };
}

function otherIndex(world: LogWorld): Attack {
  const size = rowsOf(world.files()).length;
  const root = treeRoot(rowsOf(world.files()).map(({ entry }) => leafHashOf(entry)));
  return {
    name: 'proof shown for another place',
    mount: 'log',
    caughtBy: ['entry_not_included'],
    attempt: async () => problemsOf(world, { ...(await honestClaim(world, 200)), index: 201 }),
    honest: () => honestProof(world),
    mutation: {
      off: 'the place that is claimed',
      reaches: async () => {
        const { entry, index, hashes } = await honestClaim(world, 200);
        return verifyInclusion({ size, index, leaf: leafHashOf(entry), proof: hashes, root });
      },
    },
  };
}
