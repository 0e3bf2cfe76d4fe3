import type { Envelope, EnvelopeProblem } from '../approval/envelope.ts';
import type { VerifiedApprovals } from '../approval/verify-envelopes.ts';
import { verifyEnvelopes } from '../approval/verify-envelopes.ts';
import type { Reserved } from '../budget/reservation.ts';
import type { JsonObject } from '../json.ts';
import type { ChainedEvent } from '../ledger/event.ts';
import type { EnvelopeVerifier } from '../ports.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import { decodeAgentHead } from '../state/agent-head.ts';
import type { AgentPlan, AgentSnapshot, Contention } from '../state/change-agent.ts';
import { changeAgent } from '../state/change-agent.ts';
import type { Condition, EntityRef } from '../state/entities.ts';
import type { ActionRequest } from './action.ts';
import { actionDigest } from './action.ts';
import type { ActionRecord, ActionStatus } from './action-record.ts';
import { actionRecordWrite, decodeActionRecord } from './action-record.ts';
import type { CompiledBundle } from './bundle.ts';
import { planInForce } from './bundle-in-force.ts';
import type { DecidedAction } from './decide-action.ts';
import { decideAction } from './decide-action.ts';

import { decisionEvent } from './decision-event.ts';
import type { DecisionRefs } from './decision-inputs.ts';
import { decisionRefs } from './decision-inputs.ts';
import type { AttemptDeps, GateDeps } from './gate-deps.ts';
import { budgetDenial } from './limit-denial.ts';
import { heldFields, holdFor } from './submit.ts';

/** What redeeming needs besides the gate's own ports. */
export interface RedeemDeps extends GateDeps {
  readonly verifier: EnvelopeVerifier;
}

/** Why an action was not redeemed. */
export type RedeemProblem =
  | { readonly code: 'action_not_found' }
  | { readonly code: 'already_redeemed'; readonly record: ActionRecord }
  | { readonly code: 'not_approved'; readonly status: ActionStatus }
  | EnvelopeProblem
  /** The envelopes hold, but the gate no longer allows the action. */
  | ({ readonly code: 'denied_at_redemption' } & Pick<DecidedAction, 'decision' | 'explanation'>);

/** A redeemed action. */
export interface Redeemed {
  readonly record: ActionRecord;
  readonly alertCount: number;
}

type Outcome = Result<Redeemed, RedeemProblem>;

interface Redemption {
  readonly agentId: string;
  readonly actionId: string;
  readonly request: ActionRequest;
  readonly approvals: VerifiedApprovals;
}

/**
 * Redeems an approved action: checks the envelopes, reads state afresh, decides again with the approvals as facts, and
 * on an allow consumes the approval in the same transaction that records the decision. Everything the decision rests
 * on comes from stored state; the agent brings nothing but the envelopes.
 *
 * @throws {StorageFault} when the redemption could not be recorded: nothing is allowed then
 */
export async function redeemAction(
  deps: RedeemDeps,
  agentId: string,
  actionId: string,
  envelopes: readonly Envelope[],
): Promise<Result<Redeemed, RedeemProblem | Contention>> {
  const actionRef: EntityRef = { entity: 'action', agentId, actionId };
  const [stored, head] = await deps.store.read([actionRef, { entity: 'agentHead', agentId }]);
  if (stored === undefined || head === undefined) return refused({ code: 'action_not_found' });
  const record = decodeActionRecord(actionId, stored);
  const standing = standingProblem(record);
  if (standing !== undefined) return refused(standing);
  const request = requestOf(record);
  const verified = await verifiedApprovals(deps, envelopes, {
    agentId,
    record,
    request,
    lastEventMs: decodeAgentHead(head).chain.lastTimeMs,
  });
  if (!verified.ok) return recordRefusal(deps, agentId, record, verified.problem);
  const redemption: Redemption = { agentId, actionId, request, approvals: verified.value };
  let refs: DecisionRefs;
  let bundle: CompiledBundle;
  const changed = await changeAgent<Outcome>(
    deps,
    agentId,
    () => {
      bundle = deps.bundles.guess();
      refs = decisionRefs(deps, agentId, actionId, bundle.catalogue.get(request.type), request);
      return refs.refs;
    },
    (snapshot) => planInForce(deps, bundle, snapshot, (attempt) => planRedemption(attempt, redemption, refs, snapshot)),
  );
  return changed.ok ? changed.value : changed;
}

/** What is stored now must be what was approved, to the byte: the digest is computed again and not only looked up. */
async function verifiedApprovals(
  deps: RedeemDeps,
  envelopes: readonly Envelope[],
  {
    agentId,
    record,
    request,
    lastEventMs,
  }: Omit<Redemption, 'actionId' | 'approvals'> & {
    readonly record: ActionRecord;
    readonly lastEventMs: number;
  },
): Promise<Result<VerifiedApprovals, EnvelopeProblem>> {
  const digest = actionDigest(agentId, request);
  if (digest !== record.digest) return refused({ code: 'envelope_digest_mismatch', index: 0 });
  const { actionId } = record;
  return verifyEnvelopes(deps.verifier, envelopes, {
    actionId,
    actionDigest: digest,
    agentId,
    nowMs: deps.clock.nowMs(),
    lastEventMs,
  });
}

