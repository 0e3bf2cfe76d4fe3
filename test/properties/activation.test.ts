import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activateBundle } from '../../core/gate/activate-bundle.ts';
import { BundleShelf } from '../../core/gate/bundle-shelf.ts';
import { submitAction } from '../../core/gate/submit.ts';
import { finishStops } from '../../core/risk/finish-stops.ts';
import type { ActivationFixture } from '../support/activation.ts';
import { givenPublished, givenRedeemed } from '../support/activation.ts';
import { AGENT_ID } from '../support/api-event.ts';
import { releaseOf } from '../support/bundles.ts';
import { actionRequest, registration, testBundle } from '../support/gate.ts';
import type { MemoryStore } from '../support/memory-store.ts';
import { ScheduledStore } from './scheduled-store.ts';

const NEXT = releaseOf(2);
/** One agent has acted before; the other has no head yet. */
const AGENTS = [AGENT_ID, '111122223333:countersign-agent-newcomer'];

/** A world with a redeemed activation, every step of which waits for the scheduler from now on. */
async function world(scheduler: fc.Scheduler) {
  const gate = givenPublished(NEXT);
  for (const agentId of AGENTS) gate.store.set({ entity: 'agent', agentId }, registration({ agentId }));
  const request = await givenRedeemed(gate, NEXT);
  const store = new ScheduledStore(scheduler);
  for (const [key, item] of gate.store.items) store.memory.items.set(key, item);
  const published = {
    read: async (hash: string) => {
      await scheduler.schedule(Promise.resolve(), 'fetch');
      return gate.published.read(hash);
    },
  };
  return {
    request,
    deps: { ...gate, store, published, prove: () => true, directory: { agentIds: async () => AGENTS } },
  };
}

/** Each decision runs in an execution environment of its own, which knows the deployed bundle only. */
async function decide(deps: Omit<ActivationFixture, 'store' | 'published'> & DecideIn, agentId: string) {
  const environment = { ...deps, bundles: new BundleShelf(testBundle, deps.published), unitHints: new Map() };
  const outcome = await submitAction(environment, agentId, actionRequest()).catch(() => undefined);
  return outcome?.ok === true ? outcome.value.record.decision.bundleHash : 'undecided';
}

type DecideIn = Pick<Awaited<ReturnType<typeof world>>['deps'], 'store' | 'published'>;

/** Decisions in the ledger that were made by the deployed bundle: what was committed, whoever heard of it. */
function madeByOldBundle(store: MemoryStore): number {
  return store.commits.flat().filter((write) => {
    if (write.op !== 'put' || write.ref.entity !== 'ledgerEvent') return false;
    const bytes = write.item['bytes'];
    const text = bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : '';
    return text.includes('"type":"action.decided"') && text.includes(`"bundleHash":"${testBundle.hash}"`);
  }).length;
}

const decisions = fc.array(fc.constantFrom(...AGENTS), { minLength: 1, maxLength: 4 });

describe('activations', () => {
  it('let no decision by the bundle before commit after they are acknowledged, in any interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), decisions, async (scheduler, agents) => {
        const { deps, request } = await world(scheduler);
        let oldAtAcknowledgement = -1;
        const activation = activateBundle(deps, request).then((outcome) => {
          if (outcome.ok) oldAtAcknowledgement = madeByOldBundle(deps.store.memory);
        });
        const running = agents.map((agentId) => decide(deps, agentId).then(() => decide(deps, agentId)));
        await scheduler.waitFor(Promise.all([activation, ...running]));

        expect(oldAtAcknowledgement).toBeGreaterThanOrEqual(0);
        expect(madeByOldBundle(deps.store.memory)).toBe(oldAtAcknowledgement);
        for (const agentId of AGENTS) expect(await scheduler.waitFor(decide(deps, agentId))).toBe(NEXT.hash);
      }),
      { numRuns: 150 },
    );
  });

  it('hold after a crash at any commit, once the sweep has finished them or the call is repeated', async () => {
    const faults = fc.array(fc.constantFrom('none' as const, 'before' as const, 'after' as const), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), faults, fc.boolean(), decisions, async (scheduler, failing, isSwept, agents) => {
        const { deps, request } = await world(scheduler);
        deps.store.memory.failCommits(...failing);
        const first = activateBundle(deps, request).catch(() => undefined);
        await scheduler.waitFor(Promise.all([first, ...agents.map((agentId) => decide(deps, agentId))]));
        deps.store.memory.clearFaults();
        const isRecorded = deps.store.memory.get({ entity: 'stopAll' }) !== undefined;
        if (isRecorded && isSwept) await scheduler.waitFor(finishStops(deps, AGENTS));
        else expect(await scheduler.waitFor(activateBundle(deps, request))).toMatchObject({ ok: true });
        const before = madeByOldBundle(deps.store.memory);
        for (const agentId of AGENTS) expect(await scheduler.waitFor(decide(deps, agentId))).toBe(NEXT.hash);
        expect(madeByOldBundle(deps.store.memory)).toBe(before);
      }),
      { numRuns: 80 },
    );
  });
});
