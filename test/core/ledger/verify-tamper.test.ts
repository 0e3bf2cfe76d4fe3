import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONTROL_CHAIN } from '../../../core/ledger/event.ts';
import { verifyArchive } from '../../../core/ledger/verify.ts';
import { AGENT_CHAIN, archiveOf, headsOf, plainChain, sourceOf } from './sample-log.ts';

type Objects = ReadonlyMap<string, Uint8Array>;

const log = fc
  .tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 5 }))
  .map(([agentEvents, controlEvents, maxRows]) => {
    const chains = [plainChain(AGENT_CHAIN, agentEvents), plainChain(CONTROL_CHAIN, controlEvents)];
    return { objects: archiveOf(chains, maxRows), heads: headsOf(chains) };
  });

/** Asserts that `tamper` is caught with heads supplied, on any log and at any place. */
async function expectCaught(tamper: (lines: string[], at: number) => string[] | undefined) {
  await fc.assert(
    fc.asyncProperty(log, fc.nat(), fc.nat(), async ({ objects, heads }, objectIndex, at) => {
      const keys = [...objects.keys()];
      const key = keys[objectIndex % keys.length] ?? '';
      const lines = new TextDecoder().decode(objects.get(key)).split('\n').slice(0, -1);
      const changed = tamper(lines, at % lines.length);
      fc.pre(changed !== undefined);
      const bytes = new TextEncoder().encode((changed ?? []).map((line) => `${line}\n`).join(''));
      const report = await verifyArchive(sourceOf(new Map(objects).set(key, bytes)), { heads });
      expect(report.ok).toBe(false);
    }),
  );
}

describe('verifyArchive on a tampered archive', () => {
  test('passes every log as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.integer({ min: 1, max: 2_000 }), async ({ objects, heads }, chunkBytes) => {
        const report = await verifyArchive(sourceOf(objects, chunkBytes), { heads });
        expect(report.failures).toEqual([]);
      }),
    );
  });

  test('catches any single flipped bit and names the object it is in', async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.nat(), fc.nat(), fc.nat(7), async ({ objects, heads }, objectIndex, at, bit) => {
        const { failures } = await verifyArchive(sourceOf(flipped(objects, objectIndex, at, bit)), { heads });
        const key = [...objects.keys()][objectIndex % objects.size];
        expect(failures.some(({ object, orPrevious }) => object === key || orPrevious?.object === key)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('catches a dropped line', async () => {
    await expectCaught((lines, at) => lines.toSpliced(at, 1));
  });

  test('catches a duplicated line', async () => {
    await expectCaught((lines, at) => lines.toSpliced(at, 0, lines[at] ?? ''));
  });

  test('catches two reordered lines', async () => {
    await expectCaught((lines, at) => {
      const [left, right] = lines.slice(at, at + 2);
      return left === undefined || right === undefined ? undefined : lines.toSpliced(at, 2, right, left);
    });
  });

  test('catches a truncated tail, at any byte and at any object, when heads are supplied', async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.nat(), fc.nat(), async ({ objects, heads }, objectIndex, at) => {
        const keys = [...objects.keys()];
        const key = keys[objectIndex % keys.length] ?? '';
        const bytes = objects.get(key) ?? new Uint8Array();
        const cut = new Map(objects).set(key, bytes.subarray(0, at % bytes.length));
        expect((await verifyArchive(sourceOf(cut), { heads })).ok).toBe(false);
        cut.delete(key);
        expect((await verifyArchive(sourceOf(cut), { heads })).ok).toBe(false);
      }),
    );
  });

  test('catches a removed object in the middle of a chain without any heads', async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.nat(), async ({ objects }, objectIndex) => {
        const middle = [...objects.keys()].filter((key, index, keys) => folderOf(keys[index + 1]) === folderOf(key));
        fc.pre(middle.length > 0);
        const cut = new Map(objects);
        cut.delete(middle[objectIndex % middle.length] ?? '');
        expect((await verifyArchive(sourceOf(cut))).ok).toBe(false);
      }),
    );
  });
});

function flipped(objects: Objects, objectIndex: number, at: number, bit: number): Objects {
  const keys = [...objects.keys()];
  const key = keys[objectIndex % keys.length] ?? '';
  const bytes = (objects.get(key) ?? new Uint8Array()).slice();
  const index = at % bytes.length;
  bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
  return new Map(objects).set(key, bytes);
}

function folderOf(key: string | undefined): string | undefined {
  return key?.split('/')[2];
}
