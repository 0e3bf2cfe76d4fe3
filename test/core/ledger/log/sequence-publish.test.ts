import { describe, expect, it, vi } from 'vitest';
import type { ProofFrom } from '../../../../core/ledger/log/ports.ts';
import { sequenceLog } from '../../../../core/ledger/log/sequence.ts';
import { plainChain, rowsOf } from '../sample-log.ts';
import { LIMITS, LogWorld } from './log-world.ts';
import { smallTree } from './small-tree.ts';

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

  it('publishes nothing when too few witnesses answer', async () => {
    const world = worldWithRows();
    const cosign = () => Promise.reject(new Error('too few witnesses'));
    const ports = { ...world.ports(() => undefined), witnesses: { cosign } };
    await expect(sequenceLog(ports, CHAINS, LIMITS)).rejects.toThrow('too few witnesses');
    expect(world.objects.has('checkpoint')).toBe(false);
  });
});
