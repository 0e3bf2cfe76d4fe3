import { decodeActionRecord } from '../gate/action-record.ts';
import type { ApprovalWorkflow, StateStore } from '../ports.ts';
import type { ChangeDeps } from '../state/change-agent.ts';
import { attempt } from '../state/change-agent.ts';
import { decodeRequest } from './request.ts';
import type { ApprovalSlot } from './slot.ts';
import { decodeSlots, slotRefs, tokenWrite } from './slot.ts';

/** What reporting to the workflow needs from outside. */
export interface ReportDeps {
  readonly store: StateStore;
  readonly workflow: ApprovalWorkflow;
}

/** A token the workflow handed over. */
export interface WaitingSlot {
  readonly actionId: string;
  readonly slot: number;
  readonly taskToken: string;
}

const REFUSED_CAUSE = 'a person refused the action';

/**
 * Keeps the workflow's token for a slot, then reports if an answer is already there. Writing the token before reading
 * the answer, while deciding writes the answer before reading the token, leaves no order in which neither is seen.
 *
 * @throws {Error} when the token could not be written: the workflow then hands over another
 */
export async function recordToken(
  deps: ReportDeps & ChangeDeps,
  { actionId, slot, taskToken }: WaitingSlot,
): Promise<void> {
  const written = await attempt(deps, async () => {
    const nowMs = deps.clock.nowMs();
    const token = deps.entropy.ulid(nowMs);
    const { committed } = await deps.store.commit([tokenWrite(actionId, slot, taskToken, nowMs)], token);
    return committed ? { outcome: undefined } : 'again';
  });
  if (!written.ok) throw new Error(`expected to keep a task token, got ${written.problem.attempts} conflicts`);
  const slots = await readSlots(deps.store, actionId);
  await reportSlots(deps.workflow, [slots.find((known) => known.slot === slot)]);
}

/**
 * Reports every answered slot of a request again, and gives up every waiting slot of a cancelled action. Harmless when
 * it was reported before; heals a crash between an answer and its report.
 */
export async function reportDecidedSlots(deps: ReportDeps, actionId: string): Promise<void> {
  const [requestItem, ...slotItems] = await deps.store.read([
    { entity: 'approvalRequest', actionId },
    ...slotRefs(actionId),
  ]);
  if (requestItem === undefined) return;
  const { agentId, status } = decodeRequest(requestItem);
  if (status !== 'open') return;
  const slots = decodeSlots(slotItems);
  await reportSlots(deps.workflow, slots);
  const [action] = await deps.store.read([{ entity: 'action', agentId, actionId }]);
  if (action !== undefined && decodeActionRecord(actionId, action).status === 'cancelled') {
    await failWaiting(deps.workflow, slots, 'the agent cancelled the action');
  }
}

/**
 * Ends the waiting of a request whose action was cancelled: every slot still without an answer fails with `Cancelled`.
 * The workflow then closes the request. Call it after the cancellation is committed.
 */
export async function closeOpenRequest(deps: ReportDeps, actionId: string, cause: string): Promise<void> {
  await failWaiting(deps.workflow, await readSlots(deps.store, actionId), cause);
}

/** Tells the workflow what people answered in these slots. */
export async function reportSlots(
  workflow: ApprovalWorkflow,
  slots: readonly (ApprovalSlot | undefined)[],
): Promise<void> {
  for (const slot of slots) {
    if (slot?.taskToken === undefined || slot.answer === undefined) continue;
    if (slot.answer.decision === 'approve') await workflow.complete(slot.taskToken);
    else await workflow.fail(slot.taskToken, 'Refused', REFUSED_CAUSE);
  }
}

async function failWaiting(workflow: ApprovalWorkflow, slots: readonly ApprovalSlot[], cause: string): Promise<void> {
  for (const { taskToken, answer } of slots) {
    if (taskToken !== undefined && answer === undefined) await workflow.fail(taskToken, 'Cancelled', cause);
  }
}

/** The slots of a request as they are now. */
export async function readSlots(store: StateStore, actionId: string): Promise<readonly ApprovalSlot[]> {
  return decodeSlots(await store.read(slotRefs(actionId)));
}
