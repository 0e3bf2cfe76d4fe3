import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentKey } from '../../../core/ledger/segment-key.ts';
import { applyHolds } from '../../../core/records/apply-holds.ts';
import { isHeld } from '../../../core/records/held-objects.ts';
import { decodeHolds, HOLDS, type HoldScope, holdsWrite, type LegalHold } from '../../../core/records/hold.ts';
import { HOLD_PASS, SETTLE_MS } from '../../../core/records/hold-pass.ts';
import { CountingEntropy, TEST_NOW_MS, TestClock } from '../../support/deps.ts';
import { MemoryHoldableObjects } from '../../support/holdable-objects.ts';
import { MemoryStore } from '../../support/memory-store.ts';

const SEGMENT = segmentKey('agent/a:b', '2026-11-20', 0);
const OTHER_DATE = segmentKey('agent/a:b', '2026-11-19', 0);
const OTHER_CHAIN = segmentKey('control', '2026-11-20', 0);
const BUNDLE = `bundles/${'ab'.repeat(32)}.json`;
const TILE = 'tile/0/000';
const PARTIAL = 'tile/0/001.p/7';
const CHECKPOINT = `checkpoints/0000000000000007-${'ab'.repeat(32)}`;
const LATE = `checkpoints/0000000000000009-${'ab'.repeat(32)}`;

const FOREVER = Number.POSITIVE_INFINITY;

function givenObjects() {
  const objects = new MemoryHoldableObjects();
  for (const key of [SEGMENT, OTHER_DATE, OTHER_CHAIN, BUNDLE, TILE, PARTIAL, CHECKPOINT, 'checkpoint', 'staging/7']) {
    objects.write(key, TEST_NOW_MS);
  }
  objects.write(LATE, TEST_NOW_MS + 3 * 86_400_000);
  const deps = { store: new MemoryStore(), objects, clock: new TestClock(), entropy: new CountingEntropy() };
  const change = async (edit: (holds: readonly LegalHold[]) => readonly LegalHold[]) => {
    const [item] = await deps.store.read([HOLDS]);
    const before = decodeHolds(item);
    await deps.store.commit([holdsWrite(before, edit(before.holds))], deps.entropy.randomHex(16));
  };
  return {
    ...deps,
    set: (id: string, scope: HoldScope = {}) =>
      change((holds) => [...holds, { id, setAtMs: deps.clock.nowMs(), ...scope }]),
    release: (id: string) =>
      change((holds) => holds.map((hold) => (hold.id === id ? { ...hold, releasedAtMs: deps.clock.nowMs() } : hold))),
    holds: async () => decodeHolds((await deps.store.read([HOLDS]))[0]).holds,
  };
}

