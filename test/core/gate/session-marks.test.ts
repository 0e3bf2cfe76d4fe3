import { describe, expect, it } from 'vitest';
import { decide } from '../../../core/gate/decide.ts';
import { isDecisionContext } from '../../../core/gate/facts/context.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import type { JsonObject } from '../../../core/json.ts';
import { decodeAgentHead } from '../../../core/state/agent-head.ts';
import { contextWith } from '../../policies/cases.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { actionRequest, type GateFixture, givenGate, registration, testBundle } from '../../support/gate.ts';
import { ledgerEvents } from '../../support/ledger-events.ts';

const READ = { type: 'account.list-transactions', params: { n: 10 } };
const PROFILE: JsonObject = { street: 'Dalton Street 123', city: 'New York' };
const CHANGE = { type: 'profile.update', params: PROFILE };

async function submitted(gate: GateFixture, changes: Parameters<typeof actionRequest>[0]) {
  const result = await submitAction(gate, AGENT_ID, actionRequest(changes));
  if (!result.ok) throw new Error(`expected a decision, got ${result.problem.code}`);
  return result.value.record;
}

function sessions(gate: GateFixture) {
  const item = gate.store.get({ entity: 'agentHead', agentId: AGENT_ID });
  return item === undefined ? {} : decodeAgentHead(item).sessions;
}

describe('a session', () => {
  it('is marked in the transaction that allows the read of outsiders’ text', async () => {
    const gate = givenGate();
    await submitted(gate, READ);
    expect(gate.store.commits).toHaveLength(1);
    expect(sessions(gate)['session-1']?.marked).toBe(true);
  });

  it('asks for a person before a profile changes once it is marked', async () => {
    const gate = givenGate();
    expect((await submitted(gate, CHANGE)).status).toBe('allowed');
    await submitted(gate, READ);
    expect((await submitted(gate, CHANGE)).status).toBe('pending_approval');
    expect(ledgerEvents(gate.store).map((event) => (event.data['context'] as JsonObject)['session'])).toMatchObject([
      { marked: false },
      { marked: false },
      { marked: true },
    ]);
  });

  it('stays marked through later actions', async () => {
    const gate = givenGate();
    await submitted(gate, READ);
    await submitted(gate, {});
    expect(sessions(gate)['session-1']?.marked).toBe(true);
  });

  it('is not marked by a read of the institution’s own records', async () => {
    const gate = givenGate();
    await submitted(gate, {});
    expect(sessions(gate)['session-1']).not.toHaveProperty('marked');
  });

  it('is not marked when the read was refused', async () => {
    const gate = givenGate(registration({ scopes: [] }));
    await submitted(gate, {});
    expect((await submitted(gate, READ)).status).toBe('denied');
    expect(sessions(gate)['session-1']?.marked).toBeUndefined();
  });

  it('leaves other sessions unmarked', async () => {
    const gate = givenGate();
    await submitted(gate, READ);
    expect((await submitted(gate, { ...CHANGE, sessionId: 'session-2' })).status).toBe('allowed');
  });
});

describe('a context recorded before sessions were marked', () => {
  const { session, ...rest } = contextWith({});
  const { marked: _absent, ...older } = session as JsonObject;
  const context = { ...rest, session: older };
  const ask = (facts: JsonObject) =>
    decide({ agentId: 'a', actionType: 'profile.update', resource: 'account/1', context: facts }, testBundle);

  it('is still a context, and decided as if it were marked', () => {
    expect(isDecisionContext(context)).toBe(true);
    expect(ask(context).rules.map(({ id }) => id)).toEqual(['CS-MARK-T1-006']);
  });

  it('keeps its hash', () => {
    expect(ask(context).contextHash).not.toBe(ask(contextWith({ 'session.marked': true })).contextHash);
  });

  it.each(['yes', null, 1])('is refused when the mark is %j', (marked) => {
    expect(isDecisionContext({ ...rest, session: { ...older, marked } })).toBe(false);
  });
});

describe('the catalogue', () => {
  it('marks sessions only by reads', () => {
    const marking = [...testBundle.catalogue.values()].filter((entry) => entry.marksSession);
    expect(marking.map((entry) => entry.effect)).toEqual(Array.from({ length: 6 }, () => 'read'));
  });
});
