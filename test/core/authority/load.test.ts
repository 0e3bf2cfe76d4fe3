import { describe, expect, it } from 'vitest';
import type { Declarations } from '../../../core/authority/load.ts';
import { loadDeclarations } from '../../../core/authority/load.ts';
import { decodeAgentRegistration, decodeUnitRegistration } from '../../../core/authority/registration.ts';
import { StorageFault } from '../../../core/state/entities.ts';
import { CountingEntropy, NoPause, TestClock } from '../../support/deps.ts';
import { MemoryStore } from '../../support/memory-store.ts';
import { controlEvents } from '../risk/fixtures.ts';

const AGENT = {
  agentId: '111122223333:countersign-agent-teller',
  displayName: 'Teller',
  ownerSubject: 'sub-olga',
  ownerAliases: ['olga@bank.example'],
  unitId: 'payments',
  scopes: ['payments'],
  accounts: ['*'],
  caps: { sessionMicroUsd: '5', sessionTokens: '6', dayMicroUsd: '7', dayTokens: '8', sessionSeconds: 9 },
  active: true,
};
const UNIT = { unitId: 'payments', monthMicroUsd: '100', monthTokens: '200' };
const FACT = { kind: 'account', key: 'DE89', value: { balanceMicroUsd: '12' } };
const ALL: Declarations = { agents: [AGENT], units: [UNIT], facts: [FACT] };

function deps() {
  return { store: new MemoryStore(), clock: new TestClock(), entropy: new CountingEntropy(), pause: new NoPause() };
}

function facts(count: number): Declarations {
  return {
    agents: [],
    units: [],
    facts: Array.from({ length: count }, (_, index) => ({ ...FACT, key: `account-${index}` })),
  };
}

describe('loadDeclarations', () => {
  it('stores what the gate then reads', async () => {
    const world = deps();
    expect(await loadDeclarations(world, ALL)).toMatchObject({
      ok: true,
      value: { agents: 1, units: 1, facts: 1, changed: 3 },
    });
    const agent = world.store.get({ entity: 'agent', agentId: AGENT.agentId });
    expect(agent && decodeAgentRegistration(agent)).toMatchObject({ caps: { dayMicroUsd: 7n }, unitId: 'payments' });
    const unit = world.store.get({ entity: 'unit', unitId: 'payments' });
    expect(unit && decodeUnitRegistration(unit)).toMatchObject({ monthTokens: 200n });
    expect(world.store.get({ entity: 'fact', kind: 'account', key: 'DE89' })).toEqual(FACT);
  });

  it('records what changed, in the same transaction and without people or facts', async () => {
    const world = deps();
    await loadDeclarations(world, ALL);
    expect(world.store.commits).toHaveLength(1);
    const [event] = controlEvents(world.store);
    expect(event).toMatchObject({
      type: 'registry.loaded',
      data: {
        agents: [AGENT.agentId],
        units: ['payments'],
        facts: 1,
        batchDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(JSON.stringify(event)).not.toMatch(/olga|DE89/);
  });

  it('changes and records nothing when the same is loaded again', async () => {
    const world = deps();
    const first = await loadDeclarations(world, ALL);
    const second = await loadDeclarations(world, ALL);
    expect(second).toEqual({ ok: true, value: { ...(first.ok && first.value), changed: 0 } });
    expect(controlEvents(world.store)).toHaveLength(1);
  });

  it('writes only what changed', async () => {
    const world = deps();
    await loadDeclarations(world, ALL);
    const changed = { ...ALL, agents: [{ ...AGENT, active: false }] };
    expect(await loadDeclarations(world, changed)).toMatchObject({ value: { changed: 1 } });
    expect(controlEvents(world.store)[1]).toMatchObject({ data: { agents: [AGENT.agentId], units: [], facts: 0 } });
  });

  it('replaces an item that holds something no declaration can', async () => {
    const world = deps();
    world.store.set({ entity: 'unit', unitId: 'payments' }, { ...UNIT, monthTokens: 2n ** 70n });
    expect(await loadDeclarations(world, { agents: [], units: [UNIT], facts: [] })).toMatchObject({
      value: { changed: 1 },
    });
  });

  it('stores many items in batches, each with its own record', async () => {
    const world = deps();
    expect(await loadDeclarations(world, facts(120))).toMatchObject({ value: { facts: 120, changed: 120 } });
    expect(controlEvents(world.store).map(({ data }) => data['facts'])).toEqual([50, 50, 20]);
    expect(new Set(controlEvents(world.store).map(({ data }) => data['loadDigest'])).size).toBe(1);
  });

  it('goes on where it stopped when it is called again after a fault', async () => {
    const world = deps();
    world.store.failCommits('none', ...Array.from({ length: 12 }, () => 'before' as const));
    await expect(loadDeclarations(world, facts(120))).rejects.toThrow(StorageFault);
    expect(await loadDeclarations(world, facts(120))).toMatchObject({ value: { changed: 70 } });
    expect(controlEvents(world.store)).toHaveLength(3);
  });

  it('recognises a batch whose reply was lost', async () => {
    const world = deps();
    world.store.failCommits('after');
    expect(await loadDeclarations(world, ALL)).toMatchObject({ ok: true });
    expect(controlEvents(world.store)).toHaveLength(1);
  });

  it('does nothing without declarations', async () => {
    const world = deps();
    expect(await loadDeclarations(world, facts(0))).toMatchObject({ ok: true, value: { changed: 0 } });
    expect(controlEvents(world.store)).toEqual([]);
  });
});
