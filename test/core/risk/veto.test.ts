import { describe, expect, it } from 'vitest';
import { decodeStopAll, UNREADABLE_BUNDLE } from '../../../core/risk/stops.ts';
import { clearVeto, raiseVeto } from '../../../core/risk/veto.ts';
import { CorruptState } from '../../../core/state/stored.ts';
import { AGENT_ID, ANNA, BEN, controlEvents, controls, OLGA, OTHER_AGENT_ID, stamps } from './fixtures.ts';

const STOP = { entity: 'stopAll' } as const;
const BY_ANNA = { officer: ANNA, reason: 'anomaly detected' };
const BY_BEN = { officer: BEN, reason: 'looked into' };

async function raised() {
  const deps = controls();
  await raiseVeto(deps, BY_ANNA);
  return deps;
}

describe('raiseVeto', () => {
  it('records the veto and stamps every head before it returns', async () => {
    const deps = controls();
    expect(await raiseVeto(deps, BY_ANNA)).toMatchObject({ ok: true, value: { changed: true, version: 1 } });
    expect(decodeStopAll(deps.store.get(STOP))).toMatchObject({
      version: 1,
      stampedVersion: 1,
      riskLevel: 1,
      veto: { reason: 'anomaly detected', claims: [{ bySubject: 'sub-anna' }] },
    });
    expect(stamps(deps.store)).toEqual({ version: 4, all: 1, agent: 0 });
    expect(stamps(deps.store, OTHER_AGENT_ID)).toEqual({ version: 4, all: 1, agent: 0 });
    expect(controlEvents(deps.store)).toMatchObject([{ type: 'control.veto_raised', data: { version: 1, claims: 1 } }]);
  });

  it.each([
    ['as it was', ['ab', 4], { hash: 'ab', sequence: 4 }],
    ['as one nobody has, when it cannot be read either', ['ab'], UNREADABLE_BUNDLE],
  ])('keeps the bundle in force %s over a record that cannot be read', async (_what, stored, kept) => {
    const deps = controls();
    deps.store.set(STOP, { activeBundle: stored });
    await raiseVeto(deps, BY_ANNA);
    expect(decodeStopAll(deps.store.get(STOP)).activeBundle).toEqual(kept);
  });

  it('counts the same claim without another record', async () => {
    const deps = await raised();
    expect(await raiseVeto(deps, BY_ANNA)).toEqual({ ok: true, value: { changed: false, version: 1 } });
    expect(decodeStopAll(deps.store.get(STOP))).toMatchObject({ repeats: 1, veto: { claims: { length: 1 } } });
    expect(controlEvents(deps.store)).toHaveLength(1);
  });

  it('keeps the claims of another person and for another reason', async () => {
    const deps = await raised();
    await raiseVeto(deps, { ...BY_ANNA, reason: 'sanctions hit' });
    await raiseVeto(deps, BY_BEN);
    expect(decodeStopAll(deps.store.get(STOP)).veto?.claims).toHaveLength(3);
  });

  it('keeps no more than sixteen claims, and still stands', async () => {
    const deps = controls();
    for (let claim = 0; claim < 20; claim += 1) await raiseVeto(deps, { officer: ANNA, reason: `reason ${claim}` });
    expect(decodeStopAll(deps.store.get(STOP))).toMatchObject({ veto: { claims: { length: 16 } }, repeats: 4 });
    expect(controlEvents(deps.store)).toHaveLength(16);
  });

  it('stamps more heads than one batch read returns', async () => {
    const deps = controls();
    const agentIds = Array.from({ length: 230 }, (_, index) => `agent-${index}`);
    const head = deps.store.get({ entity: 'agentHead', agentId: AGENT_ID });
    for (const agentId of agentIds) if (head) deps.store.set({ entity: 'agentHead', agentId }, head);
    await raiseVeto({ ...deps, directory: { agentIds: async () => agentIds } }, BY_ANNA);
    expect(agentIds.every((agentId) => stamps(deps.store, agentId).all === 1)).toBe(true);
  });

  it('is refused to anyone but a risk officer', async () => {
    const deps = controls();
    const refused = await raiseVeto(deps, { ...BY_ANNA, officer: { ...ANNA, groups: [] } });
    expect(refused).toMatchObject({ problem: { code: 'not_risk_officer' } });
    expect(controlEvents(deps.store)).toMatchObject([{ type: 'control.change_refused' }]);
  });

  it('writes a record nobody can read anew, at HALT and above every version on a head', async () => {
    const deps = await raised();
    deps.store.set(STOP, { version: 'one' });
    expect(await raiseVeto(deps, BY_BEN)).toMatchObject({ ok: true });
    const stop = decodeStopAll(deps.store.get(STOP));
    expect(stop).toMatchObject({ riskLevel: 5, riskSetBySubject: 'sub-ben' });
    expect(stamps(deps.store).all).toBe(stop.version);
  });
});

