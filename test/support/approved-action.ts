import { toBase64Url } from '../../core/approval/base64url.ts';
import type { Envelope, EnvelopePayload } from '../../core/approval/envelope.ts';
import { encodeEnvelope } from '../../core/approval/envelope.ts';
import type { ActionRecord } from '../../core/gate/action-record.ts';
import { submitAction } from '../../core/gate/submit.ts';
import { AGENT_ID } from './api-event.ts';
import { actionRequest, fakeMac, type GateFixture } from './gate.ts';

/** A payment to a payee nobody paid before: one person has to agree. */
export const newPayeePayment = () =>
  actionRequest({
    type: 'payment.send',
    params: { recipient: 'X9', amount: 12.5, subject: 'hello', date: '2026-11-20' },
  });

/** Closing an account for good: two people have to agree, one of them a manager. */
export const accountClosure = () =>
  actionRequest({ type: 'account.close-bank', params: { account_id: 'A1', reason: 'asked for' } });

/** Submits an action that needs people and marks it approved, as sealing does. */
export async function givenApproved(gate: GateFixture, request = newPayeePayment()): Promise<ActionRecord> {
  const result = await submitAction(gate, AGENT_ID, request);
  if (!result.ok || result.value.record.status !== 'pending_approval') throw new Error('expected a pending action');
  const { record } = result.value;
  const ref = { entity: 'action', agentId: AGENT_ID, actionId: record.actionId } as const;
  gate.store.set(ref, { ...gate.store.get(ref), status: 'approved' });
  return { ...record, status: 'approved' };
}

/** An envelope as the sealer makes it, with fields changed before sealing. */
export function sealedEnvelope(
  gate: GateFixture,
  record: ActionRecord,
  changes: Partial<EnvelopePayload> = {},
): Envelope {
  const nowMs = gate.clock.nowMs();
  const payload: EnvelopePayload = {
    v: '1',
    envelopeId: gate.entropy.ulid(),
    actionId: record.actionId,
    actionDigest: record.digest,
    agentId: AGENT_ID,
    approver: 'p1_ann',
    manager: false,
    slot: 1,
    approvedAt: new Date(nowMs).toISOString(),
    sealedAt: new Date(nowMs).toISOString(),
    expiresAt: new Date(nowMs + 90_000).toISOString(),
    ...changes,
  };
  const bytes = encodeEnvelope(payload);
  return { payload: toBase64Url(bytes), mac: toBase64Url(fakeMac(bytes)), signature: toBase64Url(Uint8Array.of(1)) };
}
