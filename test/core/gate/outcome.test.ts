import { describe, expect, it } from 'vitest';
import { releaseLapsedHolds } from '../../../core/budget/release-lapsed-holds.ts';
import { cancelAction } from '../../../core/gate/cancel.ts';
import { closeSession } from '../../../core/gate/close-session.ts';
import { reportOutcome } from '../../../core/gate/outcome.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import { decodeAgentHead } from '../../../core/state/agent-head.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { newPayeePayment } from '../../support/approved-action.ts';
import { actionRequest, type GateFixture, givenGate, modelCall, registration } from '../../support/gate.ts';
import { ledgerEvents } from '../../support/ledger-events.ts';

async function givenSubmitted(gate: GateFixture, request = modelCall()) {
  const result = await submitAction(gate, AGENT_ID, request);
  if (!result.ok) throw new Error(result.problem.code);
  return result.value.record;
}

const headOf = (gate: GateFixture) => decodeAgentHead(gate.store.get({ entity: 'agentHead', agentId: AGENT_ID }) ?? {});
const SMALL_CAPS = {
  sessionMicroUsd: '5000000',
  sessionTokens: '1000000',
  dayMicroUsd: '20000000',
  dayTokens: '5000000',
  sessionSeconds: 3_600,
};
const usage = { inputTokens: 1_000, outputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0 };

describe('reportOutcome', () => {
  it('settles the real use and gives the rest back when usage is reported', async () => {
    const gate = givenGate();
    const { actionId } = await givenSubmitted(gate);
    const result = await reportOutcome(gate, AGENT_ID, actionId, { result: 'succeeded', usage });
    expect(result).toEqual({
      ok: true,
      value: {
        result: 'succeeded',
        settledMicroUsd: '150',
        settledTokens: '1100',
        releasedMicroUsd: '550',
        releasedTokens: '900',
        overrun: false,
        held: true,
      },
    });
    expect(headOf(gate)).toMatchObject({ dayMicroUsd: 150n, dayTokens: 1_100n, reservations: {} });
    expect(gate.store.get({ entity: 'unitBudget', unitId: 'retail', month: '2026-11' })).toMatchObject({
      committedMicroUsd: 150n,
    });
  });

  it('charges the whole hold when usage is missing, and nothing when the action was not performed', async () => {
    const gate = givenGate();
    const first = await givenSubmitted(gate);
    expect(await reportOutcome(gate, AGENT_ID, first.actionId, { result: 'succeeded' })).toMatchObject({
      value: { settledMicroUsd: '700', releasedMicroUsd: '0' },
    });
    const second = await givenSubmitted(gate);
    expect(await reportOutcome(gate, AGENT_ID, second.actionId, { result: 'not_performed' })).toMatchObject({
      value: { settledMicroUsd: '0', releasedMicroUsd: '700' },
    });
    expect(headOf(gate).dayMicroUsd).toBe(700n);
  });

  it('charges use beyond the hold to session and day and says so when more was used than was held', async () => {
    const gate = givenGate();
    const { actionId } = await givenSubmitted(gate);
    const result = await reportOutcome(gate, AGENT_ID, actionId, {
      result: 'succeeded',
      usage: { ...usage, outputTokens: 50_000 },
    });
    expect(result).toMatchObject({ value: { settledMicroUsd: '25100', overrun: true, releasedMicroUsd: '0' } });
    expect(headOf(gate)).toMatchObject({ dayMicroUsd: 25_100n, dayTokens: 51_000n });
    expect(ledgerEvents(gate.store).at(-1)).toMatchObject({ type: 'action.outcome', data: { overrun: true } });
  });

  it('charges no further than the caps have room when much more was used than was held', async () => {
    const caps = { ...SMALL_CAPS, sessionMicroUsd: '1000' };
    const gate = givenGate(registration({ caps }));
    const { actionId } = await givenSubmitted(gate);
    const report = { result: 'succeeded', usage: { ...usage, outputTokens: 50_000 } } as const;
    const result = await reportOutcome(gate, AGENT_ID, actionId, report);
    const value = { settledMicroUsd: '1000', overrun: true, usedMicroUsd: '25100', usedTokens: '51000' };
    expect(result).toMatchObject({ value });
    expect(headOf(gate).dayMicroUsd).toBe(1_000n);
    expect((await givenSubmitted(gate)).decision.verdict).toBe('deny');
  });

  it('records a use that is reported after the hold lapsed, which charges nothing any more', async () => {
    const gate = givenGate();
    const { actionId } = await givenSubmitted(gate);
    gate.clock.advance(900_000);
    await releaseLapsedHolds(gate, AGENT_ID);
    await reportOutcome(gate, AGENT_ID, actionId, { result: 'succeeded', usage });
    expect(ledgerEvents(gate.store).at(-1)).toMatchObject({
      data: { held: false, settledMicroUsd: '0', usedMicroUsd: '150', usedTokens: '1100' },
    });
  });

  it('answers the same when reported again, and refuses another report', async () => {
    const gate = givenGate();
    const { actionId } = await givenSubmitted(gate);
    const first = await reportOutcome(gate, AGENT_ID, actionId, { result: 'succeeded', usage });
    expect(await reportOutcome(gate, AGENT_ID, actionId, { result: 'succeeded', usage })).toEqual(first);
    expect(await reportOutcome(gate, AGENT_ID, actionId, { result: 'failed' })).toMatchObject({
      problem: { code: 'outcome_differs' },
    });
    expect(headOf(gate).dayMicroUsd).toBe(150n);
  });

  it.each(['before', 'after', 'conflict'] as const)('settles once when the commit fails %s', async (fault) => {
    const gate = givenGate();
    const { actionId } = await givenSubmitted(gate);
    gate.store.failCommits(fault);
    expect((await reportOutcome(gate, AGENT_ID, actionId, { result: 'succeeded', usage })).ok).toBe(true);
    expect(headOf(gate).dayMicroUsd).toBe(150n);
    expect(ledgerEvents(gate.store)).toHaveLength(2);
  });

  it('refuses when the action was not allowed or is not the agent’s', async () => {
    const gate = givenGate();
    const pending = await givenSubmitted(gate, newPayeePayment());
    expect(await reportOutcome(gate, AGENT_ID, pending.actionId, { result: 'succeeded' })).toMatchObject({
      problem: { code: 'not_allowed', status: 'pending_approval' },
    });
    expect(await reportOutcome(gate, 'other:agent', pending.actionId, { result: 'succeeded' })).toMatchObject({
      problem: { code: 'action_not_found' },
    });
  });
});

