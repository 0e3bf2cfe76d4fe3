import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHashOf } from '../../../../core/ledger/hash.ts';
import { decodeEntries, encodeEntries } from '../../../../core/ledger/log/entry-bundle.ts';
import { emptyRoot, nodeHash, treeRoot } from '../../../../core/ledger/log/merkle.ts';
import {
  consistencyProof,
  inclusionProof,
  TileMissing,
  verifyConsistency,
  verifyInclusion,
} from '../../../../core/ledger/log/merkle-proof.ts';
import { appendEntries, EMPTY_EDGE, edgePaths, edgeRoot, readEdge } from '../../../../core/ledger/log/tree-edge.ts';

const entry = (index: number) => new TextEncoder().encode(`entry ${index}`);
const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => entry(from + index));
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

/** Files of a log that grew to the sizes, one after the other. */
function grown(sizes: readonly number[]) {
  const files = new Map<string, Uint8Array>();
  let edge = EMPTY_EDGE;
  let root = emptyRoot();
  for (const size of sizes) {
    const next = appendEntries(edge, entries(edge.size, size));
    for (const { path, bytes } of next.files) files.set(path, bytes);
    edge = next.edge;
    root = next.root;
  }
  return { files, edge, root, reader: async (path: string) => files.get(path) };
}

const rootOf = (size: number) => treeRoot(entries(0, size).map(leafHashOf));

describe('a Merkle tree', () => {
  it('has the root that certificate transparency publishes for its eight test leaves', () => {
    const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];

    expect(hex(treeRoot(leaves.map((leaf) => leafHashOf(Buffer.from(leaf, 'hex')))))).toBe(
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    );
    expect(hex(emptyRoot())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('has the same root and files in whatever batches it grew', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 6 }), (steps) => {
        const sizes = steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0));
        const size = sizes.at(-1) ?? 0;
        const [stepwise, atOnce] = [grown(sizes), grown([size])];
        expect(hex(stepwise.root)).toBe(hex(rootOf(size)));
        for (const [path, bytes] of atOnce.files) expect(hex(stepwise.files.get(path)), path).toBe(hex(bytes));
        const edge = readEdge(
          size,
          new Map(edgePaths(size).map((path) => [path, stepwise.files.get(path) ?? entry(0)])),
        );
        expect(edge === undefined ? undefined : hex(edgeRoot(edge))).toBe(hex(stepwise.root));
      }),
      { numRuns: 40 },
    );
  });

  it.each([255, 256, 257, 65_535, 65_536, 65_793])('is read back from its edge at size %d', (size) => {
    const { files, root } = grown([size]);
    const edge = readEdge(size, new Map(edgePaths(size).map((path) => [path, files.get(path) ?? entry(0)])));

    expect(edge?.size).toBe(size);
    expect(hex(edge === undefined ? undefined : edgeRoot(edge))).toBe(hex(root));
  });

  it('has no root when an entry of its edge is not the one that was hashed', () => {
    const { edge } = grown([5]);

    expect(edgeRoot({ ...edge, entriesTail: [entry(9), ...edge.entriesTail.slice(1)] })).toBeUndefined();
    expect(edgeRoot({ ...edge, entriesTail: edge.entriesTail.slice(1) })).toBeUndefined();
    expect(readEdge(5, new Map())).toBeUndefined();
  });
});

