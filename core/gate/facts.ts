import type { CredentialIssuers } from '../authority/credential.ts';
import { credentialFacts } from '../authority/credential.ts';
import type { AgentRegistration } from '../authority/registration.ts';
import { NO_RUNGS, rungOf } from '../authority/rung.ts';
import { dayOf } from '../budget/caps.ts';
import { isEnded, openSessionCount, sessionOf } from '../budget/sessions.ts';
import type { AgentStop, StopAll } from '../risk/stops.ts';
import type { AgentHead } from '../state/agent-head.ts';
import type { EntityRef, StoredItem } from '../state/entities.ts';
import type { ActionRequest } from './action.ts';
import type { AmountSource, CatalogueEntry } from './catalogue.ts';
import { readAmount } from './facts/amount.ts';
import type { DecisionContext } from './facts/context.ts';
import type { FactItems } from './facts/institution.ts';
import { institutionFacts, toFactInteger } from './facts/institution.ts';
import { invalidParams } from './facts/params.ts';
import { resolvePointer } from './facts/pointer.ts';
import { signalsOf } from './facts/signals.ts';
import type { FactKind } from './facts/sources.ts';
import { factReferences, resourceId } from './facts/sources.ts';

/** What the budgets say about this action: with its worst case added, would a cap be passed? */
export type BudgetFacts = DecisionContext['budget'];

/** The budget facts of an agent that is not registered, whose unit is not, or whose caps could not be read. */
export const UNDECLARED_BUDGET: BudgetFacts = {
  declared: false,
  priced: false,
  sessionUsdExceeded: false,
  sessionTokensExceeded: false,
  dayUsdExceeded: false,
  dayTokensExceeded: false,
  unitUsdExceeded: false,
  unitTokensExceeded: false,
};

/** Everything a decision's facts are computed from. */
export interface ContextInput {
  readonly entry: CatalogueEntry;
  readonly request: ActionRequest;
  /** Absent when the institution has not registered the agent. */
  readonly registration: AgentRegistration | undefined;
  readonly credentialIssuers: CredentialIssuers;
  readonly head: AgentHead;
  readonly stopAll: StopAll;
  readonly agentStop: AgentStop;
  readonly budget: BudgetFacts;
  /** The items {@link factRefs} asked for, as {@link factItemsOf} pairs them. */
  readonly factItems: FactItems;
  /** Verified, unexpired, unused approvals for exactly this action, by distinct people. */
  readonly approvals: { readonly count: number; readonly managerCount: number };
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** The registry facts to read before {@link buildContext}, at most one per kind. */
export function factRefs(entry: CatalogueEntry, request: ActionRequest): readonly EntityRef[] {
  return [...factReferences(entry.facts, request).values()];
}

/** Pairs what was read for {@link factRefs}, in the same order, with the kinds of facts. */
export function factItemsOf(
  entry: CatalogueEntry,
  request: ActionRequest,
  items: readonly (StoredItem | undefined)[],
): FactItems {
  const kinds = [...factReferences(entry.facts, request).keys()];
  const pairs = kinds.map((kind, index): [FactKind, StoredItem | undefined] => [kind, items[index]]);
  return new Map(pairs.filter((pair): pair is [FactKind, StoredItem] => pair[1] !== undefined));
}

/**
 * Computes the facts of one decision. Pure; holds no parameter and nothing that names a person.
 *
 * @throws {CorruptState} when a fact item does not have its kind's shape
 */
export function buildContext(input: ContextInput): DecisionContext {
  const { entry, request, head, registration } = input;
  const institution = institutionFacts(input.factItems, request);
  const sessionSeconds = registration?.caps.sessionSeconds ?? 0;
  return {
    agent: agentFacts(input),
    credential: { ...credentialFacts(registration, input.credentialIssuers, input.nowMs) },
    stop: { veto: input.stopAll.veto !== null, riskLevel: input.stopAll.riskLevel },
    request: requestFacts(entry, request),
    session: sessionFacts(head, request.sessionId, sessionSeconds, input.nowMs),
    // Days never run backwards: a clock that was set back gives no second day.
    day: { amountMicroUsd: dayOf(input.nowMs) <= head.day ? toFactInteger(head.dayAmountMicroUsd) : 0 },
    open: {
      sessions: openSessionCount(head, sessionSeconds, input.nowMs),
      approvals: head.pendingApprovals,
      reservations: Object.keys(head.reservations).length,
    },
    budget: { ...input.budget },
    amount: amountFacts(entry.amount, request, institution.schedule.microUsd),
    ...institution,
    signals: signalsOf(entry.signals, request.params),
    approvals: { count: input.approvals.count, managers: input.approvals.managerCount },
  };
}

/** What an allowed action adds to the amounts of its session and day, in micro-USD: 0 unless money moves. */
export function movedMicroUsd(entry: CatalogueEntry, context: DecisionContext): bigint {
  return entry.amount?.moves === true && context.amount.valid ? BigInt(context.amount.microUsd) : 0n;
}

function agentFacts({ entry, request, registration, agentStop }: ContextInput): DecisionContext['agent'] {
  const accounts = registration?.accounts ?? [];
  const named = ['*', request.resource, ...(entry.resource.kind === 'account' ? [resourceId(request.resource)] : [])];
  return {
    registered: registration !== undefined,
    active: registration?.active === true,
    halted: agentStop.halted,
    scoped: registration?.scopes.includes(entry.scope) === true,
    accountAllowed: !entry.resource.accountBound || named.some((name) => accounts.includes(name)),
    rung: rungOf(registration?.rungs ?? NO_RUNGS, entry.decisionClass),
  };
}

const MAX_RESOURCE_ID_LENGTH = 256;

function requestFacts(entry: CatalogueEntry, request: ActionRequest): DecisionContext['request'] {
  const { kind, param } = entry.resource;
  const id = resourceId(request.resource);
  const isWellFormed = id !== '' && id.length <= MAX_RESOURCE_ID_LENGTH && id.isWellFormed();
  return {
    paramsValid: invalidParams(entry.params, request.params).length === 0,
    resourceValid: request.resource === `${kind}/${id}` && isWellFormed,
    resourceMatches: param === undefined || resolvePointer(request.params, param) === id,
  };
}

const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

function sessionFacts(
  head: AgentHead,
  sessionId: string,
  sessionSeconds: number,
  nowMs: number,
): DecisionContext['session'] {
  const session = sessionOf(head, sessionId);
  return {
    idValid: SESSION_ID.test(sessionId),
    fresh: session === undefined,
    expired: session !== undefined && isEnded(session, sessionSeconds, nowMs),
    amountMicroUsd: session === undefined ? 0 : toFactInteger(session.amountMicroUsd),
    marked: session?.marked === true,
  };
}

function amountFacts(
  source: AmountSource | undefined,
  request: ActionRequest,
  inForceMicroUsd: number,
): DecisionContext['amount'] {
  const reading = source === undefined ? { kind: 'absent' as const } : readAmount(source, request.params);
  switch (reading.kind) {
    case 'absent':
      return { valid: true, microUsd: source === undefined ? 0 : inForceMicroUsd };
    case 'invalid':
      return { valid: false, microUsd: 0 };
    case 'valid':
      return { valid: true, microUsd: toFactInteger(reading.microUsd) };
  }
}
