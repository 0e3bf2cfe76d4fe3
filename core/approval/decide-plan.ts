import type { LedgerPosition } from '../gate/action-record.ts';
import { decodeActionRecord } from '../gate/action-record.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { AgentPlan, AgentSnapshot } from '../state/change-agent.ts';
import { decidedEvent, refusedEvent } from './events.ts';
import type { ApprovalRequest } from './request.ts';
import { decodeRequest, isExpired, slotNumbers } from './request.ts';
import type { Person, SeparationProblem } from './separation.ts';
import { eligibilityProblem, isManager, isSameSubject, ownerOf, separationProblem } from './separation.ts';
import type { Answer, ApprovalSlot, SlotDecision } from './slot.ts';
import { answerWrite, decodeSlots } from './slot.ts';

/** A person's answer as it arrives. */
export interface DecisionInput {
  readonly actionId: string;
  readonly person: Person;
  readonly decision: Answer;
  readonly reason: string;
  /** The digest the person was shown. */
  readonly digest: string;
}

/** A recorded answer. */
export interface Decided {
  readonly actionId: string;
  readonly slot: number;
  readonly decision: Answer;
  /** Where it stands in the ledger; absent when it was recorded by an earlier call. */
  readonly ledger?: LedgerPosition;
}

/** Why an answer did not count. */
export interface DecideProblem {
  readonly code:
    | 'request_not_found'
    | 'request_not_open'
    | 'request_expired'
    | 'digest_mismatch'
    | 'decision_conflict'
    | SeparationProblem;
}

/** How planning an answer ends. */
export type DecideOutcome = Result<Decided, DecideProblem>;

/**
 * Plans one answer on a snapshot whose items are the request, the action and the slots. Who asks comes first, so that
 * an attempt to approve one's own agent is recorded whatever else is wrong with it.
 */
export function planDecision(
  input: DecisionInput,
  pseudonym: string,
  snapshot: AgentSnapshot,
): AgentPlan<DecideOutcome> {
  const [requestItem, actionItem, ...slotItems] = snapshot.items;
  if (requestItem === undefined) return { done: refused({ code: 'request_not_found' }) };
  const request = decodeRequest(requestItem);
  const owner = ownerOf(snapshot.registration);
  const ineligible = eligibilityProblem(input.person, { agentId: request.agentId, owner });
  if (ineligible !== undefined) return refusal(request, pseudonym, ineligible);
  const slots = decodeSlots(slotItems);
  const before = slots.find(({ answer }) => answer !== undefined && isSameSubject(answer, input.person));
  if (before?.answer !== undefined) return { done: repeated(input, before.slot, before.answer) };
  const unfit = requestProblem(request, input.digest, snapshot.nowMs);
  if (unfit !== undefined) return { done: refused({ code: unfit }) };
  if (actionItem === undefined || decodeActionRecord(request.actionId, actionItem).status !== 'pending_approval') {
    return { done: refused({ code: 'request_not_open' }) };
  }
  const duty = { agentId: request.agentId, owner, earlier: approvalsIn(slots), ...needs(request) };
  const problem = separationProblem(input.person, duty);
  // A refusal needs no manager: anyone who may answer may say no.
  const blocks = problem !== undefined && !(problem === 'manager_required' && input.decision === 'reject');
  return blocks ? refusal(request, pseudonym, problem) : answer(input, pseudonym, request, slots, snapshot.nowMs);
}

/** The approvals among the answers. */
export function approvalsIn(slots: readonly ApprovalSlot[]): readonly SlotDecision[] {
  return slots.flatMap(({ answer: given }) => (given?.decision === 'approve' ? [given] : []));
}

function needs({ approvals, managers }: ApprovalRequest): Pick<ApprovalRequest, 'approvals' | 'managers'> {
  return { approvals, managers };
}

function requestProblem(request: ApprovalRequest, digest: string, nowMs: number): DecideProblem['code'] | undefined {
  if (request.status !== 'open') return 'request_not_open';
  if (isExpired(request, nowMs)) return 'request_expired';
  return digest === request.digest ? undefined : 'digest_mismatch';
}

function repeated(input: DecisionInput, slot: number, given: SlotDecision): DecideOutcome {
  if (given.decision !== input.decision || given.digest !== input.digest) return refused({ code: 'decision_conflict' });
  return ok({ actionId: input.actionId, slot, decision: given.decision });
}

function refusal(request: ApprovalRequest, pseudonym: string, problem: SeparationProblem): AgentPlan<DecideOutcome> {
  return { event: refusedEvent(request, pseudonym, problem), result: () => refused({ code: problem }) };
}

function answer(
  input: DecisionInput,
  pseudonym: string,
  request: ApprovalRequest,
  slots: readonly ApprovalSlot[],
  nowMs: number,
): AgentPlan<DecideOutcome> {
  const slot = slotNumbers(request).find((number) => slots[number - 1]?.answer === undefined);
  // Every place is taken: the workflow is about to seal or close.
  if (slot === undefined || slots.some((other) => other.answer?.decision === 'reject')) {
    return { done: refused({ code: 'request_not_open' }) };
  }
  const given: SlotDecision = {
    decision: input.decision,
    subject: input.person.subject,
    aliases: input.person.aliases,
    approver: pseudonym,
    manager: isManager(input.person),
    reason: input.reason,
    digest: input.digest,
    decidedAtMs: nowMs,
  };
  return {
    event: decidedEvent(request, slot, given),
    writes: () => [answerWrite(request, slot, given)],
    result: ({ chain, seq, hash }) =>
      ok({ actionId: input.actionId, slot, decision: given.decision, ledger: { chain, seq, hash } }),
  };
}
