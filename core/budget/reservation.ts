import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { AgentHead, Reservation, SessionState } from '../state/agent-head.ts';
import type { Write } from '../state/entities.ts';
import type { BudgetAlert } from './alerts.ts';
import { alertOf, crossesThreshold, isAtThreshold, unitAlertMark } from './alerts.ts';
import type { BudgetFacts } from './budget-facts.ts';
import { budgetFacts, isRefused } from './budget-facts.ts';
import type { BudgetDemand, BudgetView, CapUse } from './budget-view.ts';
import { capUses, currentHead, newSession } from './budget-view.ts';
import { sessionOf, withSession } from './sessions.ts';
import type { BudgetPatch } from './settlement.ts';
import { holdOf, patchOf } from './settlement.ts';
import { unitCommitWrite } from './unit-budget.ts';

/** What to hold for an allowed action. */
export interface ReserveRequest {
  readonly actionId: string;
  readonly demand: BudgetDemand;
  /** The action's own amount, micro-USD: what split payments add up to. Not model cost. */
  readonly actionAmountMicroUsd: bigint;
  /** True when the action reads text that outsiders can write: its session is marked in the same transaction. */
  readonly marksSession: boolean;
  readonly lapsesAtMs: number;
}

/** What holding changes. */
export interface Reserved {
  readonly head: BudgetPatch;
  readonly writes: readonly Write[];
  /** Absent when the action holds nothing. */
  readonly reservation?: Reservation;
  /** Caps that this hold brought to the alert threshold. */
  readonly alerts: readonly BudgetAlert[];
  /** Actions whose lapsed holds were given back on the way. */
  readonly released: readonly string[];
}

/** The budget does not allow the action, whatever the rules said. */
export interface BudgetRefused {
  readonly code: 'budget_refused';
  readonly facts: BudgetFacts;
}

/**
 * Holds the worst case of an allowed action against session, day and unit month, starts its session at first use, and
 * gives lapsed holds back. Pure: the head patch and the writes take effect in the caller's transaction. The unit's
 * write carries the unit's cap as a condition, since other agents spend from it meanwhile.
 *
 * @throws {RangeError} when the action's amount is negative or the action holds something already: bugs in the caller
 */
export function reserve(view: BudgetView, request: ReserveRequest): Result<Reserved, BudgetRefused> {
  const { actionId, actionAmountMicroUsd, demand } = request;
  const facts = budgetFacts(view, demand);
  if (isRefused(facts)) return refused({ code: 'budget_refused', facts });
  if (actionAmountMicroUsd < 0n)
    throw new RangeError(`expected an amount of at least 0, got \`${actionAmountMicroUsd}\``);
  const { head, actionIds, returns } = currentHead(view.head, view.nowMs);
  if (holdOf(head, actionId) !== undefined) throw new RangeError(`expected no hold of \`${actionId}\`, got one`);

  if (!demand.required) {
    const next = spend(view, head, request);
    return ok({ head: patchOf(next), writes: returns.writes(), alerts: [], released: actionIds });
  }
  const reservation: Reservation = {
    microUsd: demand.microUsd,
    tokens: demand.tokens,
    sessionId: view.sessionId,
    day: head.day,
    unitId: view.unit.caps.unitId,
    month: view.unit.month,
    lapsesAtMs: request.lapsesAtMs,
  };
  const spent = spend(view, head, request);
  const next = { ...spent, reservations: { ...spent.reservations, [actionId]: reservation } };
  const alerting = capUses(view, demand).filter((use) => isAlert(view, use));
  const marks = alerting.map(unitAlertMark).filter((mark) => mark !== undefined);
  const returned = returns.of(view.unit.caps.unitId, view.unit.month);
  return ok({
    head: patchOf(next),
    writes: [unitCommitWrite(view.unit, demand, returned, marks), ...returns.writes(view.unit)],
    reservation,
    alerts: alerting.map(alertOf),
    released: actionIds,
  });
}

/** Adds an action to its session and day. Only what is held counts as model cost. */
function spend(view: BudgetView, head: AgentHead, request: ReserveRequest): AgentHead {
  const { demand, actionAmountMicroUsd } = request;
  const before = sessionOf(head, view.sessionId) ?? newSession(view.nowMs);
  const session: SessionState = {
    startedAtMs: before.startedAtMs,
    microUsd: before.microUsd + demand.microUsd,
    tokens: before.tokens + demand.tokens,
    amountMicroUsd: before.amountMicroUsd + actionAmountMicroUsd,
    ...((before.marked === true || request.marksSession) && { marked: true }),
  };
  return {
    ...head,
    dayMicroUsd: head.dayMicroUsd + demand.microUsd,
    dayTokens: head.dayTokens + demand.tokens,
    dayAmountMicroUsd: head.dayAmountMicroUsd + actionAmountMicroUsd,
    sessions: withSession(head, view.sessionId, session, view.caps.sessionSeconds, view.nowMs),
  };
}

/** A unit's month remembers its alert; a session and a day alert whenever their use comes up to the threshold. */
function isAlert(view: BudgetView, use: CapUse): boolean {
  const mark = unitAlertMark(use);
  return mark === undefined ? crossesThreshold(use) : isAtThreshold(use) && view.unit.item?.[mark] === undefined;
}
