import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BudgetView } from '../../core/budget/budget-view.ts';
import { monthOf } from '../../core/budget/caps.ts';
import { reserve } from '../../core/budget/reservation.ts';
import { closeSession } from '../../core/budget/sessions.ts';
import type { BudgetPatch } from '../../core/budget/settlement.ts';
import { release, settle } from '../../core/budget/settlement.ts';
import { unitBudgetRef, unitCommitted } from '../../core/budget/unit-budget.ts';
import type { AgentHead } from '../../core/state/agent-head.ts';
import { decodeAgentHead, newAgentHead } from '../../core/state/agent-head.ts';
import type { ChangeDeps } from '../../core/state/change-agent.ts';
import { changeAgent } from '../../core/state/change-agent.ts';
import type { Write } from '../../core/state/entities.ts';
import { AGENT_ID, CAPS, demand, UNIT } from '../core/budget/fixtures.ts';
import { CountingEntropy, NoPause, TEST_NOW_MS, TestClock } from '../support/deps.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { ScheduledStore } from './scheduled-store.ts';

const HOUR_MS = 3_600_000;

type Step =
  | { kind: 'reserve'; microUsd: bigint; tokens: bigint; session: number }
  | { kind: 'settle' | 'release'; action: number; microUsd: bigint; tokens: bigint }
  | { kind: 'wait'; hours: number }
  | { kind: 'close'; session: number };

const amount = fc.bigInt({ min: 0n, max: 1_200n });
const session = fc.integer({ min: 0, max: 9 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('reserve' as const), microUsd: amount, tokens: amount, session }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('settle' as const, 'release' as const),
        action: fc.nat(30),
        microUsd: amount,
        tokens: amount,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 300 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), session }) },
  ),
  { maxLength: 60 },
);

/** An agent and its unit, changed through the arithmetic under test alone; the store checks the unit's conditions. */
class Model {
  head: AgentHead = newAgentHead(AGENT_ID);
  nowMs = TEST_NOW_MS;
  readonly store = new MemoryStore();
  #actions = 0;

  async run(step: Step): Promise<void> {
    if (step.kind === 'wait') this.nowMs += step.hours * HOUR_MS;
    if (step.kind === 'close') await this.#apply(closeSession(this.head, `s${step.session}`) ?? {}, []);
    if (step.kind === 'settle') {
      const settled = settle(this.head, `a${step.action}`, step);
      await this.#apply(settled.head, settled.writes);
    }
    if (step.kind === 'release') {
      const released = release(this.head, `a${step.action}`);
      await this.#apply(released.head, released.writes);
    }
    if (step.kind === 'reserve') await this.#reserve(step);
  }

  committed(month: string) {
    return unitCommitted(this.store.get(unitBudgetRef(UNIT.unitId, month)));
  }

  months(): string[] {
    return [
      '2026-11',
      '2026-12',
      ...Array.from({ length: 12 }, (_, index) => `2027-${String(index + 1).padStart(2, '0')}`),
    ];
  }

  async #reserve(step: Extract<Step, { kind: 'reserve' }>): Promise<void> {
    const view: BudgetView = {
      head: this.head,
      caps: CAPS,
      unit: {
        caps: UNIT,
        month: monthOf(this.nowMs),
        item: this.store.get(unitBudgetRef(UNIT.unitId, monthOf(this.nowMs))),
      },
      sessionId: `s${step.session}`,
      nowMs: this.nowMs,
    };
    const actionId = `a${this.#actions}`;
    const lapsesAtMs = this.nowMs + 48 * HOUR_MS;
    const wanted = demand(step.microUsd, step.tokens);
    const reserved = reserve(view, {
      actionId,
      demand: wanted,
      actionAmountMicroUsd: 0n,
      marksSession: false,
      lapsesAtMs,
    });
    if (!reserved.ok) return;
    this.#actions += 1;
    await this.#apply(reserved.value.head, reserved.value.writes);
  }

  async #apply(head: BudgetPatch, writes: readonly Write[]): Promise<void> {
    const { committed } = await this.store.commit(writes, crypto.randomUUID());
    // Nobody else writes here, so a refused write would mean that the arithmetic and its own conditions disagree.
    expect(committed).toBe(true);
    this.head = { ...this.head, ...head };
  }
}

