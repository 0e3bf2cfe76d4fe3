import { describe, expect, it, vi } from 'vitest';
import type { ProofFrom, PublishedHead } from '../../../../core/ledger/log/ports.ts';
import { sequenceLog } from '../../../../core/ledger/log/sequence.ts';
import { plainChain, rowsOf } from '../sample-log.ts';
import { LIMITS, LogWorld, type WriteHook } from './log-world.ts';
import { smallNote, smallTree } from './small-tree.ts';

const CHAINS = { delivered: [], chains: ['control', 'agent/a'] };

function worldWithRows(): LogWorld {
  const world = new LogWorld();
  world.ledger.rows.push(...rowsOf(plainChain('control', 3)));
  return world;
}

describe('publishHead', () => {
  it('leaves the pointer alone when another sequencer went on while this one signed', async () => {
    const world = worldWithRows();
    let isFirst = true;
    const slow = await world.run(CHAINS, async (name) => {
      if (name !== 'sign' || !isFirst) return undefined;
      isFirst = false;
      world.ledger.rows.push(...rowsOf(plainChain('agent/a', 2)));
      await world.run(CHAINS);
      return undefined;
    });
    expect(slow).toMatchObject({ ok: false, problem: { code: 'contended' } });
    expect(world.verifiedEntries()).toHaveLength(5);
  });

  it('publishes what witnesses signed, proves from any size they ask for, and timestamps the note that is kept', async () => {
    const world = worldWithRows();
    const asked: number[] = [];
    const proofs = vi.fn(smallTree.consistencyProof);
    const cosign = async (oldSize: number, proofFrom: ProofFrom) => {
      await proofFrom(1);
      return [`witness ${asked.push(oldSize)}`];
    };
    const ports = {
      ...world.ports(() => undefined),
      tree: { ...smallTree, consistencyProof: proofs },
      witnesses: { cosign },
      stamper: { stamp: async (note: Uint8Array) => note },
    };
    await sequenceLog(ports, CHAINS, LIMITS);
    world.ledger.rows.push(...rowsOf(plainChain('agent/a', 2)));
    await sequenceLog(ports, CHAINS, LIMITS);
    const note = world.objects.get('checkpoint');
    expect(new TextDecoder().decode(note)).toContain('witness 2');
    expect([...world.objects].filter(([key]) => key.endsWith('.tsr')).at(-1)?.[1]).toEqual(note);
    expect(asked).toEqual([0, 3]);
    expect(proofs.mock.calls.map(([, from, to]) => [from, to])).toEqual([
      [1, 3],
      [1, 5],
    ]);
  });

  it('copies a head for other readers before it is public, once more when that was interrupted', async () => {
    const world = worldWithRows();
    const given: (readonly [number, number, boolean])[] = [];
    const project = ({ size, previousSize, files, note }: PublishedHead) => {
      given.push([previousSize, size, files.length > 0 && smallNote.open(note)?.size === size]);
      return [{ path: `projection/${size}`, bytes: new Uint8Array(), full: false }];
    };
    const run = (hook: WriteHook) => sequenceLog({ ...world.ports(hook), project }, CHAINS, LIMITS);
    await run(() => undefined);
    world.ledger.rows.push(...rowsOf(plainChain('agent/a', 2)));
    await expect(run((name) => (name === 'projection/5' ? 'before' : undefined))).rejects.toThrow('projection/5');
    expect(world.verifiedEntries()).toHaveLength(3);
    expect(await run(() => undefined)).toMatchObject({ ok: true, value: { recovered: true } });
    expect(given).toEqual([
      [0, 3, true],
      [3, 5, true],
      [3, 5, true],
    ]);
    expect(world.objects.has('projection/5')).toBe(true);
  });

  it('publishes nothing when too few witnesses answer', async () => {
    const world = worldWithRows();
    const cosign = () => Promise.reject(new Error('too few witnesses'));
    const ports = { ...world.ports(() => undefined), witnesses: { cosign } };
    await expect(sequenceLog(ports, CHAINS, LIMITS)).rejects.toThrow('too few witnesses');
    expect(world.objects.has('checkpoint')).toBe(false);
  });
});
