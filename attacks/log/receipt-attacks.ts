import { CONTROL_CHAIN } from '../../core/ledger/event.ts';
import type { LogHead } from '../../core/ledger/log-verify/log-heads.ts';
import { formatLogHeads } from '../../core/ledger/log-verify/log-heads.ts';
import type { Presented } from './auditor.ts';
import { insider } from './auditor.ts';
import { writeRounds } from './chain-writer.ts';
import { ALPHA, NEW } from './chains.ts';
import { eventAfter } from './forged-event.ts';
import type { LogAttack } from './log-attack.ts';
import type { LogBench } from './log-bench.ts';
import type { LogWorld } from './log-world.ts';

/** Rounds of four seconds after which the merge delay of a minute is over. */
const ROUNDS_LATER = 20;

/** An act on a log that has just published a checkpoint; gives the receipt that somebody holds afterwards. */
type Act = (world: LogWorld) => string;

/** Attacks on what is not in the log yet, or never was: the rows and heads of the state table, and receipts. */
export function receiptAttacks(bench: LogBench): readonly LogAttack[] {
  const later = (act: Act, rounds: number) => async (): Promise<Presented> => {
    const world = await bench.fresh();
    const text = act(world);
    writeRounds(world.writer, rounds, 'later');
    await world.publish();
    const auditor = insider(world);
    return { files: world.files(), auditor: { ...auditor, receipts: [{ path: 'held.json', text }] } };
  };
  const receipted = (chain: string, timeMs?: (world: LogWorld) => number) => (world: LogWorld) =>
    world.receiptOf(eventAfter(world, chain, timeMs === undefined ? {} : { timeMs: timeMs(world) }));
  return [
    {
      name: 'row and head deleted before they were sequenced',
      caughtBy: ['C15'],
      forged: later(receipted(ALPHA), ROUNDS_LATER),
      // Its merge delay is not over.
      honest: later(receipted(ALPHA), 5),
    },
    ...headAttacks(bench),
    {
      name: 'receipt signed with a stolen key after its time',
      caughtBy: ['C16'],
      forged: later(
        receipted(ALPHA, ({ certificate }) => certificate.notAfterMs + 1),
        1,
      ),
      honest: later(
        receipted(NEW, ({ certificate }) => certificate.notAfterMs),
        1,
      ),
    },
    {
      name: 'receipt back-dated into the time of a stolen key',
      caughtBy: ['C15'],
      forged: later(
        receipted(CONTROL_CHAIN, ({ certificate }) => certificate.notBeforeMs),
        ROUNDS_LATER,
      ),
      honest: later((world) => world.receipt(5), ROUNDS_LATER),
    },
  ];
}

/** Attacks on the state table, whose heads the auditor reads. */
function headAttacks(bench: LogBench): readonly LogAttack[] {
  const headed = (isSequenced: boolean, rounds: number) => async (): Promise<Presented> => {
    const world = await bench.fresh();
    const deleted = eventAfter(world, NEW);
    if (isSequenced) world.writer.write(NEW, { type: 'session.closed', data: {} });
    writeRounds(world.writer, rounds, 'later');
    await world.publish();
    const heads = new Map(insider(world).heads);
    if (isSequenced) heads.delete(NEW);
    else heads.set(NEW, deleted);
    const files = world.files().set('heads.json', new TextEncoder().encode(formatLogHeads(heads)));
    return { files, auditor: insider(world, files) };
  };
  return [
    {
      name: 'row deleted, its head left',
      caughtBy: ['C14'],
      forged: headed(false, ROUNDS_LATER),
      // The row waits to be sequenced.
      honest: headed(false, 5),
    },
    {
      name: 'head set back behind the log',
      caughtBy: ['C14'],
      forged: () => otherHead(bench, ({ seq }) => ({ seq: seq - 1 })),
      honest: () => otherHead(bench, () => ({})),
    },
    {
      name: 'head that names another event',
      caughtBy: ['C14'],
      forged: () => otherHead(bench, () => ({ hash: 'ab'.repeat(32) })),
      honest: () => otherHead(bench, () => ({})),
    },
    {
      name: 'head deleted, its row left',
      caughtBy: ['C14'],
      forged: headed(true, 5),
      honest: () => ({ files: bench.shared.files(), auditor: insider(bench.shared) }),
    },
  ];
}

/** The log with a chain's head changed in the state table. */
function otherHead({ shared }: LogBench, change: (head: LogHead) => Partial<LogHead>): Presented {
  const auditor = insider(shared);
  const heads = new Map(auditor.heads);
  const head = heads.get(ALPHA);
  if (head === undefined) throw new Error('expected a head');
  return { files: shared.files(), auditor: { ...auditor, heads: heads.set(ALPHA, { ...head, ...change(head) }) } };
}
