import { submitAction } from '../../core/gate/submit.ts';
import { ERASE_TYPE, type EraseRequest, erasureResource } from '../../core/records/erase-subject.ts';
import { EXTEND_RETENTION_TYPE, type ExtendRequest, retentionResource } from '../../core/records/extend-retention.ts';
import {
  type HoldRequest,
  holdResource,
  RELEASE_HOLD_TYPE,
  SET_HOLD_TYPE,
  setHold,
} from '../../core/records/govern-holds.ts';
import type { HoldScope } from '../../core/records/hold.ts';
import type { ExtendableClass } from '../../core/records/retention-in-force.ts';
import { givenRedeemedAct } from './activation.ts';
import { AGENT_ID } from './api-event.ts';
import { testPseudonymizer } from './deps.ts';
import { testSealer } from './details.ts';
import { actionRequest, givenGate } from './gate.ts';

/** What the subject of these tests is in the clear, and its pseudonym. */
export const RESOURCE = 'account/DE89370400440532013000';
export const SUBJECT = testPseudonymizer.pseudonym('resource', RESOURCE);

/** A gate that keeps details, and from which they can be erased at once. */
export const givenRecords = (minimumDays = 0) => ({ ...givenGate(), details: testSealer, minimumDays });

export type RecordsFixture = ReturnType<typeof givenRecords>;

/** Decides an action about {@link RESOURCE}. */
export async function givenDetails(gate: RecordsFixture): Promise<void> {
  const submitted = await submitAction(gate, AGENT_ID, actionRequest({ resource: RESOURCE }));
  if (!submitted.ok) throw new Error(submitted.problem.code);
}

/** An erasure that two people approved. */
export async function givenErasure(
  gate: RecordsFixture,
  changes: { readonly subject?: string; readonly from?: string; readonly through?: string } = {},
): Promise<EraseRequest> {
  const params = { subject: SUBJECT, from: '2026-11', through: '2026-11', ...changes };
  const actionId = await givenRedeemedAct(gate, {
    type: ERASE_TYPE,
    resource: erasureResource(params.subject),
    params,
  });
  return { agentId: AGENT_ID, actionId, ...params };
}

/** The setting of a hold that two people approved. */
export async function givenHoldRequest(
  gate: RecordsFixture,
  hold: string,
  scope: HoldScope = {},
): Promise<HoldRequest & HoldScope> {
  const params = { hold, reason: 'claim 7', ...scope };
  const actionId = await givenRedeemedAct(gate, { type: SET_HOLD_TYPE, resource: holdResource(hold), params });
  return { agentId: AGENT_ID, actionId, ...params };
}

/** A longer period that two people approved. */
export async function givenExtension(
  gate: RecordsFixture,
  recordClass: ExtendableClass,
  days: number,
): Promise<ExtendRequest> {
  const params = { recordClass, days, reason: 'claim 7' };
  const resource = retentionResource(recordClass);
  const actionId = await givenRedeemedAct(gate, { type: EXTEND_RETENTION_TYPE, resource, params });
  return { agentId: AGENT_ID, actionId, ...params };
}

/** A hold in force. */
export async function givenHold(gate: RecordsFixture, hold: string, scope: HoldScope = {}): Promise<void> {
  const set = await setHold(gate, await givenHoldRequest(gate, hold, scope));
  if (!set.ok) throw new Error(set.problem.code);
}

/** The release of a hold that two people approved. */
export async function givenRelease(gate: RecordsFixture, hold: string): Promise<HoldRequest> {
  const params = { hold, reason: 'settled' };
  const actionId = await givenRedeemedAct(gate, { type: RELEASE_HOLD_TYPE, resource: holdResource(hold), params });
  return { agentId: AGENT_ID, actionId, ...params };
}
