import type { LogFiles } from './auditor.ts';
import { writeRounds } from './chain-writer.ts';
import type { LogBench } from './log-bench.ts';

/** Rounds of events between two checkpoints of the shared log. */
export const ROUNDS = 23;

/**
 * Some of the log's own checkpoints and so many others after them, in the log's rhythm, by its own sequencer and key; no
 * witness is asked.
 */
export async function continued(bench: LogBench, own: number, others: number): Promise<LogFiles> {
  const world = await bench.fresh({ checkpoints: own, rounds: ROUNDS });
  for (let number = 0; number < others; number += 1) {
    writeRounds(world.writer, ROUNDS, `other${number}`);
    const grown = await world.sequence({ witnesses: { cosign: async () => [] } });
    if (!grown.ok) throw new Error(`expected the log to grow, got \`${grown.problem.code}\``);
  }
  return world.files();
}