describe('proofs', () => {
  it('do not hold with a hash that lacks the byte an earlier hashing left behind', async () => {
    const { reader, root } = grown([2]);
    const [sibling = emptyRoot()] = await inclusionProof(reader, 2, 0);
    const claim = { size: 2, index: 0, leaf: leafHashOf(entry(0)), proof: [sibling], root };
    const short = sibling.subarray(0, 31);
    const growth = { fromSize: 1, fromRoot: claim.leaf, toSize: 2, toRoot: root, proof: [sibling] };

    expect([verifyInclusion(claim), verifyInclusion({ ...claim, proof: [short] })]).toEqual([true, false]);
    expect([verifyConsistency(growth), verifyConsistency({ ...growth, proof: [short] })]).toEqual([true, false]);
    expect(() => nodeHash(claim.leaf, short)).toThrow('expected hashes of 32 bytes, got 32 and 31');
  });

  const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 31, 70, 256, 257, 300, 513];

  it.each(SIZES)(
    'of inclusion hold for every leaf of %d and for no other index, leaf, root or length',
    async (size) => {
      const { reader, root } = grown([size]);
      for (let index = 0; index < size; index += size > 80 ? 7 : 1) {
        const proof = await inclusionProof(reader, size, index);
        const claim = { size, index, leaf: leafHashOf(entry(index)), proof, root };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, index: index + 1 })).toBe(false);
        expect(verifyInclusion({ ...claim, leaf: leafHashOf(entry(size)) })).toBe(false);
        expect(verifyInclusion({ ...claim, root: emptyRoot() })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...proof, emptyRoot()] })).toBe(false);
        if (proof.length > 0) expect(verifyInclusion({ ...claim, proof: proof.slice(1) })).toBe(false);
      }
    },
  );

  it.each(SIZES)('of consistency hold from every smaller size to %d and for no other tree', async (toSize) => {
    const { reader, root: toRoot } = grown([toSize]);
    for (let fromSize = 1; fromSize <= toSize; fromSize += toSize > 80 ? 11 : 1) {
      const proof = await consistencyProof(reader, fromSize, toSize);
      const claim = { fromSize, fromRoot: rootOf(fromSize), toSize, toRoot, proof };
      expect(verifyConsistency(claim)).toBe(true);
      expect(verifyConsistency({ ...claim, fromRoot: leafHashOf(entry(0x1_0000)) })).toBe(false);
      expect(verifyConsistency({ ...claim, toRoot: leafHashOf(entry(0x1_0000)) })).toBe(false);
      expect(verifyConsistency({ ...claim, proof: [...proof, toRoot] })).toBe(false);
      if (proof.length > 0) expect(verifyConsistency({ ...claim, proof: proof.slice(0, -1) })).toBe(false);
    }
  });

  it('of consistency with an empty tree are empty', async () => {
    const { reader, root } = grown([9]);
    const claim = { fromSize: 0, fromRoot: emptyRoot(), toSize: 9, toRoot: root };

    expect(await consistencyProof(reader, 0, 9)).toEqual([]);
    expect(verifyConsistency({ ...claim, proof: [] })).toBe(true);
    expect(verifyConsistency({ ...claim, proof: [root] })).toBe(false);
    expect(verifyConsistency({ ...claim, fromRoot: root, proof: [] })).toBe(false);
  });

  it('do not pass an interior node off as a leaf', async () => {
    const { reader, root } = grown([4]);
    const [, uncle = emptyRoot()] = await inclusionProof(reader, 4, 0);
    const node = treeRoot(entries(0, 2).map(leafHashOf));
    const preimage = Buffer.concat(entries(0, 2).map(leafHashOf));

    expect(verifyInclusion({ size: 2, index: 0, leaf: node, proof: [uncle], root })).toBe(true);
    expect(verifyInclusion({ size: 2, index: 0, leaf: leafHashOf(preimage), proof: [uncle], root })).toBe(false);
  });

  it('are refused for leaves and sizes that are not there, and for a damaged log', async () => {
    const { reader } = grown([300]);

    await expect(inclusionProof(reader, 300, 300)).rejects.toThrow(RangeError);
    await expect(consistencyProof(reader, 301, 300)).rejects.toThrow(RangeError);
    await expect(inclusionProof(async () => undefined, 300, 5)).rejects.toThrow(TileMissing);
    await expect(inclusionProof(async () => new Uint8Array(31), 300, 5)).rejects.toThrow(TileMissing);
    for (const size of [-1, 1.5, Number.NaN, 2 ** 53])
      expect(verifyInclusion({ size, index: 0, leaf: emptyRoot(), proof: [], root: emptyRoot() })).toBe(false);
  });
});

describe('entry bundles', () => {
  it('give back any entries', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 256 }), (list) => {
        const decoded = decodeEntries(encodeEntries(list));
        expect(decoded.ok && decoded.value.map(hex)).toEqual(list.map(hex));
      }),
      { numRuns: 30 },
    );
  });

  it('are refused when cut short, and not made of entries that are too long', () => {
    const bytes = encodeEntries([entry(1), entry(2)]);

    for (let length = 1; length < bytes.length; length += 1) {
      const isWhole = length === entry(1).length + 2;
      expect(decodeEntries(bytes.subarray(0, length)).ok).toBe(isWhole);
    }
    expect(() => encodeEntries([new Uint8Array(65_536)])).toThrow(/at most 65535 bytes, got 65536/);
  });
});
