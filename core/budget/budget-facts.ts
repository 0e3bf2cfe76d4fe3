import type { BudgetDemand, BudgetView, CapUse } from './budget-view.ts';
import { capUses, currentHead, newSession } from './budget-view.ts';
import { isEnded, MAX_OPEN_SESSIONS, openSessionCount, sessionOf } from './sessions.ts';

/** Holds an agent may have at once. */
export const MAX_RESERVATIONS = 64;

/** What rules are told about the budget. */
export type BudgetFacts = {
  readonly required: boolean;
  readonly modelKnown: boolean;
  readonly valid: boolean;
  readonly sessionUsdExceeded: boolean;
  readonly sessionTokensExceeded: boolean;
  readonly dayUsdExceeded: boolean;
  readonly dayTokensExceeded: boolean;
  readonly unitUsdExceeded: boolean;
  readonly unitTokensExceeded: boolean;
  readonly sessionExpired: boolean;
  readonly sessionNew: boolean;
  readonly tooManySessions: boolean;
  readonly tooManyReservations: boolean;
};

/** Answers what rules ask about the budget. `used + reserved + requested > cap` is exceeded; exactly the cap is not. */
export function budgetFacts(view: BudgetView, demand: BudgetDemand): BudgetFacts {
  const { head } = currentHead(view.head, view.nowMs);
  const session = sessionOf(head, view.sessionId);
  const { sessionSeconds } = view.caps;
  const uses = capUses(view, demand);
  const exceeded = (scope: CapUse['scope'], measure: CapUse['measure']) =>
    demand.required && uses.some((use) => use.scope === scope && use.measure === measure && use.after > use.cap);
  return {
    required: demand.required,
    modelKnown: demand.modelKnown,
    valid: demand.valid && demand.microUsd >= 0n && demand.tokens >= 0n,
    sessionUsdExceeded: exceeded('session', 'usd'),
    sessionTokensExceeded: exceeded('session', 'tokens'),
    dayUsdExceeded: exceeded('agent_day', 'usd'),
    dayTokensExceeded: exceeded('agent_day', 'tokens'),
    unitUsdExceeded: exceeded('unit_month', 'usd'),
    unitTokensExceeded: exceeded('unit_month', 'tokens'),
    sessionExpired: isEnded(session ?? newSession(view.nowMs), sessionSeconds, view.nowMs),
    sessionNew: session === undefined,
    tooManySessions: session === undefined && openSessionCount(head, sessionSeconds, view.nowMs) >= MAX_OPEN_SESSIONS,
    tooManyReservations: demand.required && Object.keys(head.reservations).length >= MAX_RESERVATIONS,
  };
}

/** True when the budget stands in the way, whatever rules say. */
export function isRefused(facts: BudgetFacts): boolean {
  const { required: _required, sessionNew: _new, modelKnown, valid, ...obstacles } = facts;
  return !modelKnown || !valid || Object.values(obstacles).includes(true);
}
