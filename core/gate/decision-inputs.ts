import type { AgentRegistration } from '../authority/registration.ts';
import { decodeAgentRegistration, decodeUnitRegistration } from '../authority/registration.ts';
import type { BudgetDemand, BudgetView } from '../budget/budget-view.ts';
import { demandOf } from '../budget/budget-view.ts';
import { monthOf, NO_AMOUNT } from '../budget/caps.ts';
import type { PriceTable } from '../budget/prices.ts';
import { projectCall } from '../budget/projection.ts';
import { unitBudgetRef } from '../budget/unit-budget.ts';
import type { AgentSnapshot } from '../state/change-agent.ts';
import type { EntityRef, StoredItem } from '../state/entities.ts';
import type { ActionRequest } from './action.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { factRefs } from './facts.ts';
import type { GateDeps } from './gate-deps.ts';

/** The items a decision needs besides the agent's own, and how to find them in what was read. */
export interface DecisionRefs {
  readonly refs: readonly EntityRef[];
  readonly unitId: string | undefined;
  readonly month: string;
}

/** What was read for {@link DecisionRefs}. */
export interface DecisionItems {
  readonly action: StoredItem | undefined;
  readonly unit: StoredItem | undefined;
  readonly unitMonth: StoredItem | undefined;
  readonly facts: readonly (StoredItem | undefined)[];
}

/** Names everything one decision reads besides the agent's own items: action, unit, unit's month, facts. */
export function decisionRefs(
  deps: Pick<GateDeps, 'unitHints' | 'clock'>,
  agentId: string,
  actionId: string,
  entry: CatalogueEntry | undefined,
  request: ActionRequest,
): DecisionRefs {
  const unitId = deps.unitHints.get(agentId);
  const month = monthOf(deps.clock.nowMs());
  const unitRefs: EntityRef[] = unitId === undefined ? [] : [{ entity: 'unit', unitId }, unitBudgetRef(unitId, month)];
  return {
    refs: [
      { entity: 'action', agentId, actionId },
      ...(entry === undefined ? [] : factRefs(entry, request)),
      ...unitRefs,
    ],
    unitId,
    month,
  };
}

/** Picks what was read apart again. */
export function decisionItems({ refs, unitId }: DecisionRefs, items: AgentSnapshot['items']): DecisionItems {
  const unitCount = unitId === undefined ? 0 : 2;
  return {
    action: items[0],
    facts: items.slice(1, refs.length - unitCount),
    unit: unitId === undefined ? undefined : items[refs.length - 2],
    unitMonth: unitId === undefined ? undefined : items[refs.length - 1],
  };
}

/** The agent as the institution declares it, or undefined. @throws {CorruptState} when the item can't be read */
export function registrationOf(snapshot: AgentSnapshot): AgentRegistration | undefined {
  return snapshot.registration === undefined ? undefined : decodeAgentRegistration(snapshot.registration);
}

/** What the action may cost at worst. */
export function demandFor(
  entry: CatalogueEntry,
  request: ActionRequest,
  prices: PriceTable,
  nowMs: number,
): BudgetDemand {
  if (entry.cost.kind === 'fixed') {
    const { microUsd } = entry.cost;
    return { required: microUsd > 0n, modelKnown: true, valid: true, ...NO_AMOUNT, microUsd };
  }
  const { model, inputTokens, maxOutputTokens } = request.params;
  const call = { model: typeof model === 'string' ? model : '', inputTokens, maxOutputTokens };
  return demandOf(projectCall(prices, call, nowMs));
}

/** Everything budgets are computed from; undefined when the institution has not declared the agent or its unit. */
export function budgetViewOf(
  snapshot: AgentSnapshot,
  registration: AgentRegistration | undefined,
  { unit, unitMonth }: DecisionItems,
  month: string,
  sessionId: string,
): BudgetView | undefined {
  if (registration === undefined || unit === undefined) return undefined;
  return {
    head: snapshot.head,
    caps: registration.caps,
    unit: { caps: decodeUnitRegistration(unit), month, item: unitMonth },
    sessionId,
    nowMs: snapshot.nowMs,
  };
}
