import { describe, expect, it } from 'vitest';
import { release, releaseLapsed, settle } from '../../../core/budget/settlement.ts';
import type { AgentHead, Reservation } from '../../../core/state/agent-head.ts';
import { newAgentHead } from '../../../core/state/agent-head.ts';
import { TEST_NOW_MS } from '../../support/deps.ts';
import { AGENT_ID } from './fixtures.ts';

const HOLD: Reservation = {
  microUsd: 100n,
  tokens: 10n,
  sessionId: 's1',
  day: '2026-11-20',
  unitId: 'payments',
  month: '2026-11',
  lapsesAtMs: TEST_NOW_MS,
};

function head(overrides: Partial<AgentHead> = {}): AgentHead {
  return {
    ...newAgentHead(AGENT_ID),
    day: '2026-11-20',
    dayMicroUsd: 150n,
    dayTokens: 15n,
    sessions: { s1: { startedAtMs: 1, microUsd: 120n, tokens: 12n, amountMicroUsd: 7n } },
    reservations: { act_1: HOLD },
    ...overrides,
  };
}

describe('settle', () => {
  it('charges the real use and gives the rest back everywhere', () => {
    const settled = settle(head(), 'act_1', { microUsd: 30n, tokens: 3n });
    expect(settled).toMatchObject({ held: true, overrun: false, charged: { microUsd: 30n, tokens: 3n } });
    expect(settled.head).toMatchObject({
      dayMicroUsd: 80n,
      dayTokens: 8n,
      reservations: {},
      sessions: { s1: { microUsd: 50n, tokens: 5n, amountMicroUsd: 7n } },
    });
    expect(settled.writes).toEqual([
      {
        op: 'update',
        ref: { entity: 'unitBudget', unitId: 'payments', month: '2026-11' },
        add: { committedMicroUsd: -70n, committedTokens: -7n },
        when: [{ if: 'present' }],
      },
    ]);
  });

  it.each([
    [
      { microUsd: 101n, tokens: 1n },
      { microUsd: 100n, tokens: 1n },
    ],
    [
      { microUsd: 1n, tokens: 11n },
      { microUsd: 1n, tokens: 10n },
    ],
  ])('charges no more than was held and says so when use ran over', (used, charged) => {
    expect(settle(head(), 'act_1', used)).toMatchObject({ overrun: true, charged });
  });

  it('charges the whole hold when nobody knows the use', () => {
    const settled = settle(head(), 'act_1', undefined);
    expect(settled).toMatchObject({ charged: { microUsd: 100n, tokens: 10n }, overrun: false, writes: [] });
    expect(settled.head).toMatchObject({ dayMicroUsd: 150n });
  });

  it('changes nothing the second time', () => {
    const before = head();
    const once = { ...before, ...settle(before, 'act_1', undefined).head };
    expect(settle(once, 'act_1', { microUsd: 1n, tokens: 1n })).toEqual({
      head: {},
      writes: [],
      held: false,
      charged: { microUsd: 0n, tokens: 0n },
      overrun: false,
    });
  });

  it('leaves today alone when the hold was made yesterday', () => {
    const settled = settle(head({ day: '2026-11-21', dayMicroUsd: 5n }), 'act_1', { microUsd: 0n, tokens: 0n });
    expect(settled.head).toMatchObject({ day: '2026-11-21', dayMicroUsd: 5n, sessions: { s1: { microUsd: 20n } } });
  });

  it('settles a hold whose session is forgotten', () => {
    const settled = settle(head({ sessions: {} }), 'act_1', { microUsd: 0n, tokens: 0n });
    expect(settled.head).toMatchObject({ sessions: {}, dayMicroUsd: 50n });
  });

  it('throws on negative use', () => {
    expect(() => settle(head(), 'act_1', { microUsd: -1n, tokens: 0n })).toThrow(RangeError);
    expect(() => settle(head(), 'act_1', { microUsd: 0n, tokens: -1n })).toThrow(RangeError);
  });
});

it('release gives everything back', () => {
  expect(release(head(), 'act_1')).toMatchObject({ held: true, charged: { microUsd: 0n }, head: { dayMicroUsd: 50n } });
});

describe('releaseLapsed', () => {
  it('keeps a hold until its time is up', () => {
    expect(releaseLapsed(head(), TEST_NOW_MS - 1)).toMatchObject({ actionIds: [], head: { dayMicroUsd: 150n } });
  });

  it('adds up what one unit and month get back into one write', () => {
    const released = releaseLapsed(
      head({
        dayMicroUsd: 300n,
        dayTokens: 30n,
        sessions: {},
        reservations: {
          a: HOLD,
          b: HOLD,
          c: { ...HOLD, month: '2026-10' },
          d: { ...HOLD, lapsesAtMs: TEST_NOW_MS + 1 },
        },
      }),
      TEST_NOW_MS,
    );
    expect(released.actionIds).toEqual(['a', 'b', 'c']);
    expect(Object.keys(released.head.reservations)).toEqual(['d']);
    expect(released.returns.writes()).toMatchObject([
      { ref: { month: '2026-11' }, add: { committedMicroUsd: -200n, committedTokens: -20n } },
      { ref: { month: '2026-10' }, add: { committedMicroUsd: -100n } },
    ]);
  });
});
