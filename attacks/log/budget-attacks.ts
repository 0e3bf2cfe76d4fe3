import type { EventDraft } from '../../core/ledger/event.ts';
import { decided, lapsed, settled } from './chain-writer.ts';
import { ALPHA, TELLER } from './chains.ts';
import type { Grown } from './event-attacks.ts';
import { eventAfter } from './forged-event.ts';
import type { LogAttack } from './log-attack.ts';
import type { LogWorld } from './log-world.ts';

const HELD = 900;
const HOLDER = 'act_budget';

/** Attacks on what events say of budgets: rows that do not add up. */
export function budgetAttacks(grown: Grown): readonly LogAttack[] {
  return [...settlementAttacks(grown), ...holdAttacks(grown)];
}

/** An event after an action has held 900 micro-USD. */
function afterHold(grown: Grown, draft: (world: LogWorld) => Partial<EventDraft>) {
  return grown((world) => {
    world.writer.write(ALPHA, decided(TELLER, HOLDER, HELD, dayOf(world)));
    return eventAfter(world, ALPHA, { draft: draft(world) });
  });
}

function settlementAttacks(grown: Grown): readonly LogAttack[] {
  const outcome = (changes: { readonly [member: string]: string | boolean }) =>
    afterHold(grown, () => {
      const { data, ...draft } = settled(TELLER, HOLDER, HELD, 500);
      return { ...draft, data: { ...data, ...changes } };
    });
  const nothing = { settledMicroUsd: '0', settledTokens: '0', releasedMicroUsd: '0', releasedTokens: '0' };
  return [
    {
      name: 'more given back than was held',
      caughtBy: ['C12'],
      forged: outcome({ releasedMicroUsd: '800' }),
      // Used more than was held, and says so.
      honest: outcome({ settledMicroUsd: '1200', releasedMicroUsd: '0', overrun: true }),
    },
    {
      name: 'settled without a hold',
      caughtBy: ['C12'],
      forged: outcome({ actionId: 'act_other', held: false }),
      honest: outcome({ ...nothing, actionId: 'act_other', held: false }),
    },
    {
      name: 'hold claimed that nobody made',
      caughtBy: ['C12'],
      forged: outcome({ ...nothing, actionId: 'act_other' }),
      honest: outcome({ ...nothing, actionId: 'act_other', held: false }),
    },
    {
      name: 'hold denied, so that it stays open',
      caughtBy: ['C12'],
      forged: outcome({ ...nothing, held: false }),
      honest: outcome({}),
    },
    {
      name: 'charge for what was not performed',
      caughtBy: ['C12'],
      forged: outcome({ result: 'not_performed' }),
      honest: outcome({ ...nothing, result: 'not_performed', releasedMicroUsd: String(HELD), releasedTokens: '70' }),
    },
    {
      name: 'lapsed hold given back as a larger one',
      caughtBy: ['C12'],
      forged: afterHold(grown, () => lapsed(TELLER, HOLDER, HELD + 1)),
      honest: afterHold(grown, () => lapsed(TELLER, HOLDER, HELD)),
    },
    {
      name: 'hold given back that nobody made',
      caughtBy: ['C12'],
      forged: afterHold(grown, () => lapsed(TELLER, 'act_other', HELD)),
      honest: afterHold(grown, () => lapsed(TELLER, HOLDER, HELD)),
    },
  ];
}

function holdAttacks(grown: Grown): readonly LogAttack[] {
  const hold = (usedMicroUsd: (world: LogWorld) => number) =>
    grown((world) => {
      const { data, ...draft } = decided(TELLER, 'act_day', HELD, dayOf(world));
      const used = String(usedMicroUsd(world));
      const alerts = [{ scope: 'agent_day', measure: 'usd', percent: 80, used, cap: '100000' }];
      return eventAfter(world, ALPHA, { draft: { ...draft, data: { ...data, alerts } } });
    });
  return [
    {
      name: 'a day’s use set back between two rows',
      caughtBy: ['C12'],
      forged: hold(() => HELD),
      honest: hold((world) => usedToday(world) + HELD),
    },
    {
      name: 'hold entered under the day before',
      caughtBy: ['C12'],
      forged: afterHold(grown, () => decided(TELLER, 'act_other', HELD, '2026-11-19')),
      honest: afterHold(grown, () => decided(TELLER, 'act_other', HELD, '2026-11-21')),
    },
    {
      name: 'one action holding twice',
      caughtBy: ['C12'],
      forged: afterHold(grown, (world) => decided(TELLER, HOLDER, HELD, dayOf(world))),
      honest: afterHold(grown, (world) => decided(TELLER, 'act_other', HELD, dayOf(world))),
    },
  ];
}

function dayOf({ writer }: LogWorld): string {
  return new Date(writer.nowMs).toISOString().slice(0, 10);
}

/** What the log's rows leave of a day: each round but every fifth settles 500 of what it held. */
function usedToday({ writer }: LogWorld): number {
  return 500 * writer.events.filter(({ chain, type }) => chain === ALPHA && type === 'action.outcome').length;
}
