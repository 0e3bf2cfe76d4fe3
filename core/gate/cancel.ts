import { sha256Hex } from '../ledger/hash.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { AgentPlan, AgentSnapshot, ChangeDeps, Contention } from '../state/change-agent.ts';
import { changeAgent } from '../state/change-agent.ts';
import type { ActionRecord, ActionStatus } from './action-record.ts';
import { decodeActionRecord } from './action-record.ts';

/** Why an action was not cancelled. */
export type CancelProblem =
  | { readonly code: 'action_not_found' }
  | { readonly code: 'not_cancellable'; readonly status: ActionStatus };

/** A cancelled action, and whether people are still being asked about it. */
export interface Cancelled {
  readonly record: ActionRecord;
}

type Outcome = Result<Cancelled, CancelProblem>;

/**
 * Withdraws an action that waits for approval or has one it did not use. Cancelling again changes nothing. The caller
 * tells the approval workflow; a workflow that is not told finds the action cancelled when it comes to seal. The reason's
 * text is not kept, since an agent may write anything into it; its digest is.
 */
export async function cancelAction(
  deps: ChangeDeps,
  agentId: string,
  actionId: string,
  reason: string,
): Promise<Result<Cancelled, CancelProblem | Contention>> {
  const changed = await changeAgent<Outcome>(deps, agentId, [{ entity: 'action', agentId, actionId }], (snapshot) =>
    planCancellation(agentId, actionId, reason, snapshot),
  );
  return changed.ok ? changed.value : changed;
}

function planCancellation(
  agentId: string,
  actionId: string,
  reason: string,
  snapshot: AgentSnapshot,
): AgentPlan<Outcome> {
  const [stored] = snapshot.items;
  if (stored === undefined) return { done: refused({ code: 'action_not_found' }) };
  const record = decodeActionRecord(actionId, stored);
  const cancelled = { ...record, status: 'cancelled' as const };
  if (record.status === 'cancelled') return { done: ok({ record }) };
  const isPending = record.status === 'pending_approval';
  if (!isPending && record.status !== 'approved') {
    return { done: refused({ code: 'not_cancellable', status: record.status }) };
  }
  return {
    event: {
      type: 'action.cancelled',
      agentId,
      frameworkRefs: ['AIR-DET-021'],
      data: { actionId, actionDigest: record.digest, reasonDigest: sha256Hex(reason) },
    },
    ...(isPending && { head: { pendingApprovals: Math.max(0, snapshot.head.pendingApprovals - 1) } }),
    writes: () => [
      {
        op: 'update',
        ref: { entity: 'action', agentId, actionId },
        set: { status: 'cancelled' },
        when: [{ if: 'equals', attribute: 'status', value: record.status }],
      },
    ],
    result: () => ok({ record: cancelled }),
  };
}
