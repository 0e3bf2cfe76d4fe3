import { describe, expect, it } from 'vitest';
import { budgetFacts, MAX_RESERVATIONS } from '../../../core/budget/budget-facts.ts';
import type { BudgetDemand, BudgetView } from '../../../core/budget/budget-view.ts';
import { demandOf, remainingPercent } from '../../../core/budget/budget-view.ts';
import { reserve } from '../../../core/budget/reservation.ts';
import { refused } from '../../../core/result.ts';
import { TEST_NOW_MS } from '../../support/deps.ts';
import { demand, NO_DEMAND, view } from './fixtures.ts';

const DAY_MS = 86_400_000;

function hold(from: BudgetView, wanted: BudgetDemand, actionId = 'act_1', actionAmountMicroUsd = 0n) {
  const lapsesAtMs = from.nowMs + 60_000;
  return reserve(from, { actionId, demand: wanted, actionAmountMicroUsd, marksSession: false, lapsesAtMs });
}

function held(from: BudgetView, wanted: BudgetDemand, actionId = 'act_1', actionAmountMicroUsd = 0n) {
  const outcome = hold(from, wanted, actionId, actionAmountMicroUsd);
  if (!outcome.ok) throw new Error('expected a hold');
  return { ...outcome.value, head: { ...from.head, ...outcome.value.head } };
}

function obstacles(from: BudgetView, wanted: BudgetDemand): string[] {
  return Object.entries(budgetFacts(from, wanted)).flatMap(([fact, value]) => (value ? [fact] : []));
}

describe('budgetFacts', () => {
  it('sees no obstacle up to exactly every cap', () => {
    expect(obstacles(view(), demand(1_000n, 10_000n))).toEqual(['required', 'modelKnown', 'valid', 'sessionNew']);
  });

  it.each([
    ['sessionUsdExceeded', demand(1_001n), {}],
    ['sessionTokensExceeded', demand(1n, 10_001n), {}],
    ['dayUsdExceeded', demand(1n), { head: { day: '2026-11-20', dayMicroUsd: 2_000n } }],
    ['dayTokensExceeded', demand(0n, 1n), { head: { day: '2026-11-20', dayTokens: 20_000n } }],
    ['unitUsdExceeded', demand(1n), { unitItem: { committedMicroUsd: 5_000, committedTokens: 0 } }],
    ['unitTokensExceeded', demand(0n, 1n), { unitItem: { committedMicroUsd: 0n, committedTokens: 50_000n } }],
  ])('says %s when one more than the cap is asked for', (fact, wanted, state) => {
    const facts = obstacles(view(state), wanted).filter((name) => name.endsWith('Exceeded'));
    expect(facts).toEqual([fact]);
  });

  it('counts what is held and settled alike', () => {
    const first = held(view(), demand(600n));
    expect(obstacles(view({ head: first.head }), demand(401n))).toContain('sessionUsdExceeded');
    expect(obstacles(view({ head: first.head }), demand(400n))).not.toContain('sessionUsdExceeded');
  });

  it('starts the day anew at midnight UTC, and never goes back a day', () => {
    const head = { day: '2026-11-20', dayMicroUsd: 2_000n };
    expect(obstacles(view({ head, nowMs: TEST_NOW_MS + DAY_MS }), demand(1n))).not.toContain('dayUsdExceeded');
    expect(obstacles(view({ head, nowMs: TEST_NOW_MS - DAY_MS }), demand(1n))).toContain('dayUsdExceeded');
  });

  it('ends a session when its time is up, and a closed one at once', () => {
    const session = { startedAtMs: TEST_NOW_MS, microUsd: 0n, tokens: 0n, amountMicroUsd: 0n };
    const at = (elapsedMs: number) => view({ head: { sessions: { s1: session } }, nowMs: TEST_NOW_MS + elapsedMs });
    expect(budgetFacts(at(3_599_999), NO_DEMAND)).toMatchObject({ sessionExpired: false, sessionNew: false });
    expect(budgetFacts(at(3_600_000), NO_DEMAND)).toMatchObject({ sessionExpired: true });
    const closed = view({ head: { sessions: { s1: { ...session, startedAtMs: 0 } } } });
    expect(budgetFacts(closed, NO_DEMAND)).toMatchObject({ sessionExpired: true });
  });

  it('lets no session start when sessions may last no time', () => {
    expect(budgetFacts(view({ caps: { sessionSeconds: 0 } }), NO_DEMAND).sessionExpired).toBe(true);
  });

  it('refuses a ninth open session but not another action in an open one', () => {
    const session = { startedAtMs: TEST_NOW_MS, microUsd: 0n, tokens: 0n, amountMicroUsd: 0n };
    const sessions = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`s${index}`, session]));
    expect(budgetFacts(view({ head: { sessions }, sessionId: 'new' }), NO_DEMAND).tooManySessions).toBe(true);
    expect(budgetFacts(view({ head: { sessions }, sessionId: 's1' }), NO_DEMAND).tooManySessions).toBe(false);
  });

  it('refuses more holds than one agent may have', () => {
    const one = { microUsd: 0n, tokens: 0n, sessionId: 's', day: '2026-11-20', unitId: 'u', month: '2026-11' };
    const reservations = Object.fromEntries(
      Array.from({ length: MAX_RESERVATIONS }, (_, index) => [`a${index}`, { ...one, lapsesAtMs: TEST_NOW_MS + 1 }]),
    );
    expect(budgetFacts(view({ head: { reservations } }), demand(0n)).tooManyReservations).toBe(true);
    expect(budgetFacts(view({ head: { reservations } }), NO_DEMAND).tooManyReservations).toBe(false);
    const later = view({ head: { reservations }, nowMs: TEST_NOW_MS + 1 });
    expect(budgetFacts(later, demand(0n)).tooManyReservations).toBe(false);
  });

  it('tells an unknown model from an invalid count', () => {
    const unknown = demandOf(refused({ code: 'unknown_model', model: 'm' }));
    expect(budgetFacts(view(), unknown)).toMatchObject({ required: true, modelKnown: false, valid: true });
    const invalid = demandOf(refused({ code: 'invalid_tokens', message: '' }));
    expect(budgetFacts(view(), invalid)).toMatchObject({ required: true, modelKnown: true, valid: false });
    expect(budgetFacts(view(), demandOf(undefined))).toMatchObject({ required: false, modelKnown: true, valid: true });
  });
});

