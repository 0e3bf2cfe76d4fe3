import { describe, expect, it } from 'vitest';
import { finishStops } from '../../../core/risk/finish-stops.ts';
import { encodeAgentStop, encodeStopAll } from '../../../core/risk/stops.ts';
import { AGENT_ID, controls, OTHER_AGENT_ID, stamps } from './fixtures.ts';

const HALTED = { version: 2, halted: true, reason: 'r', byPseudonym: 'p', atMs: 1 };
const AGENTS = [AGENT_ID, OTHER_AGENT_ID];

describe('finishStops', () => {
  it('stamps what a crash left unstamped, without writing the stops themselves', async () => {
    const deps = controls();
    deps.store.set({ entity: 'stopAll' }, encodeStopAll({ version: 3, veto: null, riskLevel: 5, stampedVersion: 2 }));
    deps.store.set({ entity: 'agentStop', agentId: AGENT_ID }, encodeAgentStop(HALTED));
    expect(await finishStops(deps, AGENTS)).toEqual({ stamped: 3, unfinished: 0, unreadable: 0 });
    expect(stamps(deps.store)).toMatchObject({ all: 3, agent: 2 });
    expect(stamps(deps.store, OTHER_AGENT_ID)).toMatchObject({ all: 3, agent: 0 });
    expect(deps.store.commits.flat().every((write) => write.ref.entity === 'agentHead')).toBe(true);
    expect(await finishStops(deps, AGENTS)).toMatchObject({ stamped: 0 });
  });

  it('does nothing when no stop was ever recorded', async () => {
    const deps = controls();
    expect(await finishStops(deps, AGENTS)).toEqual({ stamped: 0, unfinished: 0, unreadable: 0 });
    expect(deps.store.commits).toEqual([]);
  });

  it('reports what it could not finish and goes on with the rest', async () => {
    const deps = controls();
    deps.store.set({ entity: 'agentStop', agentId: AGENT_ID }, encodeAgentStop(HALTED));
    deps.store.set({ entity: 'agentStop', agentId: OTHER_AGENT_ID }, encodeAgentStop(HALTED));
    deps.store.failCommits(...Array.from({ length: 48 }, () => 'conflict' as const));
    expect(await finishStops(deps, AGENTS)).toEqual({ stamped: 1, unfinished: 1, unreadable: 0 });
  });

  it('counts records nobody can read', async () => {
    const deps = controls();
    deps.store.set({ entity: 'stopAll' }, {});
    deps.store.set({ entity: 'agentStop', agentId: AGENT_ID }, {});
    expect(await finishStops(deps, AGENTS)).toEqual({ stamped: 0, unfinished: 0, unreadable: 2 });
  });

  it('leaves a head nobody can read alone', async () => {
    const deps = controls();
    deps.store.set({ entity: 'agentHead', agentId: AGENT_ID }, { version: 'x' });
    deps.store.set({ entity: 'agentStop', agentId: AGENT_ID }, encodeAgentStop(HALTED));
    expect(await finishStops(deps, [AGENT_ID])).toEqual({ stamped: 0, unfinished: 0, unreadable: 0 });
  });
});
