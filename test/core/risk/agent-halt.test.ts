import { describe, expect, it } from 'vitest';
import { haltAgent, resumeAgent } from '../../../core/risk/agent-halt.ts';
import { decodeAgentStop } from '../../../core/risk/stops.ts';
import { StorageFault } from '../../../core/state/entities.ts';
import { AGENT_ID, ANNA, BEN, controlEvents, controls, OLGA, OTHER_AGENT_ID, stamps } from './fixtures.ts';

const HALT = { agentId: AGENT_ID, officer: ANNA, reason: 'runs in circles' };
const STOP = { entity: 'agentStop', agentId: AGENT_ID } as const;

describe('haltAgent', () => {
  it('records the halt, stamps the agent’s head and only then returns', async () => {
    const deps = controls();
    expect(await haltAgent(deps, HALT)).toMatchObject({
      ok: true,
      value: { changed: true, version: 1, ledger: { chain: 'control', seq: 0 } },
    });
    expect(decodeAgentStop(deps.store.get(STOP))).toMatchObject({ halted: true, version: 1, stampedVersion: 1 });
    expect(stamps(deps.store)).toEqual({ version: 4, all: 0, agent: 1 });
    expect(stamps(deps.store, OTHER_AGENT_ID)).toEqual({ version: 3, all: 0, agent: 0 });
    const [event] = controlEvents(deps.store);
    expect(event).toMatchObject({ type: 'control.agent_halted', agent: AGENT_ID, data: { reason: 'runs in circles' } });
    expect(JSON.stringify(event)).not.toContain('anna');
  });

  it('counts the same halt by the same person without another record', async () => {
    const deps = controls();
    await haltAgent(deps, HALT);
    expect(await haltAgent(deps, HALT)).toEqual({ ok: true, value: { changed: false, version: 1 } });
    expect(controlEvents(deps.store)).toHaveLength(1);
    expect(decodeAgentStop(deps.store.get(STOP)).repeats).toBe(1);
  });

  it('records another reason or another person', async () => {
    const deps = controls();
    await haltAgent(deps, HALT);
    await haltAgent(deps, { ...HALT, officer: BEN });
    await haltAgent(deps, { ...HALT, officer: BEN, reason: 'overspends' });
    expect(controlEvents(deps.store)).toHaveLength(3);
    expect(stamps(deps.store).agent).toBe(3);
  });

  it('is finished by the same call after a crash between record and stamp', async () => {
    const deps = controls();
    deps.store.failCommits('none', ...Array.from({ length: 50 }, () => 'before' as const));
    await expect(haltAgent(deps, HALT)).rejects.toThrow(StorageFault);
    expect(stamps(deps.store).agent).toBe(0);
    const recovered = { ...controls(), store: deps.store };
    while (stamps(deps.store).agent === 0) await haltAgent(recovered, HALT).catch(() => undefined);
    expect(await haltAgent(recovered, HALT)).toMatchObject({ ok: true, value: { changed: false } });
    expect(stamps(deps.store).agent).toBe(1);
    expect(controlEvents(deps.store)).toHaveLength(1);
  });

  it('is not acknowledged while the head can’t be stamped', async () => {
    const deps = controls();
    deps.store.failCommits('none', ...Array.from({ length: 48 }, () => 'conflict' as const));
    expect(await haltAgent(deps, HALT)).toMatchObject({ ok: false, problem: { code: 'contention' } });
    expect(decodeAgentStop(deps.store.get(STOP)).halted).toBe(true);
  });

  it('needs no head: an agent that never acted is stopped by the record', async () => {
    const deps = controls();
    deps.store.set({ entity: 'agent', agentId: 'new' }, { displayName: 'n', ownerSubject: 'o', ownerAliases: [] });
    expect(await haltAgent(deps, { ...HALT, agentId: 'new' })).toMatchObject({ ok: true });
    expect(deps.store.get({ entity: 'agentHead', agentId: 'new' })).toBeUndefined();
  });

  it('is refused and recorded when asked for by anyone but a risk officer', async () => {
    const deps = controls();
    const officer = { ...ANNA, groups: ['auditor', 'Risk-Officer '] };
    expect(await haltAgent(deps, { ...HALT, officer })).toMatchObject({ problem: { code: 'not_risk_officer' } });
    expect(controlEvents(deps.store)).toMatchObject([
      { type: 'control.change_refused', agent: AGENT_ID, data: { change: 'halt_agent', code: 'not_risk_officer' } },
    ]);
    expect(deps.store.get(STOP)).toBeUndefined();
  });

  it('is refused for an agent nobody registered', async () => {
    const refused = await haltAgent(controls(), { ...HALT, agentId: 'nobody' });
    expect(refused).toMatchObject({ problem: { code: 'unknown_agent' } });
  });

  it('replaces a record nobody can read', async () => {
    const deps = controls();
    deps.store.set(STOP, { halted: 'no' });
    expect(await haltAgent(deps, HALT)).toMatchObject({ ok: true, value: { changed: true } });
    const stop = decodeAgentStop(deps.store.get(STOP));
    expect(stop.halted).toBe(true);
    expect(stamps(deps.store).agent).toBe(stop.version);
  });
});

