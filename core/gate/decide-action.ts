import type { AgentRegistration } from '../authority/registration.ts';
import { budgetFacts } from '../budget/budget-facts.ts';
import type { BudgetDemand, BudgetView } from '../budget/budget-view.ts';
import { NO_AMOUNT } from '../budget/caps.ts';
import type { JsonObject } from '../json.ts';
import type { AgentSnapshot } from '../state/change-agent.ts';
import type { ActionRequest } from './action.ts';
import type { CompiledBundle } from './bundle.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { contextFor } from './context-for.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import type { DecisionItems, DecisionRefs } from './decision-inputs.ts';
import { budgetViewOf, decisionItems, demandFor, registrationOf } from './decision-inputs.ts';
import { replyExplanation } from './explain-reply.ts';
import type { BudgetFacts } from './facts.ts';
import { factItemsOf, movedMicroUsd, UNDECLARED_BUDGET } from './facts.ts';
import type { AttemptDeps } from './gate-deps.ts';
import type { ShadowHit } from './shadow.ts';
import { shadowHits } from './shadow.ts';

/** People's approvals for exactly this action, as facts. */
export interface ApprovalFacts {
  readonly count: number;
  readonly managerCount: number;
}

/** No approvals. */
export const NO_APPROVALS: ApprovalFacts = { count: 0, managerCount: 0 };

/** A decision with everything that went into it. */
export interface DecidedAction {
  readonly decision: Decision;
  readonly context: JsonObject;
  /** What rules that are only watched would have done. */
  readonly shadow: readonly ShadowHit[];
  /** Why it was not allowed, as the agent is told. */
  readonly explanation?: JsonObject;
  readonly demand: BudgetDemand;
  /** What an allow adds to the amounts that its session and day moved. */
  readonly movedMicroUsd: bigint;
  /** True when an allow marks its session: the action reads text that outsiders can write. */
  readonly marksSession: boolean;
  /** The action's amount, micro-USD, where the catalogue says there is one. */
  readonly amountMicroUsd?: number;
  /** Absent when the agent or its unit is not declared. */
  readonly budget?: BudgetView;
}

/** What {@link decideAction} decides about. */
export interface DecisionInput {
  readonly agentId: string;
  readonly request: ActionRequest;
  readonly refs: DecisionRefs;
  readonly snapshot: AgentSnapshot;
  readonly approvals: ApprovalFacts;
}

/**
 * Computes the facts of an action from what was read, and decides. Pure.
 *
 * @returns `reread` when the guess which unit the agent belongs to was wrong; the hint is put right on the way
 * @throws {CorruptState} when stored state can't be read
 */
export function decideAction(
  deps: Pick<AttemptDeps, 'bundle' | 'prices' | 'unitHints' | 'credentialIssuers'>,
  input: DecisionInput,
): DecidedAction | 'reread' {
  const { agentId, request, refs, snapshot } = input;
  const registration = registrationOf(snapshot);
  if (registration?.unitId !== refs.unitId) {
    correctHint(deps.unitHints, agentId, registration?.unitId);
    return 'reread';
  }
  const entry = deps.bundle.catalogue.get(request.type);
  if (entry === undefined) return undecidable(deps.bundle, agentId, request);
  const items = decisionItems(refs, snapshot.items);
  const budget = budgetViewOf(snapshot, registration, items, refs.month, request.sessionId);
  const demand = demandFor(entry, request, deps.prices, snapshot.nowMs);
  return decided(deps, input, { entry, registration, items, demand, budget });
}

interface Gathered {
  readonly entry: CatalogueEntry;
  readonly registration: AgentRegistration | undefined;
  readonly items: DecisionItems;
  readonly demand: BudgetDemand;
  readonly budget: BudgetView | undefined;
}

function decided(
  { bundle, credentialIssuers }: Pick<AttemptDeps, 'bundle' | 'credentialIssuers'>,
  input: DecisionInput,
  gathered: Gathered,
): DecidedAction {
  const { agentId, request, snapshot, approvals } = input;
  const { entry, registration, items, demand, budget } = gathered;
  const { facts, context } = contextFor(bundle, {
    entry,
    request,
    registration,
    credentialIssuers,
    head: snapshot.head,
    stopAll: snapshot.stopAll,
    agentStop: snapshot.agentStop,
    budget: budgetContext(budget, demand),
    factItems: factItemsOf(entry, request, items.facts),
    approvals,
    nowMs: snapshot.nowMs,
  });
  const asked = { agentId, actionType: request.type, resource: request.resource, context };
  const decision = decide(asked, bundle);
  return {
    decision,
    context,
    shadow: shadowHits(asked, bundle),
    ...(decision.verdict !== 'allow' && { explanation: replyExplanation(asked, bundle) }),
    demand,
    movedMicroUsd: movedMicroUsd(entry, facts),
    marksSession: entry.marksSession,
    ...(entry.amount !== undefined && facts.amount.valid && { amountMicroUsd: facts.amount.microUsd }),
    ...(budget !== undefined && { budget }),
  };
}

function budgetContext(view: BudgetView | undefined, demand: BudgetDemand): BudgetFacts {
  if (view === undefined) return UNDECLARED_BUDGET;
  const facts = budgetFacts(view, demand);
  return {
    declared: true,
    priced: facts.modelKnown && facts.valid,
    sessionUsdExceeded: facts.sessionUsdExceeded,
    sessionTokensExceeded: facts.sessionTokensExceeded,
    dayUsdExceeded: facts.dayUsdExceeded,
    dayTokensExceeded: facts.dayTokensExceeded,
    unitUsdExceeded: facts.unitUsdExceeded,
    unitTokensExceeded: facts.unitTokensExceeded,
  };
}

/** An action type the catalogue does not know has no facts; `decide` denies it with its own text. */
function undecidable(bundle: CompiledBundle, agentId: string, request: ActionRequest): DecidedAction {
  return {
    decision: decide({ agentId, actionType: request.type, resource: request.resource, context: {} }, bundle),
    context: {},
    shadow: [],
    demand: { required: false, modelKnown: true, valid: true, ...NO_AMOUNT },
    movedMicroUsd: 0n,
    marksSession: false,
  };
}

function correctHint(hints: Map<string, string>, agentId: string, unitId: string | undefined): void {
  if (unitId === undefined) hints.delete(agentId);
  else hints.set(agentId, unitId);
}