describe('reserve', () => {
  it('holds against session, day and unit month in one go', () => {
    const { head, writes, reservation } = held(view(), demand(700n, 70n), 'act_1', 9n);
    expect(head).toMatchObject({
      day: '2026-11-20',
      dayMicroUsd: 700n,
      dayTokens: 70n,
      dayAmountMicroUsd: 9n,
      sessions: { s1: { startedAtMs: TEST_NOW_MS, microUsd: 700n, tokens: 70n, amountMicroUsd: 9n } },
      reservations: { act_1: { microUsd: 700n, tokens: 70n, day: '2026-11-20', month: '2026-11', unitId: 'payments' } },
    });
    expect(reservation).toEqual(head.reservations['act_1']);
    expect(writes).toEqual([
      {
        op: 'update',
        ref: { entity: 'unitBudget', unitId: 'payments', month: '2026-11' },
        add: { committedMicroUsd: 700n, committedTokens: 70n },
        when: [
          { if: 'absentOrAtMost', attribute: 'committedMicroUsd', value: 4_300n },
          { if: 'absentOrAtMost', attribute: 'committedTokens', value: 49_930n },
        ],
      },
    ]);
  });

  it('starts the session but holds nothing when no budget is required', () => {
    const { head, writes, reservation } = held(view(), NO_DEMAND, 'act_1', 5n);
    expect(head.sessions).toMatchObject({ s1: { startedAtMs: TEST_NOW_MS, amountMicroUsd: 5n } });
    expect([head.reservations, writes, reservation]).toEqual([{}, [], undefined]);
  });

  it.each([
    ['an exceeded cap', demand(1_001n)],
    ['an unknown model', { ...demand(0n), modelKnown: false }],
    ['an invalid count', { ...demand(0n), valid: false }],
    ['a negative amount', demand(-1n)],
  ])('refuses %s as a value, whatever the rules said', (_, wanted) => {
    expect(hold(view(), wanted)).toMatchObject({ ok: false, problem: { code: 'budget_refused' } });
  });

  it('gives lapsed holds back first, to the month they were taken from', () => {
    const old = {
      microUsd: 900n,
      tokens: 90n,
      sessionId: 's1',
      day: '2026-10-31',
      unitId: 'payments',
      month: '2026-10',
      lapsesAtMs: TEST_NOW_MS,
    };
    const same = { ...old, microUsd: 50n, tokens: 5n, day: '2026-11-20', month: '2026-11' };
    const session = { startedAtMs: TEST_NOW_MS - 1, microUsd: 950n, tokens: 95n, amountMicroUsd: 0n };
    const from = view({
      head: {
        day: '2026-11-20',
        dayMicroUsd: 50n,
        dayTokens: 5n,
        sessions: { s1: session },
        reservations: { old, same },
      },
      unitItem: { committedMicroUsd: 4_990n, committedTokens: 50n, alertedUsd: true },
    });
    const { head, writes, released } = held(from, demand(60n, 6n));
    expect(released).toEqual(['old', 'same']);
    expect(head.sessions).toMatchObject({ s1: { microUsd: 60n, tokens: 6n } });
    expect([head.dayMicroUsd, Object.keys(head.reservations)]).toEqual([60n, ['act_1']]);
    expect(writes).toMatchObject([
      { ref: { month: '2026-11' }, add: { committedMicroUsd: 10n }, when: [{ value: 4_990n }, { value: 49_999n }] },
      { ref: { month: '2026-10' }, add: { committedMicroUsd: -900n, committedTokens: -90n } },
    ]);
  });

  it('throws when the action holds something already', () => {
    const { head } = held(view(), demand(1n));
    expect(() => hold(view({ head }), demand(1n))).toThrow(RangeError);
  });

  it('throws on a negative action amount', () => {
    expect(() => hold(view(), demand(1n), 'act_1', -1n)).toThrow(RangeError);
  });

  it('keeps ids that are names of object members apart', () => {
    const { head } = held(view({ sessionId: '__proto__' }), demand(1n), 'constructor');
    expect(Object.keys(head.sessions)).toEqual(['__proto__']);
    expect(Object.keys(head.reservations)).toEqual(['constructor']);
    expect(budgetFacts(view({ head, sessionId: 'toString' }), NO_DEMAND).sessionNew).toBe(true);
  });
});