function planRedemption(
  deps: AttemptDeps,
  redemption: Redemption,
  refs: DecisionRefs,
  snapshot: AgentSnapshot,
): AgentPlan<Outcome> {
  const { agentId, actionId, request, approvals } = redemption;
  const [stored] = snapshot.items;
  if (stored === undefined) return { done: refused({ code: 'action_not_found' }) };
  const record = decodeActionRecord(actionId, stored);
  const standing = standingProblem(record);
  if (standing !== undefined) return { done: refused(standing) };
  const facts = { count: approvals.count, managerCount: approvals.managers };
  const decided = decideAction(deps, { agentId, request, refs, snapshot, approvals: facts });
  if (decided === 'reread') return { reread: true };
  const hold = decided.decision.verdict === 'allow' ? holdFor(deps, actionId, snapshot, decided) : undefined;
  if (hold === undefined) return planDenial(deps, redemption, record, decided);
  if (!hold.ok) {
    const denied = { ...decided, decision: budgetDenial(deps.bundle, decided.decision) };
    return planDenial(deps, redemption, record, denied);
  }
  return planAllow(deps, redemption, record, decided, hold.value);
}

function planAllow(
  deps: AttemptDeps,
  { agentId, actionId, request, approvals }: Redemption,
  record: ActionRecord,
  decided: DecidedAction,
  held: Reserved,
): AgentPlan<Outcome> {
  const next = (event: ChainedEvent): ActionRecord => {
    const { paramsJson: _shown, confidential: _withheld, approvalExpiresAtMs: _over, ...rest } = record;
    const { explanationJson: _answered, ...kept } = rest;
    return {
      ...kept,
      status: 'redeemed',
      decision: decided.decision,
      ledger: { chain: event.chain, seq: event.seq, hash: event.hash, id: event.id },
      ...heldFields(request, held),
    };
  };
  return {
    event: decisionEvent(deps.pseudonyms, {
      type: 'action.redeemed',
      agentId,
      actionId,
      digest: record.digest,
      request,
      decided,
      held,
      envelopeIds: approvals.envelopeIds,
    }),
    head: held.head,
    writes: (event) => [actionRecordWrite(agentId, next(event), STILL_APPROVED), ...held.writes],
    result: (event) => ok({ record: next(event), alertCount: held.alerts.length }),
  };
}

/** The approval stays unspent: an agent that was stopped may try again while its envelopes live. */
function planDenial(
  deps: AttemptDeps,
  { agentId, actionId, request, approvals }: Redemption,
  record: ActionRecord,
  decided: DecidedAction,
): AgentPlan<Outcome> {
  const event = decisionEvent(deps.pseudonyms, {
    type: 'action.redeem_refused',
    agentId,
    actionId,
    digest: record.digest,
    request,
    decided,
    envelopeIds: approvals.envelopeIds,
  });
  return {
    event: { ...event, data: { ...event.data, code: 'denied_at_redemption' } },
    result: () =>
      refused({
        code: 'denied_at_redemption',
        decision: decided.decision,
        ...(decided.explanation !== undefined && { explanation: decided.explanation }),
      }),
  };
}

/** What makes an approval serve once. */
const STILL_APPROVED: readonly Condition[] = [{ if: 'equals', attribute: 'status', value: 'approved' }];

const BYPASS_REFS = ['AIR-SEC-024'];

async function recordRefusal(
  deps: RedeemDeps,
  agentId: string,
  record: ActionRecord,
  problem: EnvelopeProblem,
): Promise<Result<Redeemed, RedeemProblem | Contention>> {
  const data: JsonObject = { actionId: record.actionId, actionDigest: record.digest, ...problem };
  const changed = await changeAgent<Outcome>(deps, agentId, [], () => ({
    event: { type: 'action.redeem_refused', agentId, frameworkRefs: BYPASS_REFS, data },
    result: () => refused(problem),
  }));
  return changed.ok ? changed.value : changed;
}

function standingProblem(record: ActionRecord): RedeemProblem | undefined {
  if (record.status === 'redeemed' || record.status === 'settled') return { code: 'already_redeemed', record };
  return record.status === 'approved' ? undefined : { code: 'not_approved', status: record.status };
}

/** The request as it was approved. The idempotency key has done its work: the action's id stands for it. */
function requestOf(record: ActionRecord): ActionRequest {
  // Written from a parsed request's parameters.
  const params = JSON.parse(record.paramsJson ?? '{}') as JsonObject;
  const { type, resource, sessionId } = record;
  return { type, resource, sessionId, params, idempotencyKey: '' };
}