function expectWithinCaps(model: Model): void {
  const { head } = model;
  expect(head.dayMicroUsd >= 0n && head.dayMicroUsd <= CAPS.dayMicroUsd).toBe(true);
  expect(head.dayTokens >= 0n && head.dayTokens <= CAPS.dayTokens).toBe(true);
  for (const state of Object.values(head.sessions)) {
    expect(state.microUsd >= 0n && state.microUsd <= CAPS.sessionMicroUsd).toBe(true);
    expect(state.tokens >= 0n && state.tokens <= CAPS.sessionTokens).toBe(true);
  }
  for (const month of model.months()) {
    const held = Object.values(head.reservations).filter((hold) => hold.month === month);
    const { microUsd, tokens } = model.committed(month);
    expect(microUsd >= held.reduce((sum, hold) => sum + hold.microUsd, 0n)).toBe(true);
    expect(tokens >= held.reduce((sum, hold) => sum + hold.tokens, 0n)).toBe(true);
    expect(microUsd <= UNIT.monthMicroUsd && tokens <= UNIT.monthTokens).toBe(true);
  }
}

describe('budget arithmetic', () => {
  it('stays between nothing and every cap whatever is reserved, settled, released and closed when', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (todo) => {
        const model = new Model();
        for (const step of todo) {
          await model.run(step);
          expectWithinCaps(model);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('leaves exactly what was charged when nothing is held any more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(amount, amount), { minLength: 1, maxLength: 12 }), async (uses) => {
        const model = new Model();
        let charged = 0n;
        for (const [reservedMicroUsd] of uses) {
          await model.run({ kind: 'reserve', microUsd: reservedMicroUsd, tokens: 1n, session: 0 });
        }
        for (const [index, [, used]] of uses.entries()) {
          charged += settle(model.head, `a${index}`, { microUsd: used, tokens: 0n }).charged.microUsd;
          await model.run({ kind: 'settle', action: index, microUsd: used, tokens: 0n });
        }
        expect(model.head.reservations).toEqual({});
        expect(model.head.dayMicroUsd).toBe(charged);
        expect(model.committed('2026-11').microUsd).toBe(charged);
      }),
      { numRuns: 100 },
    );
  });
});

/** One caller: reads, reserves and commits through the product's own transaction, any number of others beside it. */
async function call(deps: ChangeDeps, agentId: string, actionId: string, microUsd: bigint): Promise<boolean> {
  const month = monthOf(TEST_NOW_MS);
  const outcome = await changeAgent<boolean>(deps, agentId, [unitBudgetRef(UNIT.unitId, month)], (snapshot) => {
    const unit = { caps: UNIT, month, item: snapshot.items[0] };
    const view = { head: snapshot.head, caps: CAPS, unit, sessionId: 's', nowMs: snapshot.nowMs };
    const lapsesAtMs = snapshot.nowMs + HOUR_MS;
    const reserved = reserve(view, {
      actionId,
      demand: demand(microUsd),
      actionAmountMicroUsd: 0n,
      marksSession: false,
      lapsesAtMs,
    });
    if (!reserved.ok) return { done: false };
    return {
      event: { type: 'action.decided', agentId, frameworkRefs: ['AIR-DET-009'], data: {} },
      head: reserved.value.head,
      writes: () => reserved.value.writes,
      result: () => true,
    };
  });
  return outcome.ok && outcome.value;
}

describe('concurrent callers', () => {
  it('never pass a session, day or unit cap together, in any interleaving', async () => {
    const callers = fc.array(fc.record({ agent: fc.nat(7), microUsd: fc.bigInt({ min: 1n, max: 1_000n }) }), {
      minLength: 2,
      maxLength: 14,
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), callers, async (scheduler, wanted) => {
        const store = new ScheduledStore(scheduler);
        const deps = { store, clock: new TestClock(), entropy: new CountingEntropy(), pause: new NoPause() };
        const calls = wanted.map(({ agent, microUsd }, index) => call(deps, `agent-${agent}`, `a${index}`, microUsd));
        const allowed = await scheduler.waitFor(Promise.all(calls));

        const total = wanted.reduce((sum, { microUsd }, index) => (allowed[index] ? sum + microUsd : sum), 0n);
        expect(unitCommitted(store.get(unitBudgetRef(UNIT.unitId, '2026-11'))).microUsd).toBe(total);
        expect(total <= UNIT.monthMicroUsd).toBe(true);
        for (let agent = 0; agent < 8; agent += 1) {
          const own = wanted.reduce(
            (sum, { microUsd, agent: by }, index) => (allowed[index] && by === agent ? sum + microUsd : sum),
            0n,
          );
          const item = store.get({ entity: 'agentHead', agentId: `agent-${agent}` });
          const head = item === undefined ? newAgentHead(`agent-${agent}`) : decodeAgentHead(item);
          expect(head.dayMicroUsd).toBe(own);
          expect(own <= CAPS.sessionMicroUsd).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});
