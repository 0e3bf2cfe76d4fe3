import { reserve } from '../budget/reservation.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import type { ChainedEvent } from '../ledger/event.ts';
import type { KeptDetails } from '../records/keep-details.ts';
import type { Result } from '../result.ts';
import { refused } from '../result.ts';
import type { AgentPlan, AgentSnapshot, Contention } from '../state/change-agent.ts';
import { changeAgent } from '../state/change-agent.ts';
import type { ActionRequest } from './action.ts';
import { actionDigest, actionIdFor } from './action.ts';
import { actionDetails, detailRefs } from './action-details.ts';
import type { ActionRecord } from './action-record.ts';
import { actionRecordWrite, decodeActionRecord } from './action-record.ts';
import type { CompiledBundle } from './bundle.ts';
import { planInForce } from './bundle-in-force.ts';
import type { DecidedAction } from './decide-action.ts';
import { decideAction, NO_APPROVALS } from './decide-action.ts';
import type { Held } from './decision-event.ts';
import { decisionEvent } from './decision-event.ts';
import type { DecisionRefs } from './decision-inputs.ts';
import { decisionRefs } from './decision-inputs.ts';
import type { AttemptDeps, GateDeps } from './gate-deps.ts';
import { budgetDenial } from './limit-denial.ts';

/** The same idempotency key was used for other content. */
export interface KeyReused {
  readonly code: 'idempotency_key_reused';
  readonly actionId: string;
}

/** How a submission ended. `isRepeat` when an earlier request with the same key had been decided already. */
export interface Submitted {
  readonly record: ActionRecord;
  readonly isRepeat: boolean;
  /** Caps that this decision brought to the alert threshold. */
  readonly alertCount: number;
}

interface Submission {
  readonly agentId: string;
  readonly request: ActionRequest;
  readonly actionId: string;
  readonly digest: string;
}

/**
 * Decides an action: one strongly consistent read, the pure gate, one transaction with the head, the ledger row, the
 * action and, when money is held, the unit's month. A repeated request finds the first one's record.
 *
 * @throws {StorageFault} when the decision could not be recorded: nothing is allowed then
 */
export async function submitAction(
  deps: GateDeps,
  agentId: string,
  request: ActionRequest,
): Promise<Result<Submitted, KeyReused | Contention>> {
  const submission: Submission = {
    agentId,
    request,
    actionId: actionIdFor(agentId, request.idempotencyKey),
    digest: actionDigest(agentId, request),
  };
  let refs: DecisionRefs;
  let bundle: CompiledBundle;
  const changed = await changeAgent<Result<Submitted, KeyReused>>(
    deps,
    agentId,
    () => {
      bundle = deps.bundles.guess();
      refs = decisionRefs(deps, agentId, submission.actionId, bundle.catalogue.get(request.type), request);
      return [...refs.refs, ...detailRefs(deps, request.resource, refs.month)];
    },
    (snapshot) => {
      const stored = snapshot.items[0];
      if (stored !== undefined) return { done: repeated(submission, decodeActionRecord(submission.actionId, stored)) };
      return planInForce(deps, bundle, snapshot, (attempt) => planSubmission(attempt, submission, refs, snapshot));
    },
  );
  return changed.ok ? changed.value : changed;
}

function planSubmission(
  deps: AttemptDeps,
  submission: Submission,
  refs: DecisionRefs,
  snapshot: AgentSnapshot,
): AgentPlan<Result<Submitted, KeyReused>> {
  const { agentId, request } = submission;
  const decided = decideAction(deps, { agentId, request, refs, snapshot, approvals: NO_APPROVALS });
  if (decided === 'reread') return { reread: true };
  const kept = actionDetails(deps, request, refs.month, snapshot.items[refs.refs.length]);
  return planDecision(deps, submission, snapshot, decided, kept);
}

