import type { Presented } from './auditor.ts';
import { insider, keyHolder, newcomer, textIn } from './auditor.ts';
import { writeRounds } from './chain-writer.ts';
import { continued, ROUNDS } from './continued-log.ts';
import { withFiles } from './forged-log.ts';
import type { LogAttack } from './log-attack.ts';
import type { LogBench } from './log-bench.ts';

/** Attacks by whoever shows an older state of the log, or different ones to different people. */
export function historyAttacks(bench: LogBench): readonly LogAttack[] {
  return [...cutAttacks(bench), ...forkAttacks(bench)];
}

/** A log of a while ago, shown after it has grown by so many rounds of four seconds. */
async function heldBack(bench: LogBench, rounds: number) {
  const world = await bench.fresh();
  const files = world.files();
  writeRounds(world.writer, rounds, 'later');
  await world.publish();
  return { files, world };
}

function cutAttacks(bench: LogBench): readonly LogAttack[] {
  // Nobody asks the witnesses here: how old the checkpoint is must show it.
  const unasked = async (rounds: number): Promise<Presented> => {
    const { files, world } = await heldBack(bench, rounds);
    return { files, auditor: { ...insider(world), witnessViews: [] } };
  };
  return [
    { name: 'older checkpoint shown', caughtBy: ['C3'], forged: () => unasked(20), honest: () => unasked(0) },
    {
      name: 'checkpoint of some seconds ago shown',
      caughtBy: ['C3'],
      forged: async () => {
        const { files, world } = await heldBack(bench, 5);
        return { files, auditor: insider(world) };
      },
      // The log has grown, and no witness knows of it yet.
      honest: async () => {
        const { files, world } = await heldBack(bench, 0);
        world.writer.nowMs += 20_000;
        return { files, auditor: insider(world) };
      },
    },
  ];
}

function forkAttacks(bench: LogBench): readonly LogAttack[] {
  const { shared } = bench;
  const files = shared.files();
  const returning = { ...keyHolder(shared), previous: textIn(files, 'checkpoint') };
  const honest = () => ({ files, auditor: returning });
  const second = [...files.keys()].filter((path) => /^checkpoints\/.*[0-9a-f]$/.test(path)).sort()[1] ?? '';
  return [
    {
      name: 'older checkpoint shown to who saw a newer',
      caughtBy: ['C4'],
      forged: async () => ({ files: await continued(bench, 2, 0), auditor: returning }),
      honest,
    },
    {
      name: 'older checkpoint shown, the newer left among those kept',
      caughtBy: ['C4', 'C5'],
      forged: () => ({ files: withFiles(files, { checkpoint: files.get(second) }), auditor: keyHolder(shared) }),
      honest: () => ({ files, auditor: keyHolder(shared) }),
    },
    {
      name: 'log set back and grown again',
      caughtBy: ['C4'],
      forged: async () => ({ files: await continued(bench, 1, 3), auditor: returning }),
      honest: async () => {
        const world = await bench.fresh({ checkpoints: 3, rounds: ROUNDS });
        writeRounds(world.writer, ROUNDS, 'later');
        await world.publish();
        return { files: world.files(), auditor: returning };
      },
    },
    {
      name: 'two trees of one size for two people',
      caughtBy: ['C2'],
      forged: async () => ({ files: await continued(bench, 2, 1), auditor: newcomer(shared) }),
      honest: () => ({ files, auditor: newcomer(shared) }),
    },
  ];
}
