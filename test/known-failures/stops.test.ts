import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cancelAction } from '../../core/gate/cancel.ts';
import { closeSession } from '../../core/gate/close-session.ts';
import { reportOutcome } from '../../core/gate/outcome.ts';
import { redeemAction } from '../../core/gate/redeem.ts';
import { haltAgent } from '../../core/risk/agent-halt.ts';
import { clearVeto, raiseVeto } from '../../core/risk/veto.ts';
import type { StoredItem } from '../../core/state/entities.ts';
import { sweep } from '../../lambdas/sweep/sweep.ts';
import { AGENT_ID } from '../support/api-event.ts';
import { newPayeePayment } from '../support/approved-action.ts';
import { actionRequest, modelCall, registration } from '../support/gate.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { approvedByPeople, givenWholeGate, RALF, RITA, submitted, type WholeGate } from './whole-gate.ts';

const AGENT_STOP = { entity: 'agentStop', agentId: AGENT_ID } as const;
const STOP_ALL = { entity: 'stopAll' } as const;
const HALT = { officer: RITA, reason: 'odd payees', agentId: AGENT_ID };

/** As much of an item as people would call its size. */
const sizeOf = (item: StoredItem | undefined) => JSON.stringify(item).length;

let gate: WholeGate;
beforeEach(async () => {
  gate = givenWholeGate();
});

describe('a stop', () => {
  it.each<[string, (stopped: WholeGate) => Promise<unknown>]>([
    ['halt', (stopped) => haltAgent(stopped, HALT)],
    ['veto', (stopped) => raiseVeto(stopped, HALT)],
  ])('by %s stands when everything in memory is lost', async (_what, stop) => {
    await submitted(gate, modelCall());
    await stop(gate);
    vi.resetModules();
    const fresh = await import('../../core/gate/submit.ts');
    const store = new MemoryStore();
    for (const [key, item] of gate.store.items) store.items.set(key, structuredClone(item));
    const result = await fresh.submitAction({ ...gate, store, unitHints: new Map() }, AGENT_ID, modelCall());
    expect(result).toMatchObject({ ok: true, value: { record: { status: 'denied' } } });
  });

  it('is lifted by nothing an agent or the sweep does', async () => {
    const { record, envelopes } = await approvedByPeople(gate, newPayeePayment());
    const held = await submitted(gate, modelCall());
    const { actionId: waitingId } = await submitted(gate, newPayeePayment());
    await haltAgent(gate, HALT);
    await raiseVeto(gate, HALT);
    const stops = () => [gate.store.get(AGENT_STOP), gate.store.get(STOP_ALL)];
    const before = stops();
    await redeemAction(gate, AGENT_ID, record.actionId, envelopes);
    await reportOutcome(gate, AGENT_ID, held.actionId, { result: 'succeeded' });
    await cancelAction(gate, AGENT_ID, waitingId, 'changed my mind');
    await closeSession(gate, AGENT_ID, 'session-1');
    gate.clock.advance(86_400_000);
    const idle = {
      openRequests: { open: async () => [] },
      pendingActions: { pendingActionIds: async () => [] },
      closer: { closeTimedOut: async () => undefined },
    };
    await sweep({ ...gate, ...idle });
    expect(stops()).toEqual(before);
    expect((await submitted(gate, actionRequest({ sessionId: 'session-2' }))).status).toBe('denied');
  });

  it('costs a decision the same when there were two hundred before', async () => {
    const cost = async () => {
      const reads = gate.store.reads;
      const read = vi.spyOn(gate.store, 'read');
      await submitted(gate, actionRequest());
      const refs = read.mock.calls.flatMap(([asked]) => asked).length;
      read.mockRestore();
      return { reads: gate.store.reads - reads, refs, bytes: sizeOf(gate.store.get(STOP_ALL)) };
    };
    const cycle = async () => {
      await raiseVeto(gate, { officer: RITA, reason: 'odd' });
      await clearVeto(gate, { officer: RALF, reason: 'looked at' });
    };
    await cycle();
    await submitted(gate, actionRequest());
    const first = await cost();
    for (let turn = 0; turn < 200; turn += 1) await cycle();
    const later = await cost();
    expect({ ...later, bytes: 0 }).toEqual({ ...first, bytes: 0 });
    // Only the digits of its version may grow.
    expect(later.bytes - first.bytes).toBeLessThan(10);
  });

  it('piles nothing up when it is triggered again and again', async () => {
    await raiseVeto(gate, HALT);
    const controlRows = () => [...gate.store.items.keys()].filter((key) => key.startsWith('ledger|control')).length;
    const before = { rows: controlRows(), bytes: sizeOf(gate.store.get(STOP_ALL)) };
    for (let turn = 0; turn < 100; turn += 1) await raiseVeto(gate, HALT);
    expect(controlRows()).toBe(before.rows);
    expect(sizeOf(gate.store.get(STOP_ALL)) - before.bytes).toBeLessThan(40);
  });
});

describe('an agent that is paused', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['halted', () => haltAgent(gate, HALT)],
    [
      'deactivated',
      async () => gate.store.set({ entity: 'agent', agentId: AGENT_ID }, registration({ active: false })),
    ],
  ])('is allowed no action of any type when it is %s', async (_how, pause) => {
    await pause();
    for (const type of gate.bundle.catalogue.keys()) {
      expect((await submitted(gate, actionRequest({ type }))).decision.verdict).toBe('deny');
    }
  });
});
