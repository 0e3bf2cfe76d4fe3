import type { Condition, StoredItem, Write } from '../state/entities.ts';
import { asList, asNumber, asText } from '../state/stored.ts';
import type { Decision, Tier } from './decision.ts';

/** Where an action stands. */
export type ActionStatus =
  | 'allowed'
  | 'denied'
  | 'pending_approval'
  | 'approved'
  | 'redeemed'
  | 'refused'
  | 'timed_out'
  | 'cancelled'
  | 'failed'
  | 'settled';

/** Where an action's event stands in the ledger. */
export interface LedgerPosition {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  /** The event's id. */
  readonly id?: string;
}

/** What is kept of an action: enough to answer a repeated request with the first answer. */
export interface ActionRecord {
  readonly actionId: string;
  readonly status: ActionStatus;
  readonly digest: string;
  readonly type: string;
  readonly resource: string;
  readonly sessionId: string;
  readonly tier: Tier;
  readonly createdAtMs: number;
  readonly decision: Decision;
  /** The latest decision's event: the first, or the redemption's. */
  readonly ledger: LedgerPosition;
  /** JSON of why the action was not allowed, as its agent is told. */
  readonly explanationJson?: string;
  /** Canonical JSON of the parameters, kept only while people have to see them. */
  readonly paramsJson?: string;
  /** Pointers to parameters that people are not shown in the clear. */
  readonly confidential?: readonly string[];
  /** Set while approval is asked for. */
  readonly approvalExpiresAtMs?: number;
  /** Micro-USD and tokens held at the allow, decimal strings, and when the hold lapses. */
  readonly reservedMicroUsd?: string;
  readonly reservedTokens?: string;
  readonly lapsesAtMs?: number;
  /** Model whose price row holds the reservation, for settlement. */
  readonly model?: string;
  /** SHA-256 of the canonical outcome report, once there is one. */
  readonly outcomeHash?: string;
  /** Canonical JSON of the settlement, once there is one. */
  readonly outcomeJson?: string;
  /** Set once the activation of a policy bundle was tried: the stop record's version it wrote, or 0 when refused. */
  readonly activation?: number;
  /**
   * Set once an approved act on records was tried: the sequence number of its event on the control chain, or -1 when it
   * was refused.
   */
  readonly carriedOut?: number;
}

/** The stored form. `expiresAtSeconds` lets the table forget actions that can no longer change. */
export function encodeActionRecord(record: ActionRecord, expiresAtSeconds: number): StoredItem {
  const { decision, ledger, actionId: _key, ...rest } = record;
  return {
    ...rest,
    decision: JSON.stringify(decision),
    ledger: JSON.stringify(ledger),
    expiresAt: expiresAtSeconds,
  };
}

/** How long an action's record is kept in the state table, seconds: the ledger keeps what happened. */
const KEPT_SECONDS = 400 * 86_400;

/** The write that stores an action's record whole, provided that what was read of it still holds. */
export function actionRecordWrite(agentId: string, record: ActionRecord, when: readonly Condition[]): Write {
  return {
    op: 'put',
    ref: { entity: 'action', agentId, actionId: record.actionId },
    item: encodeActionRecord(record, Math.ceil(record.createdAtMs / 1_000) + KEPT_SECONDS),
    when,
  };
}

/**
 * Reads a stored action.
 *
 * @throws {CorruptState} when the item is not an action
 */
export function decodeActionRecord(actionId: string, item: StoredItem): ActionRecord {
  return {
    actionId,
    // Written by `encodeActionRecord` alone; the table's write roles are the check on its shape.
    status: asText(item['status'], 'status') as ActionStatus,
    digest: asText(item['digest'], 'digest'),
    type: asText(item['type'], 'type'),
    resource: asText(item['resource'], 'resource'),
    sessionId: asText(item['sessionId'], 'sessionId'),
    tier: asNumber(item['tier'], 'tier') as Tier,
    createdAtMs: asNumber(item['createdAtMs'], 'createdAtMs'),
    decision: JSON.parse(asText(item['decision'], 'decision')) as Decision,
    ledger: JSON.parse(asText(item['ledger'], 'ledger')) as LedgerPosition,
    ...optionalText(item, 'explanationJson'),
    ...optionalText(item, 'paramsJson'),
    ...optionalText(item, 'reservedMicroUsd'),
    ...optionalText(item, 'reservedTokens'),
    ...optionalText(item, 'model'),
    ...optionalText(item, 'outcomeHash'),
    ...optionalText(item, 'outcomeJson'),
    ...(item['confidential'] !== undefined && {
      confidential: asList(item['confidential'], 'confidential').map((pointer) => asText(pointer, 'confidential')),
    }),
    ...optionalNumber(item, 'approvalExpiresAtMs'),
    ...optionalNumber(item, 'lapsesAtMs'),
    ...optionalNumber(item, 'activation'),
    ...optionalNumber(item, 'carriedOut'),
  };
}

function optionalText<Name extends string>(item: StoredItem, name: Name): { readonly [K in Name]?: string } {
  // A computed key widens to an index signature; the name is the literal it was called with.
  return (item[name] === undefined ? {} : { [name]: asText(item[name], name) }) as { readonly [K in Name]?: string };
}

function optionalNumber<Name extends string>(item: StoredItem, name: Name): { readonly [K in Name]?: number } {
  // As above.
  return (item[name] === undefined ? {} : { [name]: asNumber(item[name], name) }) as { readonly [K in Name]?: number };
}
