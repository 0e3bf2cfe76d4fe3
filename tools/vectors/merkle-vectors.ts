import { createHash } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import { leaf, pathOf, proofOf, rootByPath, rootOf } from './reference-tree.ts';
import { flipped, hex, rearranged } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, otherwiseInGo, refusal } from './vector-file.ts';

const CODE = 'proof_invalid';

/** Leaf hashes of a log whose entry number i is the text `entry i`. */
export function leavesOf(count: number, word = 'entry'): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => leaf(new TextEncoder().encode(`${word} ${index}`)));
}

const TREES: readonly (readonly [size: number, indices: readonly number[]])[] = [
  [1, [0]],
  [2, [0, 1]],
  [3, [0, 2]],
  [5, [3, 4]],
  [7, [0, 6]],
  [8, [5]],
  [33, [31, 32]],
  [256, [255]],
  [257, [0, 256]],
  [600, [299, 512]],
];

/** Inclusion of a leaf hash in a tree. */
export function inclusionVectors(): VectorFile {
  const vectors = TREES.flatMap(([size, indices]) => indices.flatMap((index) => inclusionsOf(size, index)));
  const about =
    'Whether `proof` shows that leaf hash `leaf` is at `index` of the tree of `size` leaves with `root` (RFC 9162 2.1.3.2). Hashes in hexadecimal. Entry i is the text `entry i`.';
  return { kind: 'inclusion', about, vectors };
}

function inclusionsOf(size: number, index: number): readonly Vector[] {
  const leaves = leavesOf(size);
  const [hash, path, root] = [leaves[index] ?? leaf(new Uint8Array()), pathOf(index, leaves), rootOf(leaves)];
  const place = `leaf ${index} of ${size}`;
  const input = (change: Partial<Inclusion>) => inclusionInput({ size, index, leaf: hash, path, root, ...change });
  const wrong = (what: string, change: Partial<Inclusion>) => refusal(`${place}: ${what}`, input(change), CODE);
  const vectors = [
    accepted(place, input({})),
    wrong('index after it', { index: index + 1 }),
    wrong('index outside the tree', { index: size }),
    wrong('a tree four times as large', { size: size * 4 }),
    wrong('another leaf', { leaf: leaf(new TextEncoder().encode('another')) }),
    wrong('the entry hashed without a prefix byte', { leaf: createHash('sha256').update(`entry ${index}`).digest() }),
    wrong('a bit of the leaf hash', { leaf: flipped(hash, 0) }),
    wrong('another root', { root: flipped(root, 255) }),
    wrong('root of a tree of other entries', { root: rootOf(leavesOf(size, 'other')) }),
    wrong('a zero hash in front', { path: [new Uint8Array(32), ...path] }),
    ...rearranged(path).map(([what, other]) => wrong(`hashes ${what}`, { path: other })),
  ];
  const [sibling, ...above] = path;
  if (sibling !== undefined) {
    vectors.push(wrong('a bit of a hash', { path: [flipped(sibling, 100), ...above] }));
    const parent = rootOf(index % 2 === 0 ? [hash, sibling] : [sibling, hash]);
    vectors.push(wrong('interior node presented as leaf', { leaf: parent, path: above }));
    vectors.push(wrong('interior node presented as leaf of the tree above', { leaf: sibling }));
  }
  return [...vectors, ...sameShape(size, index, input)];
}

/** A tree one larger can have the same path: the checkpoint binds the size, the hashes do not. */
function sameShape(size: number, index: number, input: (change: Partial<Inclusion>) => JsonObject): readonly Vector[] {
  const leaves = leavesOf(size);
  const hash = leaves[index];
  if (hash === undefined) return [];
  const found = rootByPath(size + 1, index, hash, pathOf(index, leaves));
  const leadsThere = found !== undefined && hex(found) === hex(rootOf(leaves));
  const name = `leaf ${index} of ${size}: in a tree one larger${leadsThere ? ', which leads the same way' : ''}`;
  return [leadsThere ? accepted(name, input({ size: size + 1 })) : refusal(name, input({ size: size + 1 }), CODE)];
}

