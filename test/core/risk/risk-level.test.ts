import { describe, expect, it } from 'vitest';
import { setRiskLevel } from '../../../core/risk/risk-level.ts';
import type { RiskLevel } from '../../../core/risk/stops.ts';
import { decodeStopAll, encodeStopAll } from '../../../core/risk/stops.ts';
import { AGENT_ID, ANNA, BEN, controlEvents, controls, OLGA, stamps } from './fixtures.ts';

const STOP = { entity: 'stopAll' } as const;

function at(level: RiskLevel) {
  const deps = controls();
  deps.store.set(
    STOP,
    encodeStopAll({ version: 1, veto: null, riskLevel: level, riskSetBySubject: 'sub-anna', stampedVersion: 1 }),
  );
  return deps;
}

function set(deps: ReturnType<typeof controls>, level: RiskLevel, officer = BEN) {
  return setRiskLevel(deps, { officer, level, reason: 'review' });
}

function levelIn(deps: ReturnType<typeof controls>) {
  return decodeStopAll(deps.store.get(STOP)).riskLevel;
}

describe('setRiskLevel', () => {
  it.each([2, 3, 4, 5] as const)('rises from NORMAL to level %d at once and stamps every head', async (level) => {
    const deps = controls();
    expect(await set(deps, level)).toMatchObject({ ok: true, value: { changed: true, version: 1 } });
    expect(levelIn(deps)).toBe(level);
    expect(stamps(deps.store).all).toBe(1);
  });

  it.each([
    [5, 4],
    [4, 3],
    [3, 2],
    [2, 1],
  ] as const)('falls from %d to %d', async (from, to) => {
    const deps = at(from);
    expect(await set(deps, to)).toMatchObject({ ok: true, value: { changed: true } });
    expect(levelIn(deps)).toBe(to);
  });

  it.each([
    [5, 3],
    [5, 1],
    [4, 2],
    [4, 1],
    [3, 1],
  ] as const)('does not fall from %d to %d in one call', async (from, to) => {
    const deps = at(from);
    expect(await set(deps, to)).toMatchObject({ ok: false, problem: { code: 'one_level_only' } });
    expect(levelIn(deps)).toBe(from);
    expect(controlEvents(deps.store)).toMatchObject([{ type: 'control.change_refused' }]);
  });

  it('leaves HALT only by someone other than who set it', async () => {
    const deps = at(5);
    expect(await set(deps, 4, ANNA)).toMatchObject({ problem: { code: 'same_person' } });
    expect(await set(deps, 4, BEN)).toMatchObject({ ok: true });
    expect(await set(deps, 3, BEN)).toMatchObject({ ok: true });
  });

  it('leaves HALT by nobody when nobody knows who set it', async () => {
    const deps = controls();
    deps.store.set(STOP, encodeStopAll({ version: 1, veto: null, riskLevel: 5 }));
    expect(await set(deps, 4)).toMatchObject({ problem: { code: 'same_person' } });
  });

  it('does not fall for an owner, even one who is a risk officer, but rises for one', async () => {
    const deps = at(3);
    expect(await set(deps, 2, OLGA)).toMatchObject({ problem: { code: 'agent_or_owner' } });
    expect(await set(deps, 4, OLGA)).toMatchObject({ ok: true });
  });

  it('is refused to anyone but a risk officer, up and down', async () => {
    const officer = { ...BEN, groups: ['auditor'] };
    expect(await set(at(3), 2, officer)).toMatchObject({ problem: { code: 'not_risk_officer' } });
    expect(await set(at(3), 4, officer)).toMatchObject({ problem: { code: 'not_risk_officer' } });
  });

  it('records nothing when the level is set already, and finishes stamping', async () => {
    const deps = at(3);
    deps.store.set(STOP, { ...deps.store.get(STOP), stamped: 0 });
    expect(await set(deps, 3)).toEqual({ ok: true, value: { changed: false, version: 1 } });
    expect(stamps(deps.store).all).toBe(1);
    expect(controlEvents(deps.store)).toEqual([]);
  });

  it('names both levels in the record', async () => {
    const deps = at(2);
    await set(deps, 5);
    expect(controlEvents(deps.store)).toMatchObject([
      { type: 'control.risk_level_set', data: { from: 'CAUTION', to: 'HALT', reason: 'review' } },
    ]);
  });

  it('treats a record nobody can read as HALT', async () => {
    const deps = controls();
    deps.store.set(STOP, { riskLevel: 1 });
    expect(await set(deps, 4)).toMatchObject({ problem: { code: 'unreadable_record' } });
    expect(await set(deps, 1)).toMatchObject({ problem: { code: 'unreadable_record' } });
    expect(await set(deps, 5)).toMatchObject({ ok: true, value: { changed: true } });
    expect(levelIn(deps)).toBe(5);
  });

  it('rises while a registration can’t be read', async () => {
    const deps = controls();
    deps.store.set({ entity: 'agent', agentId: AGENT_ID }, {});
    expect(await set(deps, 5)).toMatchObject({ ok: true });
  });

  it('does not fall when the level rose while it was asked for', async () => {
    const deps = at(2);
    const read = deps.store.read.bind(deps.store);
    let reads = 0;
    deps.store.read = async (refs) => {
      const items = await read(refs);
      reads += 1;
      if (reads === 1) deps.store.set(STOP, { ...deps.store.get(STOP), riskLevel: 4, version: 2 });
      return items;
    };
    expect(await set(deps, 3)).toMatchObject({ problem: { code: 'level_rose' } });
  });
});
