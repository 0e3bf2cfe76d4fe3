import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentChain, type ChainedEvent, genesisHash } from '../../../core/ledger/event.ts';
import { ledgerRow } from '../../../core/ledger/ledger-row.ts';
import { encodeStopAll } from '../../../core/risk/stops.ts';
import { type AgentPlan, changeAgent, MAX_ATTEMPTS } from '../../../core/state/change-agent.ts';
import { StorageFault } from '../../../core/state/entities.ts';
import { CountingEntropy, NoPause, TEST_NOW_MS, TestClock } from '../../support/deps.ts';
import { MemoryStore } from '../../support/memory-store.ts';

const AGENT = '111122223333:countersign-agent-teller';

function givenDeps(store = new MemoryStore()) {
  return { store, clock: new TestClock(), entropy: new CountingEntropy(), pause: new NoPause() };
}

/** Records `label` once: a label that is already stored is done. */
function recordOnce(label: string) {
  return (snapshot: { items: readonly unknown[] }): AgentPlan<string> => {
    if (snapshot.items[0] !== undefined) return { done: 'already' };
    return {
      event: { type: 'session.closed', agentId: AGENT, frameworkRefs: ['AIR-DET-021'], data: { session: label } },
      writes: () => [
        {
          op: 'put',
          ref: { entity: 'action', agentId: AGENT, actionId: label },
          item: { label },
          when: [{ if: 'absent' }],
        },
      ],
      result: () => 'recorded',
    };
  };
}

const record = (deps: ReturnType<typeof givenDeps>, label: string) =>
  changeAgent(deps, AGENT, [{ entity: 'action', agentId: AGENT, actionId: label }], recordOnce(label));

function storedChain(store: MemoryStore): { seq: number; prev: string; hash: string }[] {
  const rows = [];
  for (let seq = 0; ; seq += 1) {
    const row = store.get({ entity: 'ledgerEvent', chain: agentChain(AGENT), seq });
    if (row === undefined) return rows;
    const bytes = row['bytes'] as Uint8Array;
    const event = JSON.parse(new TextDecoder().decode(bytes)) as { seq: number; prev: string };
    rows.push({ seq: event.seq, prev: event.prev, hash: ledgerRow(agentChain(AGENT), seq, bytes).hash });
  }
}

function expectOneLinearChain(store: MemoryStore, length: number): void {
  const rows = storedChain(store);
  expect(rows.map((row) => row.seq)).toEqual(Array.from({ length }, (_, seq) => seq));
  expect(rows.map((row) => row.prev)).toEqual([
    ...(length > 0 ? [genesisHash(agentChain(AGENT))] : []),
    ...rows.slice(0, -1).map((row) => row.hash),
  ]);
}

