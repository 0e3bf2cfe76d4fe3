import { createHash } from 'node:crypto';

/** RFC 9162 word for word and without tiles, to have something else than the code under test to compare with. */

const hash = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(parts.reduce((digest, part) => digest.update(part), createHash('sha256')).digest());

/** HASH(0x00 || d). */
export function leaf(data: Uint8Array): Uint8Array {
  return hash(Uint8Array.of(0), data);
}

/** MTH: the root over leaf hashes. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return hash();
  if (leaves.length === 1) return first;
  const k = split(leaves.length);
  return hash(Uint8Array.of(1), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

/** PATH(m, D[n]). */
export function pathOf(m: number, leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...pathOf(m, leaves.slice(0, k)), rootOf(leaves.slice(k))]
    : [...pathOf(m - k, leaves.slice(k)), rootOf(leaves.slice(0, k))];
}

/** PROOF(m, D[n]). */
export function proofOf(m: number, leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  return m === 0 ? [] : subProof(m, leaves, true);
}

function subProof(m: number, leaves: readonly Uint8Array[], whole: boolean): readonly Uint8Array[] {
  if (m === leaves.length) return whole ? [] : [rootOf(leaves)];
  const k = split(leaves.length);
  return m <= k
    ? [...subProof(m, leaves.slice(0, k), whole), rootOf(leaves.slice(k))]
    : [...subProof(m - k, leaves.slice(k), false), rootOf(leaves.slice(0, k))];
}

/** The root that a path leads to from a leaf hash; undefined when the path has not as many hashes as the tree wants. */
export function rootByPath(
  size: number,
  index: number,
  leafHash: Uint8Array,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (index >= size) return undefined;
  if (size === 1) return path.length === 0 ? leafHash : undefined;
  const sibling = path.at(-1);
  if (sibling === undefined) return undefined;
  const k = split(size);
  const below =
    index < k
      ? rootByPath(k, index, leafHash, path.slice(0, -1))
      : rootByPath(size - k, index - k, leafHash, path.slice(0, -1));
  if (below === undefined) return undefined;
  return index < k ? hash(Uint8Array.of(1), below, sibling) : hash(Uint8Array.of(1), sibling, below);
}

function split(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}
