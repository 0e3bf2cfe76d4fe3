import type { RuleRef, Tier } from '../gate/decision.ts';
import type { StoredItem } from '../state/entities.ts';
import { asBytes, asList, asNumber, asText } from '../state/stored.ts';

/** Where a request stands. Only `open` ever changes. */
export type RequestStatus = 'open' | 'sealed' | ClosedOutcome;

/** How a request ended without an approval. */
export type ClosedOutcome = 'refused' | 'timed_out' | 'cancelled' | 'failed';

/** One question put to people: may this agent do exactly this? */
export interface ApprovalRequest {
  /** Also the request's id and the workflow execution's name. */
  readonly actionId: string;
  readonly agentId: string;
  /** The agent's name for people. */
  readonly agentName: string;
  readonly status: RequestStatus;
  readonly type: string;
  readonly tier: Tier;
  readonly resource: string;
  readonly sessionId: string;
  /** Canonical JSON of the parameters. */
  readonly paramsJson: string;
  /** RFC 6901 pointers to parameters that nobody is shown in the clear. */
  readonly confidential: readonly string[];
  readonly digest: string;
  /** The rules that ask for people, with their approved text. */
  readonly rules: readonly RuleRef[];
  /** Distinct people needed, and how many of them managers. */
  readonly approvals: number;
  readonly managers: number;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** Key of the task link's MAC. Never leaves the server. */
  readonly linkKey: Uint8Array;
  /** When people were told, once they were. */
  readonly notifiedAtMs?: number;
}

/** Most people a request may need; one slot each. */
export const MAX_SLOTS = 2;

/** How long a request is kept for people to look up after it ended: a year and an examination's delay. */
export const REQUEST_KEPT_SECONDS = 400 * 86_400;

/** The one partition of the index of open requests, whose attributes only open ones carry. */
export const OPEN_PARTITION = 'OPEN';

/** A request can't be decided from this instant on. */
export function isExpired(request: Pick<ApprovalRequest, 'expiresAtMs'>, nowMs: number): boolean {
  return nowMs >= request.expiresAtMs;
}

/** Slots the request waits for, from 1. */
export function slotNumbers(request: Pick<ApprovalRequest, 'approvals'>): readonly number[] {
  return Array.from({ length: request.approvals }, (_, index) => index + 1);
}

/** The same request in its final state. @throws {Error} when it already ended, which is a bug in the caller */
export function ended(request: ApprovalRequest, status: Exclude<RequestStatus, 'open'>): ApprovalRequest {
  if (request.status !== 'open') throw new Error(`expected an open request, got \`${request.status}\``);
  return { ...request, status };
}

/** Stored form. */
export function encodeRequest(request: ApprovalRequest): StoredItem {
  const { rules, ...rest } = request;
  return {
    ...rest,
    rules: JSON.stringify(rules),
    expiresAt: Math.ceil(request.expiresAtMs / 1000) + REQUEST_KEPT_SECONDS,
    ...(request.status === 'open' && {
      openPk: OPEN_PARTITION,
      openSk: `${new Date(request.createdAtMs).toISOString()}#${request.actionId}`,
    }),
  };
}

/** @throws {CorruptState} when the item is not a request */
export function decodeRequest(item: StoredItem): ApprovalRequest {
  return {
    actionId: asText(item['actionId'], 'actionId'),
    agentId: asText(item['agentId'], 'agentId'),
    agentName: asText(item['agentName'], 'agentName'),
    // Written by `encodeRequest` alone; the table's write roles are the check on its shape.
    status: asText(item['status'], 'status') as RequestStatus,
    type: asText(item['type'], 'type'),
    tier: asNumber(item['tier'], 'tier') as Tier,
    resource: asText(item['resource'], 'resource'),
    sessionId: asText(item['sessionId'], 'sessionId'),
    paramsJson: asText(item['paramsJson'], 'paramsJson'),
    confidential: asList(item['confidential'], 'confidential').map((pointer) => asText(pointer, 'confidential')),
    digest: asText(item['digest'], 'digest'),
    rules: JSON.parse(asText(item['rules'], 'rules')) as RuleRef[],
    approvals: asNumber(item['approvals'], 'approvals'),
    managers: asNumber(item['managers'], 'managers'),
    createdAtMs: asNumber(item['createdAtMs'], 'createdAtMs'),
    expiresAtMs: asNumber(item['expiresAtMs'], 'expiresAtMs'),
    linkKey: asBytes(item['linkKey'], 'linkKey'),
    ...(item['notifiedAtMs'] !== undefined && { notifiedAtMs: asNumber(item['notifiedAtMs'], 'notifiedAtMs') }),
  };
}
