import { describe, expect, it } from 'vitest';
import { closeSession } from '../../core/gate/close-session.ts';
import { reportOutcome } from '../../core/gate/outcome.ts';
import { submitAction } from '../../core/gate/submit.ts';
import { MAX_ATTEMPTS } from '../../core/state/change-agent.ts';
import { StorageFault } from '../../core/state/entities.ts';
import { AGENT_ID } from '../support/api-event.ts';
import { actionRequest, givenGate, modelCall, registration } from '../support/gate.ts';
import { eventTypes, givenWholeGate, HEAD, submitted } from './whole-gate.ts';

const OTHER = '111122223333:countersign-agent-clerk';
const UNIT = { entity: 'unitBudget', unitId: 'retail', month: '2026-11' } as const;
const caps = { sessionMicroUsd: '1000', sessionTokens: '1000000', dayMicroUsd: '20000000', dayTokens: '5000000' };
const tight = registration({ caps: { ...caps, sessionSeconds: 3_600 } });

describe('a limit', () => {
  it('allows nothing when what it counts cannot be read', async () => {
    const gate = givenGate();
    gate.store.failReads(MAX_ATTEMPTS);
    await expect(submitAction(gate, AGENT_ID, modelCall())).rejects.toBeInstanceOf(StorageFault);
    expect(gate.store.commits).toEqual([]);
  });

  it.each(['sessions', 'holds', 'dayUsd', 'pending', 'version'])(
    'allows nothing when the stored %s is not what was written',
    async (attribute) => {
      const gate = givenWholeGate();
      await submitted(gate, modelCall());
      gate.store.set(HEAD, { ...gate.store.get(HEAD), [attribute]: 'lost' });
      await expect(submitAction(gate, AGENT_ID, modelCall())).rejects.toMatchObject({ code: 'corrupt_state' });
      expect(eventTypes(gate.store)).toEqual(['action.decided']);
    },
  );

  it('allows nothing when the unit’s month is not what was written', async () => {
    const gate = givenWholeGate();
    await submitted(gate, modelCall());
    gate.store.set(UNIT, { ...gate.store.get(UNIT), committedMicroUsd: 'lost' });
    await expect(submitAction(gate, AGENT_ID, modelCall())).rejects.toMatchObject({ code: 'corrupt_state' });
  });

  it('counts each agent’s and each session’s use apart', async () => {
    const gate = givenWholeGate(givenGate(tight));
    gate.store.set({ entity: 'agent', agentId: OTHER }, { ...tight, agentId: OTHER });
    expect((await submitted(gate, modelCall())).status).toBe('allowed');
    expect((await submitted(gate, modelCall())).status).toBe('denied');
    expect((await submitted(gate, modelCall(), OTHER)).status).toBe('allowed');
    expect((await submitted(gate, modelCall({ sessionId: 'session-2' }))).status).toBe('allowed');
    expect((await submitted(gate, modelCall(), OTHER)).status).toBe('denied');
  });

  it('refuses before the act and not after it: exactly what the cap has room for is allowed', async () => {
    const gate = givenWholeGate(
      givenGate(registration({ caps: { ...caps, sessionMicroUsd: '1400', sessionSeconds: 9 } })),
    );
    const statuses = [];
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await submitted(gate, modelCall())).status);
    expect(statuses).toEqual(['allowed', 'allowed', 'denied']);
  });

  it('of a session’s time stands when the session is asked for again under its name', async () => {
    const gate = givenWholeGate();
    await submitted(gate, actionRequest());
    gate.clock.advance(3_600_000);
    expect((await submitted(gate, actionRequest())).status).toBe('denied');
    const other = actionRequest({ sessionId: 'session-2' });
    await submitted(gate, other);
    await closeSession(gate, AGENT_ID, 'session-2');
    expect((await submitted(gate, { ...other, idempotencyKey: 'later' })).status).toBe('denied');
  });

  it('is charged once when an outcome is reported twice, and never given back twice', async () => {
    const gate = givenWholeGate();
    const { actionId } = await submitted(gate, modelCall());
    for (let turn = 0; turn < 3; turn += 1) {
      await reportOutcome(gate, AGENT_ID, actionId, { result: 'not_performed' });
    }
    expect(gate.store.get(HEAD)).toMatchObject({ dayUsd: 0n });
    expect(gate.store.get(UNIT)).toMatchObject({ committedMicroUsd: 0n });
  });
});
