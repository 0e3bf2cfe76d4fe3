import { decodeActionRecord } from '../gate/action-record.ts';
import type { Result } from '../result.ts';
import type { AgentPlan, AgentSnapshot, ChangeDeps, Contention } from '../state/change-agent.ts';
import { changeAgent } from '../state/change-agent.ts';
import type { EntityRef, Write } from '../state/entities.ts';
import { closedEvent } from './events.ts';
import type { ApprovalRequest, ClosedOutcome, RequestStatus } from './request.ts';
import { decodeRequest, encodeRequest, ended, isExpired } from './request.ts';
import { decodeSlots, slotRefs } from './slot.ts';

/** What the workflow saw. */
export interface CloseInput {
  readonly actionId: string;
  readonly agentId: string;
  readonly outcome: ClosedOutcome;
}

/** How the request stands now. `sealed` when closing came after a seal, which it does not undo. */
export interface Closed {
  readonly actionId: string;
  readonly status: RequestStatus;
}

/**
 * Ends a request without envelopes. The outcome recorded is what stored state shows (a refusal, a cancellation, the
 * end of the time); the workflow's word counts only where stored state is silent. Closing again changes nothing, and
 * the agent's count of pending approvals falls exactly once, by whichever change ends the action's waiting.
 *
 * @throws {StorageFault} when the store kept failing; the whole step may be repeated
 */
export async function close(deps: ChangeDeps, input: CloseInput): Promise<Result<Closed, Contention>> {
  const { actionId, agentId } = input;
  const refs: readonly EntityRef[] = [
    { entity: 'approvalRequest', actionId },
    { entity: 'action', agentId, actionId },
    ...slotRefs(actionId),
  ];
  return changeAgent<Closed>(deps, agentId, refs, (snapshot) => planClosing(input, snapshot));
}

function planClosing(input: CloseInput, snapshot: AgentSnapshot): AgentPlan<Closed> {
  const { actionId, agentId } = input;
  const [requestItem, actionItem] = snapshot.items;
  const request = requestItem === undefined ? undefined : decodeRequest(requestItem);
  if (request !== undefined && request.status !== 'open') return { done: { actionId, status: request.status } };
  const action = actionItem === undefined ? undefined : decodeActionRecord(actionId, actionItem);
  const isWaiting = action?.status === 'pending_approval';
  // Without a request there is only the action to end, and it may have ended already.
  if (request === undefined && !isWaiting) return { done: { actionId, status: input.outcome } };
  const { outcome, by } = whatHappened(input, request, action?.status, snapshot);
  const digest = request?.digest ?? action?.digest ?? '';
  return {
    event: closedEvent({ actionId, agentId, digest }, outcome, by),
    ...(isWaiting && { head: { pendingApprovals: Math.max(0, snapshot.head.pendingApprovals - 1) } }),
    writes: () => [
      ...(request === undefined ? [] : [requestWrite(request, outcome)]),
      ...(isWaiting ? [actionWrite(input, outcome)] : []),
    ],
    result: () => ({ actionId, status: outcome }),
  };
}

interface Ending {
  readonly outcome: ClosedOutcome;
  readonly by: string | null;
}

function whatHappened(
  input: CloseInput,
  request: ApprovalRequest | undefined,
  actionStatus: string | undefined,
  snapshot: AgentSnapshot,
): Ending {
  const [, , ...slotItems] = snapshot.items;
  const rejection = decodeSlots(slotItems).find(({ answer }) => answer?.decision === 'reject');
  if (actionStatus === 'cancelled') return { outcome: 'cancelled', by: input.agentId };
  if (rejection?.answer !== undefined) return { outcome: 'refused', by: rejection.answer.approver };
  if (request !== undefined && isExpired(request, snapshot.nowMs)) return { outcome: 'timed_out', by: null };
  // A refusal or a cancellation that stored state knows nothing of did not happen: something else went wrong.
  return { outcome: input.outcome === 'timed_out' ? 'timed_out' : 'failed', by: null };
}

function requestWrite(request: ApprovalRequest, outcome: ClosedOutcome): Write {
  return {
    op: 'put',
    ref: { entity: 'approvalRequest', actionId: request.actionId },
    item: encodeRequest(ended(request, outcome)),
    when: [{ if: 'equals', attribute: 'status', value: 'open' }],
  };
}

function actionWrite({ agentId, actionId }: CloseInput, outcome: ClosedOutcome): Write {
  return {
    op: 'update',
    ref: { entity: 'action', agentId, actionId },
    set: { status: outcome },
    when: [{ if: 'equals', attribute: 'status', value: 'pending_approval' }],
  };
}
