import { differs } from '../../cli/policy/coverage/check.ts';
import { consistencyProof } from '../../core/ledger/log/merkle-proof.ts';
import { formatAddCheckpoint } from '../../core/ledger/log/witness-request.ts';
import type { Attack } from '../attack.ts';
import type { LogFiles } from './auditor.ts';
import { textIn } from './auditor.ts';
import { otherRows, rowsOf, writtenAgain } from './forged-log.ts';
import type { LogBench } from './log-bench.ts';
import { logParties } from './log-parties.ts';
import type { LogWorld } from './log-world.ts';

/** Attacks by whoever has the log's key and asks a witness to cosign another tree than the one it has seen. */
export function witnessAttacks(bench: LogBench): readonly Attack[] {
  const asked = (name: string, grownBy: number, status: string): Attack => ({
    name,
    mount: 'log',
    caughtBy: [status],
    attempt: async () => [await answer(await bench.fresh(), grownBy)],
    honest: () => honestGrowth(bench),
    mutation: {
      off: 'what the witness has seen',
      reaches: async () => {
        const world = await bench.fresh();
        return (await answer(world, grownBy, logParties(world.keys, world).witnesses)) === '200';
      },
    },
  });
  return [
    asked('witness asked to cosign another tree of the same size', 0, '409'),
    asked('witness asked to cosign a larger tree by a forged proof', 1, '422'),
  ];
}

/**
 * What a witness answers when it is asked to cosign another tree, as large as the one it knows or larger. The proof is of
 * the forged tree itself; a witness that has seen nothing needs none.
 */
async function answer(world: LogWorld, grownBy: number, witnesses = world.parties.witnesses): Promise<string> {
  const rows = rowsOf(world.files());
  const size = rows.length + grownBy;
  const forged = writtenAgain(world, otherRows(size), [size]);
  const hasSeen = witnesses === world.parties.witnesses;
  return ask(forged, hasSeen ? rows.length : 0, size, witnesses);
}

async function ask(
  files: LogFiles,
  oldSize: number,
  size: number,
  witnesses: LogWorld['parties']['witnesses'],
): Promise<string> {
  const proof = await consistencyProof(async (path) => files.get(path), oldSize, size);
  const [first] = witnesses;
  const body = formatAddCheckpoint({ oldSize, proof, note: textIn(files, 'checkpoint') });
  return String(first?.witness.addCheckpoint(body).status);
}

/** A witness is asked to cosign what extends the tree it knows. */
async function honestGrowth(bench: LogBench): Promise<string | undefined> {
  const world = await bench.fresh();
  const rows = rowsOf(world.files());
  const larger = writtenAgain(world, [...rows, ...otherRows(1)], [rows.length + 1]);
  return differs('200', await ask(larger, rows.length, rows.length + 1, world.parties.witnesses));
}
