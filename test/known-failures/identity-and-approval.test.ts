import { describe, expect, it } from 'vitest';
import { seal } from '../../core/approval/seal.ts';
import type { Person } from '../../core/approval/separation.ts';
import { reportOutcome } from '../../core/gate/outcome.ts';
import { redeemAction } from '../../core/gate/redeem.ts';
import { haltAgent, resumeAgent } from '../../core/risk/agent-halt.ts';
import { clearVeto, raiseVeto } from '../../core/risk/veto.ts';
import type { StoredItem } from '../../core/state/entities.ts';
import { AGENT_ID } from '../support/api-event.ts';
import { accountClosure, newPayeePayment } from '../support/approved-action.ts';
import { registration } from '../support/gate.ts';
import {
  ANN,
  actionRef,
  answer,
  approvedByPeople,
  eventTypes,
  givenWholeGate,
  HEAD,
  MIA,
  RITA,
  submitted,
  waiting,
} from './whole-gate.ts';

describe('the agent and its owner, under whatever spelling', () => {
  it.each(['Olivia ', ' OLIVIA@bank.example', 'oli\u200bvia', 'ｏｌｉｖｉａ', `${AGENT_ID} `, AGENT_ID.toUpperCase()])(
    'approve nothing, lift no veto and resume no agent when signed in as %j',
    async (alias) => {
      const gate = givenWholeGate();
      const person: Person = { subject: 'sub-new', aliases: [alias], groups: ['approver', 'manager', 'risk-officer'] };
      const record = await waiting(gate, newPayeePayment());
      expect(await answer(gate, record, person)).toMatchObject({ ok: false, problem: { code: 'self_approval' } });
      await raiseVeto(gate, { officer: RITA, reason: 'odd' });
      await haltAgent(gate, { officer: RITA, reason: 'odd', agentId: AGENT_ID });
      const lifting = { officer: person, reason: 'fine again' };
      expect(await clearVeto(gate, lifting)).toMatchObject({ ok: false, problem: { code: 'agent_or_owner' } });
      expect(await resumeAgent(gate, { ...lifting, agentId: AGENT_ID })).toMatchObject({
        ok: false,
        problem: { code: 'agent_or_owner' },
      });
    },
  );
});

describe('an approval', () => {
  it('serves its own action only when two like actions wait', async () => {
    const gate = givenWholeGate();
    const first = await approvedByPeople(gate, newPayeePayment());
    const second = await approvedByPeople(gate, newPayeePayment());
    expect(await redeemAction(gate, AGENT_ID, second.record.actionId, first.envelopes)).toMatchObject({
      ok: false,
      problem: { code: 'envelope_wrong_action' },
    });
    expect(await redeemAction(gate, AGENT_ID, second.record.actionId, second.envelopes)).toMatchObject({ ok: true });
  });

  it('is found again when the agent retries with the same key', async () => {
    const gate = givenWholeGate();
    const request = newPayeePayment();
    const { record, envelopes } = await approvedByPeople(gate, request);
    const again = await submitted(gate, request);
    expect(again).toMatchObject({ actionId: record.actionId, status: 'approved' });
    expect(gate.notifier.notices).toHaveLength(1);
    expect(await redeemAction(gate, AGENT_ID, again.actionId, envelopes)).toMatchObject({ ok: true });
  });

  it.each<[string, StoredItem]>([
    ['its scopes are taken away', { scopes: [] }],
    ['its accounts are taken away', { accounts: [] }],
    ['it is deactivated', { active: false }],
    ['its session allowance is taken away', { caps: { ...Object(registration()['caps']), sessionSeconds: 0 } }],
  ])('is worth nothing to an agent when %s before it is used', async (_what, changes) => {
    const gate = givenWholeGate();
    const { record, envelopes } = await approvedByPeople(gate, newPayeePayment());
    gate.store.set({ entity: 'agent', agentId: AGENT_ID }, registration(changes));
    expect(await redeemAction(gate, AGENT_ID, record.actionId, envelopes)).toMatchObject({
      ok: false,
      problem: { code: 'denied_at_redemption' },
    });
    expect(gate.store.get(actionRef(record.actionId))).toMatchObject({ status: 'approved' });
  });

  it.each<[string, (stored: StoredItem) => StoredItem]>([
    ['recipient', (stored) => ({ paramsJson: String(stored['paramsJson']).replace('"X9"', '"X8"') })],
    ['account', () => ({ resource: 'account/A2' })],
    ['session', () => ({ sessionId: 'session-2' })],
    ['digest', () => ({ digest: '0'.repeat(64) })],
  ])('is worth nothing, and that is recorded, when the stored %s is altered after it', async (_what, change) => {
    const gate = givenWholeGate();
    const { record, envelopes } = await approvedByPeople(gate, newPayeePayment());
    const stored = gate.store.get(actionRef(record.actionId)) ?? {};
    gate.store.set(actionRef(record.actionId), { ...stored, ...change(stored) });
    expect(await redeemAction(gate, AGENT_ID, record.actionId, envelopes)).toMatchObject({
      ok: false,
      problem: { code: 'envelope_digest_mismatch' },
    });
    expect(eventTypes(gate.store).at(-1)).toBe('action.redeem_refused');
  });

  it('is worth nothing when it comes after its 90 seconds', async () => {
    const gate = givenWholeGate();
    const { record, envelopes } = await approvedByPeople(gate, newPayeePayment());
    gate.clock.advance(90_000);
    expect(await redeemAction(gate, AGENT_ID, record.actionId, envelopes)).toMatchObject({
      ok: false,
      problem: { code: 'envelope_expired' },
    });
  });
});

describe('each step of an approved action', () => {
  it('has its effect once when every step is taken twice', async () => {
    const gate = givenWholeGate();
    const { record, envelopes } = await approvedByPeople(gate, accountClosure(), [ANN, MIA]);
    const { actionId } = record;
    await seal(gate, { actionId, agentId: AGENT_ID });
    await answer(gate, record, ANN);
    for (let turn = 0; turn < 2; turn += 1) {
      await redeemAction(gate, AGENT_ID, actionId, envelopes);
      await reportOutcome(gate, AGENT_ID, actionId, { result: 'succeeded' });
    }
    expect(eventTypes(gate.store)).toEqual([
      'action.decided',
      'approval.requested',
      'approval.decided',
      'approval.decided',
      'approval.sealed',
      'action.redeemed',
      'action.outcome',
    ]);
    expect(gate.store.get(HEAD)).toMatchObject({ pending: 0 });
  });
});