describe('applyHolds', () => {
  it('does nothing when there was never a hold', async () => {
    const world = givenObjects();
    expect(await applyHolds(world, FOREVER)).toEqual({ state: 'settled', objects: 0 });
    expect(world.store.get(HOLD_PASS)).toBeUndefined();
  });

  it('holds the segments of chain and dates, all bundles and full tiles, and the checkpoints of the dates', async () => {
    const world = givenObjects();
    await world.set('claim-7', { chain: 'agent/a:b', from: '2026-11-20', to: '2026-11-20' });
    expect(await applyHolds(world, FOREVER)).toEqual({ state: 'waiting', objects: 4 });
    expect(world.objects.heldKeys()).toEqual([SEGMENT, BUNDLE, TILE, CHECKPOINT]);
  });

  it('holds everything that is never replaced when a hold names nothing', async () => {
    const world = givenObjects();
    await world.set('all');
    await applyHolds(world, FOREVER);
    expect(world.objects.heldKeys()).toEqual([SEGMENT, OTHER_DATE, OTHER_CHAIN, BUNDLE, TILE, CHECKPOINT, LATE]);
  });

  it('takes off what no other hold covers when one is released', async () => {
    const world = givenObjects();
    await world.set('day', { from: '2026-11-20', to: '2026-11-20' });
    await world.set('chain', { chain: 'control' });
    await applyHolds(world, FOREVER);
    await world.release('day');
    await applyHolds(world, FOREVER);
    expect(world.objects.heldKeys()).toEqual([OTHER_CHAIN, BUNDLE, TILE, CHECKPOINT, LATE]);
    await world.release('chain');
    await applyHolds(world, FOREVER);
    expect(world.objects.heldKeys()).toEqual([]);
  });

  it('goes on from the last finished page when its time was up or the bucket did not answer', async () => {
    const world = givenObjects();
    await world.set('all');
    expect(await applyHolds(world, world.clock.nowMs())).toEqual({ state: 'passing', objects: 0 });
    world.objects.budget = 4;
    await expect(applyHolds(world, FOREVER)).rejects.toThrow('does not answer');
    expect(world.store.get(HOLD_PASS)).toMatchObject({ area: 'events', after: SEGMENT, objects: 2 });
    world.objects.budget = FOREVER;
    expect(await applyHolds(world, FOREVER)).toMatchObject({ state: 'waiting', objects: 7 });
  });

  it('finds by a second pass what was written by the older list, and then rests', async () => {
    const world = givenObjects();
    await world.set('all');
    await applyHolds(world, FOREVER);
    const stale = segmentKey('agent/a:b', '2026-11-18', 9);
    world.objects.write(stale, world.clock.nowMs());
    world.clock.advance(SETTLE_MS - 1);
    expect(await applyHolds(world, FOREVER)).toMatchObject({ state: 'waiting' });
    expect(world.objects.heldKeys()).not.toContain(stale);
    world.clock.advance(1);
    expect(await applyHolds(world, FOREVER)).toMatchObject({ state: 'settled' });
    expect(world.objects.heldKeys()).toContain(stale);
    world.objects.budget = 0;
    expect(await applyHolds(world, FOREVER)).toMatchObject({ state: 'settled', objects: 8 });
  });

  it('releases nothing when the list of holds cannot be read', async () => {
    const world = givenObjects();
    await world.set('all');
    await applyHolds(world, FOREVER);
    world.store.set(HOLDS, { version: 2, holds: 'none' });
    await expect(applyHolds(world, FOREVER)).rejects.toMatchObject({ code: 'corrupt_state' });
    expect(world.objects.heldKeys()).toHaveLength(7);
  });

  it('leaves every object as the holds say, whatever was set, released, written and interrupted before', async () => {
    const scope = fc.record(
      {
        chain: fc.constantFrom('agent/a:b', 'control'),
        from: fc.constantFrom('2026-11-18', '2026-11-20'),
        to: fc.constantFrom('2026-11-19', '2026-11-20'),
      },
      { requiredKeys: [] },
    );
    const step = fc.oneof(
      fc.record({ do: fc.constant('set' as const), scope }),
      fc.record({ do: fc.constant('release' as const), index: fc.nat(5) }),
      fc.record({ do: fc.constant('write' as const), date: fc.constantFrom('2026-11-18', '2026-11-20') }),
      fc.record({ do: fc.constant('apply' as const), budget: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ do: fc.constant('wait' as const), minutes: fc.nat(20) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const world = givenObjects();
        const lists: { readonly sinceMs: number; readonly holds: readonly LegalHold[] }[] = [];
        for (const [index, each] of steps.entries()) {
          if (each.do === 'set') await world.set(`hold-${index}`, each.scope);
          if (each.do === 'release') await world.release((await world.holds())[each.index]?.id ?? '');
          if (each.do === 'set' || each.do === 'release')
            lists.push({ sinceMs: world.clock.nowMs(), holds: await world.holds() });
          if (each.do === 'write') {
            const key = segmentKey('control', each.date, index);
            world.objects.write(key, world.clock.nowMs());
            // Whoever writes may know a list of holds as old as a function lives, and none older.
            const known = lists.findLast(({ sinceMs }) => sinceMs <= world.clock.nowMs() - SETTLE_MS)?.holds ?? [];
            const object = world.objects.all().find((written) => written.key === key);
            if (object !== undefined) world.objects.held.set(key, isHeld(known, object));
          }
          if (each.do === 'wait') world.clock.advance(each.minutes * 60_000);
          if (each.do === 'apply') {
            world.objects.budget = each.budget;
            await applyHolds(world, FOREVER).catch(() => undefined);
          }
        }
        world.objects.budget = FOREVER;
        world.clock.advance(SETTLE_MS);
        await applyHolds(world, FOREVER);
        world.clock.advance(SETTLE_MS);
        expect(await applyHolds(world, FOREVER)).toMatchObject({ state: 'settled' });
        const holds = await world.holds();
        for (const object of world.objects.all()) {
          expect([object.key, world.objects.held.get(object.key)]).toEqual([object.key, isHeld(holds, object)]);
        }
      }),
      { numRuns: 100 },
    );
  });
});
