import type { BudgetAlert } from '../budget/alerts.ts';
import type { JsonObject } from '../json.ts';
import type { EventDraft, EventType } from '../ledger/event.ts';
import type { Pseudonymizer } from '../ports.ts';
import type { DetailsRef } from '../records/keep-details.ts';
import type { Reservation } from '../state/agent-head.ts';
import type { ActionRequest } from './action.ts';
import type { DecidedAction } from './decide-action.ts';
import type { Decision } from './decision.ts';

/** What a decision's event says besides the decision. */
export interface DecisionEventInput {
  readonly type: Extract<EventType, 'action.decided' | 'action.redeemed' | 'action.redeem_refused'>;
  readonly agentId: string;
  readonly actionId: string;
  readonly digest: string;
  readonly request: Pick<ActionRequest, 'type' | 'resource' | 'sessionId'>;
  readonly decided: DecidedAction;
  readonly held?: Held;
  /** Ids of the envelopes that were presented. */
  readonly envelopeIds?: readonly string[];
  /** Where the details are, and the commitment to them. */
  readonly details?: DetailsRef;
}

/** What an allow held of the budget. */
export interface Held {
  readonly reservation?: Reservation;
  readonly alerts: readonly BudgetAlert[];
  readonly released: readonly string[];
}

/**
 * The ledger event of a decision: identifiers, verdict, rules and the whole context, so that it can be decided again.
 * The resource and the session may name people, so only their pseudonyms are recorded.
 */
export function decisionEvent(pseudonyms: Pseudonymizer, input: DecisionEventInput): EventDraft {
  const { agentId, actionId, digest, request, decided, held, envelopeIds, details } = input;
  const { decision, context } = decided;
  return {
    type: input.type,
    agentId,
    frameworkRefs: frameworkRefsOf(decision),
    data: {
      actionId,
      actionDigest: digest,
      actionType: request.type,
      tier: decision.tier,
      resource: resourcePseudonym(pseudonyms, request.resource),
      session: pseudonyms.pseudonym('session', request.sessionId),
      verdict: decision.verdict,
      rules: decision.rules.map((rule) => rule.id),
      ...(decision.obligations.length > 0 && { obligations: decision.obligations.map((one) => ({ ...one })) }),
      bundleHash: decision.bundleHash,
      contextHash: decision.contextHash,
      context,
      ...(decided.shadow.length > 0 && { shadow: decided.shadow.map((hit) => ({ ...hit })) }),
      ...(decided.amountMicroUsd !== undefined && { amountMicroUsd: String(decided.amountMicroUsd) }),
      ...(held?.reservation !== undefined && { budget: budgetData(held.reservation) }),
      ...(held !== undefined && held.alerts.length > 0 && { alerts: held.alerts.map((alert) => ({ ...alert })) }),
      ...(held !== undefined && held.released.length > 0 && { released: held.released }),
      ...(envelopeIds !== undefined && { envelopes: envelopeIds }),
      ...(details !== undefined && { details: { ...details } }),
    },
  };
}

/** Every framework id the determining rules refer to, once, in order. */
export function frameworkRefsOf(decision: Decision): readonly string[] {
  return [...new Set(decision.rules.flatMap((rule) => rule.frameworkRefs))].sort();
}

/** `<kind>/<pseudonym>`: what kind of thing was touched stays readable, which one does not. */
export function resourcePseudonym(pseudonyms: Pseudonymizer, resource: string): string {
  const slash = resource.indexOf('/');
  const kind = /^[a-z][a-z-]{0,31}$/.test(resource.slice(0, Math.max(0, slash))) ? resource.slice(0, slash) : 'other';
  return `${kind}/${pseudonyms.pseudonym('resource', resource)}`;
}

function budgetData({ microUsd, tokens, unitId, month, day }: Reservation): JsonObject {
  return { microUsd: microUsd.toString(), tokens: tokens.toString(), unit: unitId, month, day };
}
