import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { haltAgent, resumeAgent } from '../../core/risk/agent-halt.ts';
import type { ControlDeps } from '../../core/risk/control.ts';
import { setRiskLevel } from '../../core/risk/risk-level.ts';
import { clearVeto, raiseVeto } from '../../core/risk/veto.ts';
import { encodeAgentHead, newAgentHead } from '../../core/state/agent-head.ts';
import { changeAgent } from '../../core/state/change-agent.ts';
import type { EntityRef, StoredItem } from '../../core/state/entities.ts';
import { ANNA, BEN, controls, OneNumberStore, REGISTRATION } from '../core/risk/fixtures.ts';
import { CountingEntropy, NoPause, TestClock, testPseudonymizer } from '../support/deps.ts';
import { ScheduledStore } from './scheduled-store.ts';

const AGENTS = ['agent-a', 'agent-b'];
const REASON = { officer: ANNA, reason: 'stop' };
const HALT_LEVEL = 5;

const STOPS = {
  halt: (deps: ControlDeps) => haltAgent(deps, { ...REASON, agentId: 'agent-a' }),
  veto: (deps: ControlDeps) => raiseVeto(deps, REASON),
  level: (deps: ControlDeps) => setRiskLevel(deps, { ...REASON, level: HALT_LEVEL }),
};

function world(scheduler: fc.Scheduler, hasActed: boolean): ControlDeps & { store: ScheduledStore } {
  const store = new ScheduledStore(scheduler);
  for (const agentId of AGENTS) {
    store.memory.set({ entity: 'agent', agentId }, { ...REGISTRATION, agentId });
    const head = encodeAgentHead({ ...newAgentHead(agentId), version: 1 });
    if (hasActed) store.memory.set({ entity: 'agentHead', agentId }, head);
  }
  return {
    store,
    clock: new TestClock(),
    entropy: new CountingEntropy(),
    pause: new NoPause(),
    pseudonyms: testPseudonymizer,
    directory: { agentIds: async () => AGENTS },
  };
}

/** Asks once for an action that is allowed unless something stops it, through the product's own read and commit. */
async function decide(deps: ControlDeps, agentId: string): Promise<'allow' | 'deny' | 'contention'> {
  const outcome = await changeAgent<'allow' | 'deny'>(deps, agentId, [], ({ stopAll, agentStop }) => {
    const isStopped = agentStop.halted || stopAll.veto !== null || stopAll.riskLevel === HALT_LEVEL;
    const verdict = isStopped ? 'deny' : 'allow';
    return {
      event: { type: 'action.decided', agentId, frameworkRefs: ['AIR-PREV-018'], data: { verdict } },
      result: () => verdict,
    };
  });
  return outcome.ok ? outcome.value : 'contention';
}

/** Counts the allows in the agents' chains: what was committed, whoever heard of it. */
function committedAllows(store: ScheduledStore, agentIds: readonly string[]): number {
  let allows = 0;
  for (const writes of store.memory.commits) {
    for (const write of writes) {
      if (write.op !== 'put' || write.ref.entity !== 'ledgerEvent') continue;
      if (!agentIds.some((agentId) => write.ref.entity === 'ledgerEvent' && write.ref.chain === `agent/${agentId}`))
        continue;
      const bytes = write.item['bytes'];
      if (bytes instanceof Uint8Array && new TextDecoder().decode(bytes).includes('"verdict":"allow"')) allows += 1;
    }
  }
  return allows;
}

const stopKind = fc.constantFrom('halt' as const, 'veto' as const, 'level' as const);
const decisions = fc.array(fc.constantFrom(...AGENTS), { minLength: 1, maxLength: 5 });

/** Reads everything but the agent's head, lets `meanwhile` happen once, and reads the head last. */
class LateHeadStore extends OneNumberStore {
  meanwhile: (() => Promise<unknown>) | undefined;

  override async read(refs: readonly EntityRef[]): Promise<readonly (StoredItem | undefined)[]> {
    const before = await super.read(refs);
    const happen = this.meanwhile;
    if (happen === undefined) return before;
    this.meanwhile = undefined;
    await happen();
    return refs.map((ref, index) => (ref.entity === 'agentHead' ? this.get(ref) : before[index]));
  }
}

