import { differs } from '../../cli/policy/coverage/check.ts';
import type { ChainPosition } from '../../core/ledger/event.ts';
import { genesisHash } from '../../core/ledger/event.ts';
import { leafHashOf } from '../../core/ledger/hash.ts';
import type { LedgerRow } from '../../core/ledger/ledger-row.ts';
import { ledgerRow } from '../../core/ledger/ledger-row.ts';
import { treeRoot } from '../../core/ledger/log/merkle.ts';
import type { LogObjects, SequencerPorts, Witnesses } from '../../core/ledger/log/ports.ts';
import { sameBytes } from '../../core/ledger/same-bytes.ts';
import type { StateStore } from '../../core/ports.ts';
import type { Attack } from '../attack.ts';
import { writeRounds } from './chain-writer.ts';
import { ALPHA, NEW } from './chains.ts';
import { eventAfter, tailOf } from './forged-event.ts';
import { otherRows, rowsOf, writtenAgain } from './forged-log.ts';
import type { LogBench } from './log-bench.ts';
import type { LogWorld } from './log-world.ts';

/** Attacks on the sequencer itself. No witness is asked in them: it would be the second guard. */
export function sequencerAttacks(bench: LogBench): readonly Attack[] {
  return [race(bench), restore(bench), swappedCheckpoint(bench), replacedRow(bench)];
}

const NOBODY: Witnesses = { cosign: async () => [] };
const LOCK = { entity: 'logLock' } as const;

/** How a run ended: the code of what stopped it, or nothing. */
async function stoppedBy(
  world: LogWorld,
  delivered: readonly LedgerRow[],
  changes: Partial<SequencerPorts> = {},
): Promise<readonly string[]> {
  const outcome = await world.sequence({ witnesses: NOBODY, ...changes }, delivered);
  return outcome.ok ? [] : [outcome.problem.code];
}

/** How many trees the log's key has signed for one size. */
function treesOf({ objects, store }: LogWorld): number {
  const size = String(store.get(LOCK)?.['size']).padStart(16, '0');
  return [...objects.keys()].filter((path) => path.startsWith(`checkpoints/${size}-`) && !path.endsWith('.tsr')).length;
}

function race(bench: LogBench): Attack {
  return {
    name: 'two sequencers at once, each with another row',
    mount: 'log',
    caughtBy: ['contended'],
    attempt: async () => {
      const world = await bench.fresh();
      const codes = await raced(world, world.store);
      return treesOf(world) === 1 ? codes : [];
    },
    honest: async () => {
      const world = await bench.fresh();
      const codes: string[] = [];
      for (const row of twoRows(world)) codes.push(...(await stoppedBy(world, [row])));
      return differs([], codes);
    },
    mutation: {
      off: 'the condition that the lock is unchanged',
      reaches: async () => {
        const world = await bench.fresh();
        const { store } = world;
        const commit: StateStore['commit'] = (writes, token) =>
          store.commit(
            writes.map((write) => ({ ...write, when: [] })),
            token,
          );
        await raced(world, { read: (refs) => store.read(refs), commit });
        return treesOf(world) === 2;
      },
    },
  };
}

/** Two sequencers that have both read the lock before either moves it. */
async function raced(world: LogWorld, store: StateStore): Promise<readonly string[]> {
  const both = Promise.withResolvers<void>();
  let reads = 0;
  const waiting: StateStore = {
    read: async (refs) => {
      const items = await store.read(refs);
      reads += 1;
      if (reads >= 2) both.resolve();
      await both.promise;
      return items;
    },
    commit: (writes, token) => store.commit(writes, token),
  };
  const runs = twoRows(world).map((row) => stoppedBy(world, [row], { store: waiting }));
  return (await Promise.all(runs)).flat();
}

/** The first events of two chains. */
function twoRows(world: LogWorld): readonly LedgerRow[] {
  world.writer.nowMs += 1_000;
  const events = [NEW, `${NEW}-other`].map((chain) => eventAfter(world, chain));
  return events.map(({ chain, seq, bytes }) => ledgerRow(chain, seq, bytes));
}

