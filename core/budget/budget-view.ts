import type { AgentCaps } from '../authority/registration.ts';
import type { Result } from '../result.ts';
import type { AgentHead, SessionState } from '../state/agent-head.ts';
import type { Amount } from './caps.ts';
import { dayOf, NO_AMOUNT } from './caps.ts';
import type { UnknownModel } from './prices.ts';
import type { Projection } from './projection.ts';
import { sessionOf } from './sessions.ts';
import type { LapsedRelease } from './settlement.ts';
import { releaseLapsed } from './settlement.ts';
import type { InvalidTokens } from './tokens.ts';
import type { UnitMonth } from './unit-budget.ts';
import { unitCommitted } from './unit-budget.ts';

/** What an action asks of the budget. */
export interface BudgetDemand extends Amount {
  /** False for actions that call no model: they hold nothing. */
  readonly required: boolean;
  readonly modelKnown: boolean;
  readonly valid: boolean;
}

/** Everything a budget question is answered from. */
export interface BudgetView {
  readonly head: AgentHead;
  readonly caps: AgentCaps;
  readonly unit: UnitMonth;
  readonly sessionId: string;
  readonly nowMs: number;
}

/** One cap, what counts against it before an action, and what would with it. */
export interface CapUse {
  readonly scope: 'session' | 'agent_day' | 'unit_month';
  /** `usd` in micro-USD. */
  readonly measure: 'usd' | 'tokens';
  readonly cap: bigint;
  readonly before: bigint;
  readonly after: bigint;
}

/** The demand behind a projection; `undefined` for an action that calls no model. */
export function demandOf(projection: Result<Projection, UnknownModel | InvalidTokens> | undefined): BudgetDemand {
  if (projection === undefined) return { required: false, modelKnown: true, valid: true, ...NO_AMOUNT };
  if (projection.ok) {
    const { microUsd, tokens } = projection.value;
    return { required: true, modelKnown: true, valid: true, microUsd, tokens };
  }
  const modelKnown = projection.problem.code !== 'unknown_model';
  return { required: true, modelKnown, valid: !modelKnown, ...NO_AMOUNT };
}

/** The head as it stands at `nowMs`: lapsed holds given back, the day rolled over. Days never run backwards. */
export function currentHead(head: AgentHead, nowMs: number): LapsedRelease {
  const released = releaseLapsed(head, nowMs);
  const today = dayOf(nowMs);
  if (today <= head.day) return released;
  return {
    ...released,
    head: { ...released.head, day: today, dayMicroUsd: 0n, dayTokens: 0n, dayAmountMicroUsd: 0n },
  };
}

/** A session that starts now. */
export function newSession(nowMs: number): SessionState {
  return { startedAtMs: nowMs, microUsd: 0n, tokens: 0n, amountMicroUsd: 0n };
}

/** Every cap with what `amount` would do to it. Reserved and settled use count alike. */
export function capUses(view: BudgetView, amount: Amount): readonly CapUse[] {
  const { head, returns } = currentHead(view.head, view.nowMs);
  const session = sessionOf(head, view.sessionId) ?? newSession(view.nowMs);
  const committed = unitCommitted(view.unit.item);
  const returned = returns.of(view.unit.caps.unitId, view.unit.month);
  const use = (scope: CapUse['scope'], measure: CapUse['measure'], cap: bigint, before: bigint): CapUse => ({
    scope,
    measure,
    cap,
    before,
    after: before + (measure === 'usd' ? amount.microUsd : amount.tokens),
  });
  return [
    use('session', 'usd', view.caps.sessionMicroUsd, session.microUsd),
    use('session', 'tokens', view.caps.sessionTokens, session.tokens),
    use('agent_day', 'usd', view.caps.dayMicroUsd, head.dayMicroUsd),
    use('agent_day', 'tokens', view.caps.dayTokens, head.dayTokens),
    use('unit_month', 'usd', view.unit.caps.monthMicroUsd, committed.microUsd - returned.microUsd),
    use('unit_month', 'tokens', view.unit.caps.monthTokens, committed.tokens - returned.tokens),
  ];
}

/** What is left of the cap with the least left, whole percent rounded down, 0 to 100. A cap of 0 has nothing left. */
export function remainingPercent(view: BudgetView): number {
  const percents = capUses(view, NO_AMOUNT).map(({ cap, before }) =>
    cap <= 0n || before >= cap ? 0 : Number(((cap - before) * 100n) / cap),
  );
  return Math.min(...percents);
}