interface Inclusion {
  readonly size: number;
  readonly index: number;
  readonly leaf: Uint8Array;
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}

function inclusionInput({ size, index, leaf, path, root }: Inclusion): JsonObject {
  return { size, index, leaf: hex(leaf), proof: path.map(hex), root: hex(root) };
}

const PAIRS: readonly (readonly [from: number, to: number])[] = [
  [1, 1],
  [1, 2],
  [1, 8],
  [2, 3],
  [3, 4],
  [3, 7],
  [4, 7],
  [5, 6],
  [6, 8],
  [7, 33],
  [32, 33],
  [255, 256],
  [256, 257],
  [256, 600],
  [257, 600],
  [599, 600],
];

/** That one tree is the beginning of another. */
export function consistencyVectors(): VectorFile {
  const about =
    'Whether `proof` shows that the tree of `fromSize` leaves with `fromRoot` is the beginning of the one of `toSize` with `toRoot` (RFC 9162 2.1.4.2). Hashes in hexadecimal.';
  return { kind: 'consistency', about, vectors: [...emptyBeginnings(), ...PAIRS.flatMap(consistenciesOf)] };
}

function consistenciesOf([fromSize, toSize]: readonly [number, number]): readonly Vector[] {
  const leaves = leavesOf(toSize);
  const [proof, toRoot] = [proofOf(fromSize, leaves), rootOf(leaves)];
  const fromRoot = rootOf(leaves.slice(0, fromSize));
  const place = `${fromSize} to ${toSize}`;
  const input = (change: Partial<Consistency>) =>
    consistencyInput({ fromSize, toSize, fromRoot, toRoot, proof, ...change });
  const wrong = (what: string, change: Partial<Consistency>) => refusal(`${place}: ${what}`, input(change), CODE);
  const others = leavesOf(toSize, 'other');
  const forked = [...leaves.slice(0, fromSize - 1), ...others.slice(fromSize - 1)];
  const vectors = [
    accepted(place, input({})),
    wrong('the first tree is larger', { fromSize: toSize + 1 }),
    wrong('the second tree is empty', { toSize: 0 }),
    wrong('another first root', { fromRoot: flipped(fromRoot, 7) }),
    wrong('another second root', { toRoot: flipped(toRoot, 7) }),
    wrong('a log that was written anew', { toRoot: rootOf(others), proof: proofOf(fromSize, others) }),
    wrong('a log whose last entry was replaced', { toRoot: rootOf(forked), proof: proofOf(fromSize, forked) }),
    wrong('a zero hash in front', { proof: [new Uint8Array(32), ...proof] }),
    ...rearranged(proof).map(([what, other]) => wrong(`hashes ${what}`, { proof: other })),
  ];
  const [first, ...rest] = proof;
  if (first === undefined) return vectors;
  vectors.push(wrong('a bit of a hash', { proof: [flipped(first, 9), ...rest] }));
  vectors.push(wrong('no hashes', { proof: [] }));
  vectors.push(wrong('the roots exchanged', { fromRoot: toRoot, toRoot: fromRoot }));
  return vectors;
}

function emptyBeginnings(): readonly Vector[] {
  const leaves = leavesOf(5);
  const claim = { fromSize: 0, toSize: 5, fromRoot: rootOf([]), toRoot: rootOf(leaves), proof: [] };
  const why = 'the Go library refuses a first tree without leaves';
  return [
    otherwiseInGo(accepted('0 to 5', consistencyInput(claim)), why),
    refusal('0 to 5: a hash', consistencyInput({ ...claim, proof: [rootOf(leaves)] }), CODE),
    refusal('0 to 5: a root of something', consistencyInput({ ...claim, fromRoot: rootOf(leaves) }), CODE),
  ];
}

interface Consistency {
  readonly fromSize: number;
  readonly toSize: number;
  readonly fromRoot: Uint8Array;
  readonly toRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

function consistencyInput({ fromSize, toSize, fromRoot, toRoot, proof }: Consistency): JsonObject {
  return { fromSize, toSize, fromRoot: hex(fromRoot), toRoot: hex(toRoot), proof: proof.map(hex) };
}