function restore(bench: LogBench): Attack {
  return {
    name: 'tables restored from a backup behind the log',
    mount: 'log',
    caughtBy: ['log_newer_than_lock'],
    attempt: async () => {
      const { world, row } = await restored(bench);
      return stoppedBy(world, [row]);
    },
    honest: async () => {
      const world = await bench.fresh();
      const published = world.objects.get('checkpoint');
      await grow(world);
      // Stopped between moving the lock and publishing: the log is behind, and is caught up with.
      if (published !== undefined) world.objects.set('checkpoint', published);
      return differs([], await stoppedBy(world, twoRows(world).slice(1)));
    },
    mutation: {
      off: 'the comparison with what is published',
      reaches: async () => {
        const { world, row, before, published } = await restored(bench);
        const objects = { ...world.ports().objects, read: readWith(world, before) };
        const codes = await stoppedBy(world, [row], { objects });
        const first = leavesOf(world).slice(0, published.length);
        return codes.length === 0 && !sameBytes(treeRoot(first), treeRoot(published));
      },
    },
  };
}

async function grow(world: LogWorld): Promise<void> {
  writeRounds(world.writer, 2, 'later');
  await world.publish();
}

/** A log that is newer than its tables: its leaves, the checkpoint the tables know, and a row that is not in it. */
async function restored(bench: LogBench) {
  const world = await bench.fresh();
  const { store, objects } = world;
  const backup = structuredClone([...store.items]);
  const before = objects.get('checkpoint');
  await grow(world);
  const published = leavesOf(world);
  store.items.clear();
  for (const [key, item] of backup) store.items.set(key, item);
  const [row] = twoRows(world);
  if (row === undefined) throw new Error('expected a row');
  return { world, row, before, published };
}

/** Reads the bucket, but for the checkpoint. */
function readWith(world: LogWorld, checkpoint: Uint8Array | undefined): LogObjects['read'] {
  return (key) => (key === 'checkpoint' ? Promise.resolve(checkpoint) : world.ports().objects.read(key));
}

function leavesOf(world: LogWorld): readonly Uint8Array[] {
  return rowsOf(world.files()).map(({ entry }) => leafHashOf(entry));
}

/** Whoever has the log's key publishes another tree of the size that the lock names. */
function swappedCheckpoint(bench: LogBench): Attack {
  const swapped = async () => {
    const world = await bench.fresh();
    const published = world.objects.get('checkpoint');
    const size = leavesOf(world).length;
    const other = writtenAgain(world, otherRows(size), [size]).get('checkpoint');
    if (other !== undefined) world.objects.set('checkpoint', other);
    return { world, published, rows: twoRows(world).slice(1) };
  };
  return {
    name: 'published checkpoint swapped for another of its size',
    mount: 'log',
    caughtBy: ['log_root_differs'],
    attempt: async () => {
      const { world, rows } = await swapped();
      return stoppedBy(world, rows);
    },
    honest: async () => {
      const world = await bench.fresh();
      return differs([], await stoppedBy(world, twoRows(world).slice(1)));
    },
    mutation: {
      off: 'the comparison with what is published',
      reaches: async () => {
        const { world, published, rows } = await swapped();
        const objects = { ...world.ports().objects, read: readWith(world, published) };
        return (await stoppedBy(world, rows, { objects })).length === 0;
      },
    },
  };
}

/** Whoever writes the ledger table puts another row in the place of a chain's last one before it is sequenced. */
function replacedRow(bench: LogBench): Attack {
  const held = async (position: Partial<ChainPosition>, told: Partial<LedgerRow> = {}): Promise<readonly string[]> => {
    const world = await bench.fresh();
    const { chain, seq, bytes } = eventAfter(world, ALPHA, { position });
    const outcome = await world.sequence({}, [{ ...ledgerRow(chain, seq, bytes), ...told }]);
    if (!outcome.ok) return [outcome.problem.code];
    return outcome.value.appended === 0 ? outcome.value.held.map(({ code }) => code) : [];
  };
  const prevHash = genesisHash(ALPHA);
  return {
    name: 'row replaced before it was sequenced',
    mount: 'log',
    caughtBy: ['ledger_link'],
    attempt: () => held({ prevHash }),
    honest: async () => differs([], await held({})),
    mutation: {
      off: 'the link that the row itself states',
      reaches: async () => {
        const { prevHash: prev } = tailOf(await bench.fresh(), ALPHA);
        return (await held({ prevHash }, { prev })).length === 0;
      },
    },
  };
}