describe('clearVeto', () => {
  it('lets another risk officer lift it', async () => {
    const deps = await raised();
    expect(await clearVeto(deps, BY_BEN)).toMatchObject({ ok: true, value: { changed: true, active: false } });
    expect(decodeStopAll(deps.store.get(STOP))).toMatchObject({ veto: null, version: 2, stampedVersion: 2 });
    expect(controlEvents(deps.store)[1]).toMatchObject({
      type: 'control.veto_cleared',
      data: { cleared: 1, remaining: 0, reason: 'looked into' },
    });
  });

  it.each([
    ['who raised it', ANNA],
    ['who raised it, spelt otherwise', { ...ANNA, subject: ' SUB-Anna' }],
  ])('is refused to %s', async (_, officer) => {
    const deps = await raised();
    expect(await clearVeto(deps, { officer, reason: 'never mind' })).toMatchObject({
      problem: { code: 'same_person' },
    });
    expect(decodeStopAll(deps.store.get(STOP)).veto).not.toBeNull();
    expect(controlEvents(deps.store)[1]).toMatchObject({ data: { change: 'clear_veto', code: 'same_person' } });
  });

  it('stands until each claim is cleared by someone else', async () => {
    const deps = await raised();
    await raiseVeto(deps, BY_BEN);
    expect(await clearVeto(deps, BY_BEN)).toMatchObject({ value: { changed: true, active: true } });
    expect(await clearVeto(deps, BY_BEN)).toMatchObject({ problem: { code: 'same_person' } });
    expect(await clearVeto(deps, BY_ANNA)).toMatchObject({ value: { changed: true, active: false } });
  });

  it.each([
    ['an owner', OLGA],
    ['an owner’s alias', { ...BEN, aliases: ['Olga@Bank.Example'] }],
    ['an agent', { ...BEN, aliases: ['countersign-agent-clerk'] }],
  ])('is refused to %s, even as a risk officer', async (_, officer) => {
    const deps = await raised();
    expect(await clearVeto(deps, { officer, reason: 'mine' })).toMatchObject({ problem: { code: 'agent_or_owner' } });
    expect(decodeStopAll(deps.store.get(STOP)).veto).not.toBeNull();
  });

  it('is refused to anyone but a risk officer', async () => {
    const deps = await raised();
    const refused = await clearVeto(deps, { ...BY_BEN, officer: { ...BEN, groups: ['manager'] } });
    expect(refused).toMatchObject({ problem: { code: 'not_risk_officer' } });
  });

  it('is refused while the record can’t be read', async () => {
    const deps = controls();
    deps.store.set(STOP, {});
    expect(await clearVeto(deps, BY_BEN)).toMatchObject({ problem: { code: 'unreadable_record' } });
  });

  it('fails while a registration can’t be read: nobody can be told apart from its owner', async () => {
    const deps = await raised();
    deps.store.set({ entity: 'agent', agentId: AGENT_ID }, { displayName: 'Teller' });
    await expect(clearVeto(deps, BY_BEN)).rejects.toThrow(CorruptState);
  });

  it('changes nothing without a veto', async () => {
    const deps = controls();
    expect(await clearVeto(deps, BY_BEN)).toEqual({ ok: true, value: { changed: false, version: 0, active: false } });
    expect(controlEvents(deps.store)).toEqual([]);
  });

  it('makes the next veto a new one, whatever was cleared before', async () => {
    const deps = await raised();
    await clearVeto(deps, BY_BEN);
    expect(await raiseVeto(deps, BY_ANNA)).toMatchObject({ value: { changed: true, version: 3 } });
    // The record holds what stands, never what was: reading it costs the same after any history.
    expect(decodeStopAll(deps.store.get(STOP)).veto?.claims).toHaveLength(1);
  });
});
