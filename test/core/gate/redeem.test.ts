import { describe, expect, it } from 'vitest';
import { fromBase64Url, toBase64Url } from '../../../core/approval/base64url.ts';
import { redeemAction } from '../../../core/gate/redeem.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import { encodeAgentStop } from '../../../core/risk/stops.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { accountClosure, givenApproved, newPayeePayment, sealedEnvelope } from '../../support/approved-action.ts';
import { givenGate } from '../../support/gate.ts';
import { ledgerEvents } from '../../support/ledger-events.ts';

const lastEvent = (gate: ReturnType<typeof givenGate>) => ledgerEvents(gate.store).at(-1);

describe('redeemAction', () => {
  it('allows, consumes the approval and records it when the envelope holds', async () => {
    const gate = givenGate();
    const record = await givenApproved(gate);
    const envelope = sealedEnvelope(gate, record);
    const result = await redeemAction(gate, AGENT_ID, record.actionId, [envelope]);
    expect(result).toMatchObject({
      ok: true,
      value: { record: { status: 'redeemed', decision: { verdict: 'allow' } } },
    });
    expect(lastEvent(gate)).toMatchObject({ type: 'action.redeemed', data: { verdict: 'allow' } });
    expect(gate.store.get({ entity: 'action', agentId: AGENT_ID, actionId: record.actionId })).not.toHaveProperty(
      'paramsJson',
    );
  });

  it('refuses the second use when an envelope is replayed', async () => {
    const gate = givenGate();
    const record = await givenApproved(gate);
    const envelope = sealedEnvelope(gate, record);
    await redeemAction(gate, AGENT_ID, record.actionId, [envelope]);
    expect(await redeemAction(gate, AGENT_ID, record.actionId, [envelope])).toMatchObject({
      ok: false,
      problem: { code: 'already_redeemed' },
    });
  });

  it('lets exactly one through when two redemptions race', async () => {
    const gate = givenGate();
    const record = await givenApproved(gate);
    const envelope = sealedEnvelope(gate, record);
    const results = await Promise.all([1, 2, 3].map(() => redeemAction(gate, AGENT_ID, record.actionId, [envelope])));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(ledgerEvents(gate.store).filter((event) => event.type === 'action.redeemed')).toHaveLength(1);
  });

  it.each(['before', 'after', 'conflict'] as const)('is recorded once when the commit fails %s', async (fault) => {
    const gate = givenGate();
    const record = await givenApproved(gate);
    const envelope = sealedEnvelope(gate, record);
    gate.store.failCommits(fault);
    const result = await redeemAction(gate, AGENT_ID, record.actionId, [envelope]);
    expect(result.ok || result.problem.code === 'already_redeemed').toBe(true);
    expect(ledgerEvents(gate.store).filter((event) => event.type === 'action.redeemed')).toHaveLength(1);
  });

  it('refuses and records an altered envelope whichever byte of its payload changes', async () => {
    const gate = givenGate();
    const record = await givenApproved(gate);
    const envelope = sealedEnvelope(gate, record);
    const bytes = fromBase64Url(envelope.payload) ?? new Uint8Array();
    for (let index = 0; index < bytes.length; index += 7) {
      const altered = bytes.map((byte, at) => (at === index ? byte ^ 1 : byte));
      const result = await redeemAction(gate, AGENT_ID, record.actionId, [
        { ...envelope, payload: toBase64Url(altered) },
      ]);
      expect(result.ok).toBe(false);
    }
    expect(lastEvent(gate)).toMatchObject({ type: 'action.redeem_refused' });
    expect(ledgerEvents(gate.store).some((event) => event.type === 'action.redeemed')).toBe(false);
  });

  it.each([
    ['another action', { actionId: 'act_other' }, 'envelope_wrong_action'],
    ['another agent', { agentId: 'other' }, 'envelope_wrong_agent'],
    ['other parameters', { actionDigest: '0'.repeat(64) }, 'envelope_digest_mismatch'],
    ['a time that is over', { expiresAt: '2026-11-20T08:59:59.999Z' }, 'envelope_expired'],
  ])('refuses a genuine envelope that is about %s', async (_what, changes, code) => {
    const gate = givenGate();
    const record = await givenApproved(gate);
    const result = await redeemAction(gate, AGENT_ID, record.actionId, [sealedEnvelope(gate, record, changes)]);
    expect(result).toMatchObject({ ok: false, problem: { code } });
    expect(lastEvent(gate)).toMatchObject({ type: 'action.redeem_refused', data: { code } });
  });

  it('refuses an expired envelope when something was recorded after its end and the clock was then set back', async () => {
    const gate = givenGate();
    const record = await givenApproved(gate);
    const envelope = sealedEnvelope(gate, record);
    gate.clock.advance(91_000);
    await submitAction(gate, AGENT_ID, { ...newPayeePayment(), idempotencyKey: 'later' });
    gate.clock.advance(-90_000);
    const result = await redeemAction(gate, AGENT_ID, record.actionId, [envelope]);
    expect(result).toMatchObject({ ok: false, problem: { code: 'envelope_expired' } });
  });

  it('needs two distinct people and a manager when the action is irreversible', async () => {
    const gate = givenGate();
    const record = await givenApproved(gate, accountClosure());
    const ann = sealedEnvelope(gate, record);
    const again = sealedEnvelope(gate, record, { slot: 2 });
    const bob = sealedEnvelope(gate, record, { slot: 2, approver: 'p1_bob' });
    const boss = sealedEnvelope(gate, record, { slot: 2, approver: 'p1_boss', manager: true });
    const redeem = async (...envelopes: (typeof ann)[]) => redeemAction(gate, AGENT_ID, record.actionId, envelopes);
    expect(await redeem(ann)).toMatchObject({ problem: { code: 'denied_at_redemption' } });
    expect(await redeem(ann, again)).toMatchObject({ problem: { code: 'envelope_duplicate_approver' } });
    expect(await redeem(ann, bob)).toMatchObject({ problem: { code: 'denied_at_redemption' } });
    expect(await redeem(ann, boss)).toMatchObject({ ok: true });
  });

  it('denies without spending the approval when the agent was halted meanwhile', async () => {
    const gate = givenGate();
    const record = await givenApproved(gate);
    const envelope = sealedEnvelope(gate, record);
    const stop = { reason: 'odd', byPseudonym: 'p1_risk', atMs: 1 };
    const ref = { entity: 'agentStop', agentId: AGENT_ID } as const;
    gate.store.set(ref, encodeAgentStop({ version: 1, halted: true, ...stop }));
    expect(await redeemAction(gate, AGENT_ID, record.actionId, [envelope])).toMatchObject({
      problem: { code: 'denied_at_redemption', decision: { rules: [{ id: 'CS-STOP-T0-001' }] } },
    });
    gate.store.set(ref, encodeAgentStop({ version: 2, halted: false, ...stop }));
    expect(await redeemAction(gate, AGENT_ID, record.actionId, [envelope])).toMatchObject({ ok: true });
  });

  it('refuses when the action still waits for people, and says nothing of actions it does not know', async () => {
    const gate = givenGate();
    const pending = await submitAction(gate, AGENT_ID, newPayeePayment());
    if (!pending.ok) throw new Error('expected a pending action');
    const { record } = pending.value;
    const envelope = sealedEnvelope(gate, record);
    expect(await redeemAction(gate, AGENT_ID, record.actionId, [envelope])).toMatchObject({
      problem: { code: 'not_approved', status: 'pending_approval' },
    });
    expect(await redeemAction(gate, 'other:agent', record.actionId, [envelope])).toMatchObject({
      problem: { code: 'action_not_found' },
    });
  });

  it('allows nothing when the verifier cannot answer', async () => {
    const gate = givenGate();
    const record = await givenApproved(gate);
    const verifier = {
      verifyMac: async () => {
        throw new Error('kms is away');
      },
    };
    await expect(
      redeemAction({ ...gate, verifier }, AGENT_ID, record.actionId, [sealedEnvelope(gate, record)]),
    ).rejects.toThrow('kms is away');
  });
});