describe('stops', () => {
  it('hold for a decision that read the stops before a halt and the head after another decision first wrote it', async () => {
    const store = new LateHeadStore();
    store.set({ entity: 'agent', agentId: 'agent-a' }, { ...REGISTRATION, agentId: 'agent-a' });
    const deps = { ...controls(), store, directory: { agentIds: async () => ['agent-a'] } };
    store.meanwhile = async () => {
      expect(await STOPS.halt(deps)).toMatchObject({ ok: true });
      expect(await decide(deps, 'agent-a')).toBe('deny');
    };
    expect(await decide(deps, 'agent-a')).toBe('deny');
  });

  it('let no allow commit after they are acknowledged, in any interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), stopKind, decisions, fc.boolean(), async (scheduler, kind, agents, hasActed) => {
        const deps = world(scheduler, hasActed);
        const stopped = kind === 'halt' ? ['agent-a'] : AGENTS;
        let allowsAtAcknowledgement = -1;
        const stop = STOPS[kind](deps).then((outcome) => {
          if (outcome.ok) allowsAtAcknowledgement = committedAllows(deps.store, stopped);
        });
        // The second half starts only when the first is done, so that decisions fall before, during and after the stop.
        const running = agents.map((agentId) => decide(deps, agentId).then(() => decide(deps, agentId)));
        await scheduler.waitFor(Promise.all([stop, ...running]));

        expect(allowsAtAcknowledgement).toBeGreaterThanOrEqual(0);
        expect(committedAllows(deps.store, stopped)).toBe(allowsAtAcknowledgement);
        for (const agentId of stopped) {
          expect(await scheduler.waitFor(decide(deps, agentId))).not.toBe('allow');
        }
      }),
      { numRuns: 400 },
    );
  });

  it('stay in force when several fall together, until each is lifted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), decisions, async (scheduler, agents) => {
        const deps = world(scheduler, true);
        const stops = [STOPS.halt(deps), STOPS.veto(deps), STOPS.level(deps)];
        const outcomes = await scheduler.waitFor(Promise.all([...stops, ...agents.map((id) => decide(deps, id))]));
        expect(outcomes.slice(0, 3).every((outcome) => typeof outcome === 'object' && outcome.ok)).toBe(true);

        const lifting = { officer: BEN, reason: 'over' };
        expect(await scheduler.waitFor(decide(deps, 'agent-a'))).toBe('deny');
        await scheduler.waitFor(clearVeto(deps, lifting));
        expect(await scheduler.waitFor(decide(deps, 'agent-a'))).toBe('deny');
        await scheduler.waitFor(setRiskLevel(deps, { ...lifting, level: 4 }));
        expect(await scheduler.waitFor(decide(deps, 'agent-a'))).toBe('deny');
        expect(await scheduler.waitFor(decide(deps, 'agent-b'))).toBe('allow');
        await scheduler.waitFor(resumeAgent(deps, { ...lifting, agentId: 'agent-a' }));
        expect(await scheduler.waitFor(decide(deps, 'agent-a'))).toBe('allow');
      }),
      { numRuns: 60 },
    );
  });

  it('hold after a crash at any commit, once the same call is repeated', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        stopKind,
        fc.array(fc.constantFrom('none' as const, 'before' as const, 'after' as const), { maxLength: 30 }),
        decisions,
        async (scheduler, kind, faults, agents) => {
          const deps = world(scheduler, true);
          deps.store.memory.failCommits(...faults);
          const first = STOPS[kind](deps).catch(() => undefined);
          const running = agents.map((agentId) => decide(deps, agentId).catch(() => 'fault'));
          await scheduler.waitFor(Promise.all([first, ...running]));
          let again = await scheduler.waitFor(STOPS[kind](deps).catch(() => undefined));
          while (again?.ok !== true) again = await scheduler.waitFor(STOPS[kind](deps).catch(() => undefined));
          expect(await scheduler.waitFor(decide(deps, 'agent-a'))).toBe('deny');
        },
      ),
      { numRuns: 150 },
    );
  });
});