describe('cancelAction', () => {
  it('withdraws a waiting action once, whatever happens to the commit', async () => {
    for (const fault of ['before', 'after', 'conflict'] as const) {
      const gate = givenGate();
      const { actionId } = await givenSubmitted(gate, newPayeePayment());
      gate.store.failCommits(fault);
      expect(await cancelAction(gate, AGENT_ID, actionId, 'no longer needed')).toMatchObject({
        value: { record: { status: 'cancelled' } },
      });
      expect(headOf(gate).pendingApprovals).toBe(0);
      expect(ledgerEvents(gate.store).filter((event) => event.type === 'action.cancelled')).toHaveLength(1);
    }
  });

  it('refuses when the action was already allowed', async () => {
    const gate = givenGate();
    const { actionId } = await givenSubmitted(gate, actionRequest());
    expect(await cancelAction(gate, AGENT_ID, actionId, 'r')).toMatchObject({ problem: { code: 'not_cancellable' } });
  });
});

describe('closeSession', () => {
  it('ends the session for good when it was open', async () => {
    const gate = givenGate();
    await givenSubmitted(gate, actionRequest({ sessionId: 's1' }));
    expect(await closeSession(gate, AGENT_ID, 's1')).toEqual({ ok: true, value: 'closed' });
    expect(await closeSession(gate, AGENT_ID, 's1')).toEqual({ ok: true, value: 'closed' });
    expect(await closeSession(gate, AGENT_ID, 's2')).toEqual({ ok: true, value: 'unknown' });
    const after = await givenSubmitted(gate, actionRequest({ sessionId: 's1' }));
    expect(after.decision.rules.map((rule) => rule.id)).toContain('CS-SES-T0-002');
  });
});
