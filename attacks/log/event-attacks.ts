import { genesisHash } from '../../core/ledger/event.ts';
import { entryBytes, parseEntry } from '../../core/ledger/statement.ts';
import type { Presented } from './auditor.ts';
import { insider } from './auditor.ts';
import { budgetAttacks } from './budget-attacks.ts';
import { AGENTS } from './chain-writer.ts';
import { ALPHA, BETA, NEW, TELLER } from './chains.ts';
import type { Smuggled } from './forged-event.ts';
import { eventAfter, IDLE_DRAFT, relabelled, respelled, smuggled, tailOf } from './forged-event.ts';
import type { LogAttack } from './log-attack.ts';
import type { LogBench } from './log-bench.ts';
import type { LogWorld } from './log-world.ts';

/** Has an entry written by `write` sequenced; what an insider is then shown. */
export type Grown = (write: (world: LogWorld) => Smuggled) => () => Promise<Presented>;

/**
 * Attacks by whoever runs the log and writes what no gate would: the rows are sequenced, cosigned and stamped like any
 * other, and only reading them shows it.
 */
export function eventAttacks(bench: LogBench): readonly LogAttack[] {
  const grown: Grown = (write) => async () => {
    const world = await bench.fresh();
    const files = await smuggled(world, write(world));
    return { files, auditor: insider(world, files) };
  };
  return [...chainAttacks(grown), ...timeAttacks(grown), ...budgetAttacks(grown), ...formAttacks(grown)];
}

function chainAttacks(grown: Grown): readonly LogAttack[] {
  const honest = grown((world) => eventAfter(world, ALPHA));
  return [
    { name: 'two successors of one event', caughtBy: ['C10', 'C11'], forged: grown(secondSuccessor), honest },
    {
      name: 'event appended again',
      caughtBy: ['C9', 'C10', 'C11'],
      forged: grown((world) => world.writer.write(ALPHA, IDLE_DRAFT)),
      honest,
    },
    {
      name: 'id used twice',
      caughtBy: ['C9'],
      forged: grown((world) => eventAfter(world, ALPHA, { id: world.writer.events[3]?.id ?? '' })),
      honest,
    },
    {
      name: 'number left out',
      caughtBy: ['C10'],
      forged: grown((world) => {
        const { nextSeq } = tailOf(world, ALPHA);
        return eventAfter(world, ALPHA, { position: { nextSeq: nextSeq + 1 } });
      }),
      honest,
    },
    {
      name: 'link to another event',
      caughtBy: ['C11'],
      forged: grown((world) => {
        const { prevHash } = tailOf(world, BETA);
        return eventAfter(world, ALPHA, { position: { prevHash } });
      }),
      honest,
    },
    {
      name: 'chain begun with another’s beginning',
      caughtBy: ['C11'],
      forged: grown((world) => eventAfter(world, NEW, { position: { prevHash: genesisHash(ALPHA) } })),
      honest: grown((world) => eventAfter(world, NEW)),
    },
    {
      name: 'event put into another agent’s chain',
      caughtBy: ['C11', 'C9'],
      forged: grown((world) => {
        const event = world.writer.write(ALPHA, IDLE_DRAFT);
        return { ...event, chain: BETA, entry: relabelled(event, { chain: BETA, agent: AGENTS[1] }) };
      }),
      honest: grown((world) => eventAfter(world, BETA)),
    },
  ];
}

/** An event in the place of the chain's last one, which is in the log already. */
function secondSuccessor(world: LogWorld): Smuggled {
  const { seq = 0, entry = new Uint8Array() } = world.writer.events.findLast(({ chain }) => chain === ALPHA) ?? {};
  const parsed = parseEntry(entry);
  const prevHash = parsed.ok ? parsed.value.event.prev : '';
  return eventAfter(world, ALPHA, { position: { nextSeq: seq, prevHash } });
}

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;

function timeAttacks(grown: Grown): readonly LogAttack[] {
  const dated = (chain: string, offsetMs: number) =>
    grown((world) => {
      const timeMs = world.writer.nowMs + offsetMs;
      return eventAfter(world, chain, { timeMs, position: { lastTimeMs: 0 } });
    });
  return [
    {
      name: 'event back-dated behind the one before it',
      caughtBy: ['C13'],
      forged: dated(ALPHA, -10 * SECOND_MS),
      honest: dated(ALPHA, SECOND_MS),
    },
    {
      name: 'event back-dated into a chain without others',
      caughtBy: ['C13'],
      forged: dated(NEW, -HOUR_MS),
      honest: dated(NEW, -30 * SECOND_MS),
    },
    {
      name: 'event dated after its checkpoint',
      caughtBy: ['C13'],
      forged: dated(ALPHA, HOUR_MS),
      honest: dated(ALPHA, 3 * SECOND_MS),
    },
  ];
}

function formAttacks(grown: Grown): readonly LogAttack[] {
  const spelled = (from: string, to: string) =>
    grown((world) => {
      const event = eventAfter(world, ALPHA);
      return { ...event, entry: respelled(event, from, to) };
    });
  const honest = grown((world) => eventAfter(world, ALPHA, { draft: { data: { reason: 'the officer’s “drill”\n' } } }));
  return [
    { name: 'same meaning in other bytes', caughtBy: ['C8'], forged: spelled('"seq":', '"seq": '), honest },
    {
      name: 'event of a type nobody knows',
      caughtBy: ['C8'],
      forged: spelled('session.closed', 'session.opened'),
      honest,
    },
    {
      name: 'event under another agent’s name',
      caughtBy: ['C8'],
      forged: spelled(`"agent":"${TELLER}"`, `"agent":"${AGENTS[1]}"`),
      honest,
    },
    {
      name: 'entry about another action than its event',
      caughtBy: ['C8'],
      forged: grown((world) => {
        const event = eventAfter(world, ALPHA);
        return { ...event, entry: entryBytes(event.bytes, { name: 'act_other', sha256: event.hash }) };
      }),
      honest,
    },
    { name: 'member twice', caughtBy: ['C8'], forged: spelled('"seq":', '"seq":0,"seq":'), honest },
  ];
}