describe('alerts', () => {
  it('are raised when 80 percent of a cap is reached, not before and not again', () => {
    const below = held(view(), demand(799n));
    expect(below.alerts).toEqual([]);
    const at = held(view({ head: below.head }), demand(1n), 'act_2');
    expect(at.alerts).toEqual([{ scope: 'session', measure: 'usd', used: '800', cap: '1000' }]);
    expect(held(view({ head: at.head }), demand(1n), 'act_3').alerts).toEqual([]);
  });

  it('mark the unit’s month, so that it is raised once whoever comes next', () => {
    const before = { committedMicroUsd: 4_500n, committedTokens: 0n };
    const first = held(view({ unitItem: before }), demand(1n));
    expect(first.alerts).toMatchObject([{ scope: 'unit_month', measure: 'usd', used: '4501' }]);
    expect(first.writes[0]).toMatchObject({ set: { alertedUsd: true } });
    expect(first.writes[0]?.when).toContainEqual({ if: 'attributeAbsent', attribute: 'alertedUsd' });
    expect(held(view({ unitItem: { ...before, alertedUsd: true } }), demand(1n)).alerts).toEqual([]);
  });
});

describe('remainingPercent', () => {
  it('is that of the worst cap, tokens as well as money', () => {
    expect(remainingPercent(view())).toBe(100);
    expect(remainingPercent(view({ head: { day: '2026-11-20', dayTokens: 19_000n } }))).toBe(5);
    expect(remainingPercent(view({ unitItem: { committedMicroUsd: 4_999n } }))).toBe(0);
  });

  it('is 0 for a cap of 0 or one that was lowered below its use', () => {
    expect(remainingPercent(view({ caps: { sessionTokens: 0n } }))).toBe(0);
    expect(remainingPercent(view({ head: { day: '2026-11-20', dayMicroUsd: 9_000n } }))).toBe(0);
  });
});
