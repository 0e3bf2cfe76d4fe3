import { actionDigest } from '../gate/action.ts';
import type { ActionRecord } from '../gate/action-record.ts';
import { decodeActionRecord } from '../gate/action-record.ts';
import type { JsonObject } from '../json.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { AgentSnapshot } from '../state/change-agent.ts';
import type { ApprovalRequest } from './request.ts';
import { decodeRequest, isExpired } from './request.ts';
import { APPROVER_GROUP, eligibilityProblem, isSamePerson, MANAGER_GROUP, ownerOf } from './separation.ts';
import type { ApprovalSlot, SlotDecision } from './slot.ts';
import { decodeSlots } from './slot.ts';

/** Why a request was not sealed. */
export interface SealProblem {
  readonly code:
    | 'request_not_found'
    | 'request_not_open'
    | 'request_expired'
    | 'action_not_pending'
    | 'digest_mismatch'
    | 'separation_violated'
    | 'approvals_missing'
    | 'approvals_changed';
}

/** An approval that may be sealed. */
export interface SealableSlot {
  readonly slot: number;
  readonly answer: SlotDecision;
}

/** What the check found fit to seal. */
export interface Sealable {
  readonly request: ApprovalRequest;
  readonly slots: readonly SealableSlot[];
}

/**
 * Everything that must hold before an approval becomes an envelope, checked on stored state alone: the deciding call's
 * own checks are not trusted here, because sealing is another role's job. The snapshot's items are request, action,
 * slots.
 */
export function checkSealable(actionId: string, snapshot: AgentSnapshot): Result<Sealable, SealProblem> {
  const [requestItem, actionItem, ...slotItems] = snapshot.items;
  if (requestItem === undefined || actionItem === undefined) return refused({ code: 'request_not_found' });
  const request = decodeRequest(requestItem);
  const action = decodeActionRecord(actionId, actionItem);
  if (request.status !== 'open') return refused({ code: 'request_not_open' });
  if (isExpired(request, snapshot.nowMs)) return refused({ code: 'request_expired' });
  if (action.status !== 'pending_approval') return refused({ code: 'action_not_pending' });
  const slots = sealableSlots(decodeSlots(slotItems).slice(0, request.approvals));
  if (slots === undefined) return refused({ code: 'approvals_missing' });
  if (!isOneDigest(request, action, slots)) return refused({ code: 'digest_mismatch' });
  if (!isSeparated(request, slots, snapshot)) return refused({ code: 'separation_violated' });
  return ok({ request, slots });
}

/** The approvals of all slots, or `undefined` when one is missing or says no. */
function sealableSlots(slots: readonly ApprovalSlot[]): readonly SealableSlot[] | undefined {
  const approved = slots.flatMap(({ slot, answer }) => (answer?.decision === 'approve' ? [{ slot, answer }] : []));
  return approved.length > 0 && approved.length === slots.length ? approved : undefined;
}

/** What people saw, what was asked for and what is about to be sealed must be the same bytes. */
function isOneDigest(request: ApprovalRequest, action: ActionRecord, slots: readonly SealableSlot[]): boolean {
  // Canonical JSON of an object, checked against the digest right here.
  const params = JSON.parse(request.paramsJson) as JsonObject;
  const { type, resource, sessionId } = request;
  const digest = actionDigest(request.agentId, { type, params, resource, sessionId, idempotencyKey: '' });
  return [request.digest, action.digest, ...slots.map(({ answer }) => answer.digest)].every((one) => one === digest);
}

function isSeparated(request: ApprovalRequest, slots: readonly SealableSlot[], snapshot: AgentSnapshot): boolean {
  const owner = ownerOf(snapshot.registration);
  const answers = slots.map(({ answer }) => answer);
  const managers = answers.filter((answer) => answer.manager).length;
  return (
    managers >= request.managers &&
    answers.every((answer, index) => {
      const person = { ...answer, groups: [answer.manager ? MANAGER_GROUP : APPROVER_GROUP] };
      const others = answers.filter((_, other) => other !== index);
      return (
        eligibilityProblem(person, { agentId: request.agentId, owner }) === undefined &&
        !others.some((other) => isSamePerson(other, answer))
      );
    })
  );
}
