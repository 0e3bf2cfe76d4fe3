import { describe, expect, it } from 'vitest';
import { submitAction } from '../../../core/gate/submit.ts';
import { encodeAgentStop, encodeStopAll } from '../../../core/risk/stops.ts';
import { StorageFault } from '../../../core/state/entities.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { actionRequest, type GateFixture, givenGate, modelCall, registration } from '../../support/gate.ts';
import { ledgerEvents } from '../../support/ledger-events.ts';

async function submitted(gate: GateFixture, request = actionRequest()) {
  const result = await submitAction(gate, AGENT_ID, request);
  if (!result.ok) throw new Error(`expected a decision, got ${result.problem.code}`);
  return result.value;
}

const ruleIds = (value: { record: { decision: { rules: readonly { id: string }[] } } }) =>
  value.record.decision.rules.map((rule) => rule.id);

describe('submitAction', () => {
  it('reads once and writes head, ledger row and action when a known agent reads again', async () => {
    const gate = givenGate();
    await submitted(gate);
    const [reads, commits] = [gate.store.reads, gate.store.commits.length];
    expect((await submitted(gate)).record.status).toBe('allowed');
    expect(gate.store.reads - reads).toBe(1);
    expect(gate.store.commits.length - commits).toBe(1);
    expect(gate.store.commits.at(-1)?.map((write) => write.ref.entity)).toEqual(['agentHead', 'ledgerEvent', 'action']);
  });

  it("writes the unit's month as the fourth item when money is held", async () => {
    const gate = givenGate();
    await submitted(gate);
    const { record } = await submitted(gate, modelCall());
    expect(record).toMatchObject({ status: 'allowed', reservedMicroUsd: '700', reservedTokens: '2000' });
    expect(gate.store.commits.at(-1)).toHaveLength(4);
    expect(gate.store.get({ entity: 'unitBudget', unitId: 'retail', month: '2026-11' })).toMatchObject({
      committedMicroUsd: 700n,
      committedTokens: 2_000n,
    });
  });

  it('answers with the first decision when the same key and content come again', async () => {
    const gate = givenGate();
    const request = actionRequest();
    const first = await submitted(gate, request);
    const again = await submitted(gate, request);
    expect(again.isRepeat).toBe(true);
    expect(again.record).toEqual(first.record);
    expect(ledgerEvents(gate.store)).toHaveLength(1);
  });

  it('refuses the key when it comes with other content', async () => {
    const gate = givenGate();
    const request = actionRequest();
    await submitted(gate, request);
    const result = await submitAction(gate, AGENT_ID, { ...request, resource: 'account/A2' });
    expect(result).toMatchObject({ ok: false, problem: { code: 'idempotency_key_reused' } });
    expect(ledgerEvents(gate.store)).toHaveLength(1);
  });

  it.each(['before', 'after', 'conflict'] as const)('decides once when the commit fails %s', async (fault) => {
    const gate = givenGate();
    gate.store.failCommits(fault);
    expect((await submitted(gate, modelCall())).record.status).toBe('allowed');
    expect(ledgerEvents(gate.store)).toHaveLength(1);
    expect(gate.store.get({ entity: 'unitBudget', unitId: 'retail', month: '2026-11' })).toMatchObject({
      committedMicroUsd: 700n,
    });
  });

  it('allows nothing when storage keeps failing', async () => {
    const gate = givenGate();
    gate.store.failCommits(...Array.from({ length: 12 }, () => 'before' as const));
    await expect(submitAction(gate, AGENT_ID, actionRequest())).rejects.toBeInstanceOf(StorageFault);
    expect(ledgerEvents(gate.store)).toEqual([]);
  });

  it('denies and records when the agent is not registered', async () => {
    const gate = givenGate(undefined);
    const value = await submitted({ ...gate, store: gate.store }, actionRequest());
    expect(value.record.status).toBe('allowed');
    const bare = givenGate();
    bare.store.items.delete([...bare.store.items.keys()].find((key) => key.startsWith('registry|AGENT')) ?? '');
    expect((await submitted(bare)).record.status).toBe('denied');
    expect(ledgerEvents(bare.store).map((event) => event.data['verdict'])).toEqual(['deny']);
  });

  it.each([
    ['its scopes are empty', { scopes: [] }],
    ['it is not active', { active: false }],
    ['its account list is empty', { accounts: [] }],
    ['its unit is not declared', { unitId: 'nowhere' }],
  ])('denies when %s', async (_state, changes) => {
    expect((await submitted(givenGate(registration(changes)))).record.status).toBe('denied');
  });

  it('denies an unknown action type with the bundle text and records it', async () => {
    const gate = givenGate();
    const value = await submitted(gate, actionRequest({ type: 'payment.teleport' }));
    expect(value.record.decision).toMatchObject({ verdict: 'deny', rules: [gate.bundle.builtin['unknown-type']] });
    expect(ledgerEvents(gate.store)).toHaveLength(1);
  });

  it.each([
    ['an unknown model', { model: 'claude-haiku-5-6', inputTokens: 1, maxOutputTokens: 1 }],
    ['a negative token count', { model: 'claude-haiku-5-5', inputTokens: -1, maxOutputTokens: 1 }],
    ['a fractional token count', { model: 'claude-haiku-5-5', inputTokens: 0.5, maxOutputTokens: 1 }],
    ['a huge token count', { model: 'claude-haiku-5-5', inputTokens: 1e300, maxOutputTokens: 1 }],
  ])('denies a model call with %s', async (_what, params) => {
    const gate = givenGate();
    expect((await submitted(gate, modelCall({ params }))).record.status).toBe('denied');
    expect(gate.store.get({ entity: 'unitBudget', unitId: 'retail', month: '2026-11' })).toBeUndefined();
  });

  it('asks for people and keeps the parameters when a payee is new', async () => {
    const gate = givenGate();
    const { record } = await submitted(
      gate,
      actionRequest({
        type: 'payment.send',
        params: { recipient: 'X9', amount: 12.5, subject: 'hello', date: '2026-11-20' },
      }),
    );
    expect(record).toMatchObject({
      status: 'pending_approval',
      paramsJson: '{"amount":12.5,"date":"2026-11-20","recipient":"X9","subject":"hello"}',
    });
    expect(gate.store.get({ entity: 'agentHead', agentId: AGENT_ID })).toMatchObject({ pending: 1 });
  });

  it('records no parameter, resource or session in the clear', async () => {
    const gate = givenGate();
    await submitted(
      gate,
      actionRequest({
        type: 'payment.send',
        resource: 'account/DE44500105175407324931',
        sessionId: 'session-of-emma',
        params: { recipient: 'GB33BUKB20201555555555', amount: 3, subject: 'Emma', date: '2026-11-20' },
      }),
    );
    const bytes = JSON.stringify(ledgerEvents(gate.store));
    for (const clear of ['DE445', 'GB33', 'Emma', 'emma']) expect(bytes).not.toContain(clear);
  });

  it('denies everything when the agent is halted, and all but reads under a veto', async () => {
    const halted = givenGate();
    const by = { byPseudonym: 'p1_x', atMs: 1, reason: 'odd' };
    halted.store.set({ entity: 'agentStop', agentId: AGENT_ID }, encodeAgentStop({ version: 1, halted: true, ...by }));
    expect((await submitted(halted)).record.status).toBe('denied');
    const vetoed = givenGate();
    const claim = { ...by, bySubject: 's' };
    vetoed.store.set(
      { entity: 'stopAll' },
      encodeStopAll({ version: 1, riskLevel: 1, veto: { ...by, claims: [claim] } }),
    );
    expect((await submitted(vetoed)).record.status).toBe('allowed');
    expect(ruleIds(await submitted(vetoed, modelCall()))).toContain('CS-STOP-T1-002');
  });

  it('stops deciding when the stop record is corrupt', async () => {
    const gate = givenGate();
    gate.store.set({ entity: 'stopAll' }, { version: 1, claims: 'none', riskLevel: 1 });
    await expect(submitAction(gate, AGENT_ID, actionRequest())).rejects.toMatchObject({ code: 'corrupt_state' });
    expect(ledgerEvents(gate.store)).toEqual([]);
  });

  it('reads again when the agent moved to another unit since the last decision', async () => {
    const gate = givenGate();
    await submitted(gate);
    gate.store.set({ entity: 'agent', agentId: AGENT_ID }, registration({ unitId: 'wholesale' }));
    gate.store.set(
      { entity: 'unit', unitId: 'wholesale' },
      { unitId: 'wholesale', monthMicroUsd: '0', monthTokens: '0' },
    );
    expect(ruleIds(await submitted(gate, modelCall()))).toEqual(['CS-BUD-T0-007', 'CS-BUD-T0-008']);
    expect(gate.store.get({ entity: 'unitBudget', unitId: 'retail', month: '2026-11' })).toBeUndefined();
  });

  it('counts payments of a session together when they are split under the threshold', async () => {
    const gate = givenGate();
    gate.store.set({ entity: 'fact', kind: 'account', key: 'A1' }, fact({ balanceMicroUsd: '9000000000' }));
    const { factKey } = await import('../../../core/gate/facts/sources.ts');
    gate.store.set(
      { entity: 'fact', kind: 'payee', key: factKey(['A1', 'P1']) },
      fact({ highestMicroUsd: '900000000' }),
    );
    const payment = () =>
      actionRequest({
        type: 'payment.send',
        params: { recipient: 'P1', amount: 400, subject: 's', date: '2026-11-20' },
      });
    const statuses = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await submitted(gate, payment())).record.status);
    expect(statuses).toEqual(['allowed', 'allowed', 'pending_approval']);
  });
});

function fact(value: { [name: string]: string }) {
  return { value };
}