function planDecision(
  deps: AttemptDeps,
  submission: Submission,
  snapshot: AgentSnapshot,
  decided: DecidedAction,
  kept: KeptDetails | undefined,
): AgentPlan<Result<Submitted, KeyReused>> {
  const { agentId, actionId, digest, request } = submission;
  const { verdict } = decided.decision;
  const hold = verdict === 'allow' ? holdFor(deps, actionId, snapshot, decided) : undefined;
  if (hold !== undefined && !hold.ok) {
    const denied = { ...decided, decision: budgetDenial(deps.bundle, decided.decision) };
    return planDecision(deps, submission, snapshot, denied, kept);
  }
  const held = hold?.value;
  return {
    event: decisionEvent(deps.pseudonyms, {
      type: 'action.decided',
      agentId,
      actionId,
      digest,
      request,
      decided,
      ...(held !== undefined && { held }),
      ...(kept !== undefined && { details: kept.ref }),
    }),
    ...(kept !== undefined && { details: kept.seal }),
    head: {
      ...held?.head,
      ...(verdict === 'require_approval' && { pendingApprovals: snapshot.head.pendingApprovals + 1 }),
    },
    writes: (event) => [
      actionRecordWrite(agentId, newRecord(deps, submission, snapshot.nowMs, decided, held, event), [{ if: 'absent' }]),
      ...(held?.writes ?? []),
      ...(kept?.writes ?? []),
    ],
    result: (event) => ({
      ok: true,
      value: {
        record: newRecord(deps, submission, snapshot.nowMs, decided, held, event),
        isRepeat: false,
        alertCount: held?.alerts.length ?? 0,
      },
    }),
  };
}

/** What an allow holds; refused when the budget is in the way although no rule was. */
export function holdFor(deps: GateDeps, actionId: string, snapshot: AgentSnapshot, decided: DecidedAction) {
  if (decided.budget === undefined) return refused({ code: 'budget_undeclared' as const });
  return reserve(decided.budget, {
    actionId,
    demand: decided.demand,
    actionAmountMicroUsd: decided.movedMicroUsd,
    marksSession: decided.marksSession,
    lapsesAtMs: snapshot.nowMs + deps.settings.reservationTtlSeconds * 1_000,
  });
}

function repeated(submission: Submission, record: ActionRecord): Result<Submitted, KeyReused> {
  if (record.digest !== submission.digest) {
    return refused({ code: 'idempotency_key_reused', actionId: submission.actionId });
  }
  return { ok: true, value: { record, isRepeat: true, alertCount: 0 } };
}

const STATUS_OF = { allow: 'allowed', deny: 'denied', require_approval: 'pending_approval' } as const;

function newRecord(
  deps: AttemptDeps,
  { actionId, digest, request }: Submission,
  nowMs: number,
  { decision, explanation }: DecidedAction,
  held: Held | undefined,
  event: ChainedEvent,
): ActionRecord {
  const confidential = deps.bundle.catalogue.get(request.type)?.confidential ?? [];
  return {
    actionId,
    status: STATUS_OF[decision.verdict],
    digest,
    type: request.type,
    resource: request.resource,
    sessionId: request.sessionId,
    tier: decision.tier,
    createdAtMs: nowMs,
    decision,
    ledger: { chain: event.chain, seq: event.seq, hash: event.hash, id: event.id },
    ...(decision.verdict !== 'allow' && explanation !== undefined && { explanationJson: JSON.stringify(explanation) }),
    ...(decision.verdict === 'require_approval' && {
      paramsJson: canonicalJson(request.params),
      ...(confidential.length > 0 && { confidential }),
      approvalExpiresAtMs: nowMs + deps.settings.approvalTimeoutSeconds * 1_000,
    }),
    ...heldFields(request, held),
  };
}

/** What a record keeps of a hold, so that the outcome can be settled. */
export function heldFields(request: Pick<ActionRequest, 'params'>, held: Held | undefined): Partial<ActionRecord> {
  if (held?.reservation === undefined) return {};
  const { model } = request.params;
  return {
    reservedMicroUsd: held.reservation.microUsd.toString(),
    reservedTokens: held.reservation.tokens.toString(),
    lapsesAtMs: held.reservation.lapsesAtMs,
    ...(typeof model === 'string' && { model }),
  };
}
