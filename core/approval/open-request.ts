import { actionDigest } from '../gate/action.ts';
import type { ActionRecord } from '../gate/action-record.ts';
import { decodeActionRecord } from '../gate/action-record.ts';
import type { JsonObject } from '../json.ts';
import type { Result } from '../result.ts';
import { refused } from '../result.ts';
import type { AgentPlan, AgentSnapshot, ChangeDeps, Contention } from '../state/change-agent.ts';
import { changeAgent } from '../state/change-agent.ts';
import type { EntityRef, StoredItem } from '../state/entities.ts';
import { asText } from '../state/stored.ts';
import { requestedEvent } from './events.ts';
import { LINK_KEY_BYTES, taskLink } from './link.ts';
import type { ApprovalNotifier } from './notifier.ts';
import type { ApprovalRequest } from './request.ts';
import { decodeRequest, encodeRequest, isExpired, MAX_SLOTS } from './request.ts';

/** What opening a request needs from outside. */
export interface OpenDeps extends ChangeDeps {
  readonly notifier: ApprovalNotifier;
  readonly consoleBaseUrl: string;
  /** How long people have when the action itself says nothing, milliseconds. */
  readonly timeoutMs: number;
}

/** What the workflow does next. */
export interface OpenedRequest {
  readonly actionId: string;
  readonly agentId: string;
  /** Slots to wait for: 1 or 2. */
  readonly approvals: number;
  /** What is left of the request's time, whole seconds, at least 1. */
  readonly timeoutSeconds: number;
}

/** Why no request was opened. */
export interface OpenProblem {
  readonly code: 'action_not_found' | 'action_cancelled' | 'action_not_pending' | 'digest_mismatch' | 'expired';
}

type Opened = Result<ApprovalRequest, OpenProblem>;

/**
 * Opens the approval request of a pending action and tells approvers. Doing it again finds the same request; people are
 * told again only when the first attempt could not record that they were.
 *
 * @throws whatever the notifier or the store throws; the whole step may be repeated
 */
export async function openRequest(
  deps: OpenDeps,
  input: { readonly actionId: string; readonly agentId: string },
): Promise<Result<OpenedRequest, OpenProblem | Contention>> {
  const { actionId, agentId } = input;
  const refs: readonly EntityRef[] = [
    { entity: 'action', agentId, actionId },
    { entity: 'approvalRequest', actionId },
  ];
  const linkKey = Uint8Array.from(Buffer.from(deps.entropy.randomHex(LINK_KEY_BYTES), 'hex'));
  const changed = await changeAgent<Opened>(deps, agentId, refs, (snapshot) =>
    planOpening({ actionId, agentId, linkKey, timeoutMs: deps.timeoutMs }, snapshot),
  );
  if (!changed.ok) return changed;
  if (!changed.value.ok) return changed.value;
  const request = changed.value.value;
  if (isExpired(request, deps.clock.nowMs())) return refused({ code: 'expired' });
  await notifyOnce(deps, request);
  const timeoutSeconds = Math.max(1, Math.ceil((request.expiresAtMs - deps.clock.nowMs()) / 1000));
  return { ok: true, value: { actionId, agentId, approvals: request.approvals, timeoutSeconds } };
}

interface Opening {
  readonly actionId: string;
  readonly agentId: string;
  readonly linkKey: Uint8Array;
  readonly timeoutMs: number;
}

function planOpening(opening: Opening, snapshot: AgentSnapshot): AgentPlan<Opened> {
  const [actionItem, requestItem] = snapshot.items;
  if (actionItem === undefined) return { done: refused({ code: 'action_not_found' }) };
  const action = decodeActionRecord(opening.actionId, actionItem);
  if (action.status === 'cancelled') return { done: refused({ code: 'action_cancelled' }) };
  if (action.status !== 'pending_approval') return { done: refused({ code: 'action_not_pending' }) };
  if (requestItem !== undefined) return { done: { ok: true, value: decodeRequest(requestItem) } };
  const params = paramsOf(action);
  if (actionDigest(opening.agentId, { ...action, params, idempotencyKey: '' }) !== action.digest) {
    return { done: refused({ code: 'digest_mismatch' }) };
  }
  const request = requestFor(opening, action, snapshot);
  return {
    event: requestedEvent(request),
    writes: () => [
      {
        op: 'put',
        ref: { entity: 'approvalRequest', actionId: opening.actionId },
        item: encodeRequest(request),
        when: [{ if: 'absent' }],
      },
    ],
    result: () => ({ ok: true, value: request }),
  };
}

function paramsOf(action: ActionRecord): JsonObject {
  // Written as canonical JSON of an object by whoever recorded the action.
  return JSON.parse(asText(action.paramsJson, 'paramsJson')) as JsonObject;
}

function requestFor(opening: Opening, action: ActionRecord, snapshot: AgentSnapshot): ApprovalRequest {
  const { decision } = action;
  const needed = (count: 'approvals' | 'managers') => Math.max(0, ...decision.obligations.map((duty) => duty[count]));
  const approvals = needed('approvals');
  if (decision.verdict !== 'require_approval' || approvals < 1 || approvals > MAX_SLOTS) {
    throw new Error(`expected an action that needs 1 to ${MAX_SLOTS} approvals, got \`${approvals}\``);
  }
  return {
    actionId: opening.actionId,
    agentId: opening.agentId,
    agentName: displayName(snapshot.registration) ?? opening.agentId,
    status: 'open',
    type: action.type,
    tier: action.tier,
    resource: action.resource,
    sessionId: action.sessionId,
    paramsJson: asText(action.paramsJson, 'paramsJson'),
    confidential: action.confidential ?? [],
    digest: action.digest,
    rules: decision.rules,
    approvals,
    managers: needed('managers'),
    createdAtMs: snapshot.nowMs,
    expiresAtMs: action.approvalExpiresAtMs ?? snapshot.nowMs + opening.timeoutMs,
    linkKey: opening.linkKey,
  };
}

function displayName(registration: StoredItem | undefined): string | undefined {
  const name = registration?.['displayName'];
  return typeof name === 'string' && name !== '' ? name : undefined;
}

async function notifyOnce(deps: OpenDeps, request: ApprovalRequest): Promise<void> {
  if (request.notifiedAtMs !== undefined) return;
  await deps.notifier.requested({
    actionId: request.actionId,
    agentName: request.agentName,
    actionType: request.type,
    tier: request.tier,
    approvals: request.approvals,
    expiresAtMs: request.expiresAtMs,
    link: taskLink(deps.consoleBaseUrl, request.linkKey, request.actionId),
  });
  const nowMs = deps.clock.nowMs();
  const ref: EntityRef = { entity: 'approvalRequest', actionId: request.actionId };
  await deps.store.commit(
    [{ op: 'update', ref, set: { notifiedAtMs: nowMs }, when: [{ if: 'present' }] }],
    deps.entropy.ulid(nowMs),
  );
}