describe('resumeAgent', () => {
  async function halted() {
    const deps = controls();
    await haltAgent(deps, HALT);
    return deps;
  }

  it('lifts the halt and records who and why', async () => {
    const deps = await halted();
    expect(await resumeAgent(deps, { ...HALT, officer: BEN, reason: 'fixed' })).toMatchObject({
      ok: true,
      value: { changed: true, version: 2 },
    });
    expect(decodeAgentStop(deps.store.get(STOP))).toMatchObject({ halted: false, version: 2, stampedVersion: 2 });
    expect(controlEvents(deps.store)[1]).toMatchObject({ type: 'control.agent_resumed', data: { reason: 'fixed' } });
  });

  it.each([
    ['its owner', OLGA],
    ['its owner under another sign-in', { ...BEN, aliases: ['OLGA@bank.example '] }],
    ['its owner spelt in full width', { ...BEN, aliases: ['ｏｌｇａ@bank.example'] }],
    ['its owner with invisible characters', { ...BEN, subject: 'sub-ol\u200bga' }],
    ['the agent', { ...BEN, subject: AGENT_ID.toUpperCase() }],
    ['the agent by its role name', { ...BEN, aliases: [' countersign-agent-teller'] }],
    ['the agent by its display name', { ...BEN, aliases: ['TELLER'] }],
  ])('is refused to %s, even as a risk officer', async (_, officer) => {
    const deps = await halted();
    expect(await resumeAgent(deps, { ...HALT, officer })).toMatchObject({ problem: { code: 'agent_or_owner' } });
    expect(decodeAgentStop(deps.store.get(STOP)).halted).toBe(true);
    expect(controlEvents(deps.store)[1]).toMatchObject({
      type: 'control.change_refused',
      data: { change: 'resume_agent', code: 'agent_or_owner' },
    });
  });

  it('is refused to anyone but a risk officer', async () => {
    const deps = await halted();
    const officer = { ...BEN, groups: ['manager', 'approver'] };
    expect(await resumeAgent(deps, { ...HALT, officer })).toMatchObject({ problem: { code: 'not_risk_officer' } });
  });

  it('is refused while the record can’t be read', async () => {
    const deps = controls();
    deps.store.set(STOP, { halted: 'no' });
    expect(await resumeAgent(deps, HALT)).toMatchObject({ problem: { code: 'unreadable_record' } });
  });

  it('changes nothing for an agent that is not halted', async () => {
    const deps = controls();
    expect(await resumeAgent(deps, HALT)).toEqual({ ok: true, value: { changed: false, version: 0 } });
    expect(controlEvents(deps.store)).toEqual([]);
  });

  it('is refused for an agent nobody registered', async () => {
    expect(await resumeAgent(controls(), { ...HALT, agentId: 'nobody' })).toMatchObject({
      problem: { code: 'unknown_agent' },
    });
  });

  it('leaves an unfinished stop unfinished', async () => {
    const deps = await halted();
    deps.store.set(STOP, { ...deps.store.get(STOP), stamped: 0 });
    await resumeAgent(deps, { ...HALT, officer: BEN });
    expect(decodeAgentStop(deps.store.get(STOP)).stampedVersion).toBe(0);
  });
});