describe('changeAgent', () => {
  it('writes head, event and further items in one transaction when nothing stands in the way', async () => {
    const deps = givenDeps();
    expect(await record(deps, 'a')).toEqual({ ok: true, value: 'recorded' });
    expect(deps.store.commits).toHaveLength(1);
    expect(deps.store.commits[0]?.map((write) => write.ref.entity)).toEqual([
      'agentHead',
      'ledgerEvent',
      'action',
      'stopAll',
      'agentStop',
    ]);
  });

  it('needs no stop checks when the head is already stored', async () => {
    const deps = givenDeps();
    await record(deps, 'a');
    await record(deps, 'b');
    expect(deps.store.commits[1]?.map((write) => write.ref.entity)).toEqual(['agentHead', 'ledgerEvent', 'action']);
  });

  it('does nothing more when the plan finds it already done', async () => {
    const deps = givenDeps();
    await record(deps, 'a');
    expect(await record(deps, 'a')).toEqual({ ok: true, value: 'already' });
    expect(deps.store.commits).toHaveLength(1);
  });

  it.each(['before', 'after', 'conflict'] as const)('ends in one event when the commit fails %s', async (fault) => {
    const deps = givenDeps();
    deps.store.failCommits(fault);
    const result = await record(deps, 'a');
    expect(result.ok).toBe(true);
    expectOneLinearChain(deps.store, 1);
  });

  it('throws the storage fault when the store keeps failing', async () => {
    const deps = givenDeps();
    deps.store.failReads(MAX_ATTEMPTS);
    await expect(record(deps, 'a')).rejects.toBeInstanceOf(StorageFault);
    expectOneLinearChain(deps.store, 0);
  });

  it('gives up as a value when others are always faster', async () => {
    const deps = givenDeps();
    deps.store.failCommits(...Array.from({ length: MAX_ATTEMPTS }, () => 'conflict' as const));
    expect(await record(deps, 'a')).toEqual({ ok: false, problem: { code: 'contention', attempts: MAX_ATTEMPTS } });
    expect(deps.pause.pauses).toBe(MAX_ATTEMPTS - 1);
  });

  it('reads again when the head carries a newer stop than the stop record it read', async () => {
    const deps = givenDeps();
    await record(deps, 'a');
    const head = deps.store.get({ entity: 'agentHead', agentId: AGENT });
    deps.store.set({ entity: 'agentHead', agentId: AGENT }, { ...head, stopAllVersion: 1 });
    const before = deps.store.reads;
    const pending = record(deps, 'b');
    await Promise.resolve();
    deps.store.set({ entity: 'stopAll' }, encodeStopAll({ version: 1, veto: null, riskLevel: 1 }));
    expect((await pending).ok).toBe(true);
    expect(deps.store.reads - before).toBeGreaterThan(1);
  });

  it('stops when stored state is corrupt', async () => {
    const deps = givenDeps();
    deps.store.set({ entity: 'agentHead', agentId: AGENT }, { version: 'one' });
    await expect(record(deps, 'a')).rejects.toMatchObject({ code: 'corrupt_state' });
  });

  it('keeps the time of a chain monotonic when the clock steps back', async () => {
    const deps = givenDeps();
    await record(deps, 'a');
    deps.clock.advance(-60_000);
    await record(deps, 'b');
    const times = [0, 1].map((seq) => {
      const row = deps.store.get({ entity: 'ledgerEvent', chain: agentChain(AGENT), seq });
      return JSON.parse(new TextDecoder().decode(row?.['bytes'] as Uint8Array)) as { time: string };
    });
    expect(times[1]?.time).toBe(times[0]?.time);
  });

  it('gives an event an id of its own time when the clock steps back', async () => {
    const idTimes: number[] = [];
    const entropy = new (class extends CountingEntropy {
      override ulid(nowMs?: number): string {
        idTimes.push(nowMs ?? 0);
        return super.ulid();
      }
    })();
    const deps = { ...givenDeps(), entropy };
    await record(deps, 'a');
    deps.clock.advance(-60_000);
    await record(deps, 'b');
    expect(idTimes).toEqual([TEST_NOW_MS, TEST_NOW_MS]);
  });

  it('tells of an event exactly when it was recorded', async () => {
    const told: number[] = [];
    const deps = { ...givenDeps(), recorded: ({ seq }: ChainedEvent) => told.push(seq) };
    deps.store.failCommits('conflict', 'before');
    await record(deps, 'a');
    await record(deps, 'a');
    await record(deps, 'b');
    expect(told).toEqual([0, 1]);
  });

  it('never forks or gaps a chain when many callers race and any commit may fail either way', async () => {
    const fault = fc.constantFrom('none' as const, 'before' as const, 'after' as const, 'conflict' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 12 }), fc.integer({ min: 1, max: 6 }), async (faults, callers) => {
        const deps = givenDeps();
        deps.store.failCommits(...faults);
        const labels = Array.from({ length: callers }, (_, index) => `label-${index}`);
        await Promise.all(labels.map(async (label) => record(deps, label).catch(() => undefined)));
        deps.store.failCommits();
        for (const label of labels) await record(deps, label);
        expectOneLinearChain(deps.store, callers);
      }),
      { numRuns: 200 },
    );
  });
});
