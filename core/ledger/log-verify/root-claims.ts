import { emptyRoot } from '../log/merkle.ts';
import { TILE_WIDTH } from '../log/tile-path.ts';
import type { Findings } from './check.ts';
import { HASH_BYTES, hex } from './fast-hash.ts';
import type { RootClaim } from './kept-checkpoints.ts';
import type { TreeHead } from './log-head.ts';
import { readHead } from './log-head.ts';
import type { VerifyLogOptions } from './options.ts';
import type { TreeRebuild } from './tree-rebuild.ts';

/** C4: the tree must have had every root that an earlier checkpoint states, at that checkpoint's size. */
export class RootClaims {
  readonly #findings: Findings;
  readonly #claims: readonly RootClaim[];
  #next = 0;

  constructor(findings: Findings, claims: readonly RootClaim[]) {
    this.#findings = findings;
    this.#claims = [...claims].sort((left, right) => left.size - right.size);
    for (; this.#claims[this.#next]?.size === 0; this.#next += 1) this.#compare(this.#claims[this.#next], emptyRoot());
  }

  /** Compares the claims about sizes inside the bundle that comes next. */
  append(tree: TreeRebuild, n: number, hashes: Uint8Array): void {
    const [start, end] = [n * TILE_WIDTH, n * TILE_WIDTH + hashes.length / HASH_BYTES];
    const claims: RootClaim[] = [];
    for (; (this.#claims[this.#next]?.size ?? Number.POSITIVE_INFINITY) <= end; this.#next += 1) {
      const claim = this.#claims[this.#next];
      if (claim !== undefined) claims.push(claim);
    }
    if (claims.length === 0) return;
    const widths = claims.map(({ size }) => size - start);
    for (const [at, root] of tree.rootsWithin(hashes, widths).entries()) this.#compare(claims[at], root);
  }

  #compare(claim: RootClaim | undefined, root: Uint8Array): void {
    if (claim === undefined || claim.rootHex === hex(root)) return;
    const { path, size, rootHex } = claim;
    const got = `root ${hex(root)} at ${size}`;
    this.#findings.add({ check: 'C4', code: 'root_differs', path, expected: `root ${rootHex}`, got });
  }
}

/** The checkpoint a caller kept, as a claim about the tree; what is wrong with it is a finding. */
export function previousClaim(
  findings: Findings,
  head: TreeHead,
  { previous, logKeys }: VerifyLogOptions,
): readonly RootClaim[] {
  if (previous === undefined) {
    findings.leaveOut('C4', 'no earlier checkpoint was given: only those the log kept itself are compared');
    return [];
  }
  findings.done('C4');
  const path = 'previous checkpoint';
  const fail = (code: string, expected: string, got: string) =>
    findings.add({ check: 'C4', code, path, expected, got });
  const { head: earlier, problem } = readHead(previous, logKeys);
  if (problem !== undefined) fail(problem.code, problem.expected, problem.got);
  if (earlier === undefined) return [];
  if (earlier.origin !== head.origin) fail('origin_differs', earlier.origin, head.origin);
  if (earlier.size > head.size) {
    fail('rolled_back', `at least ${earlier.size} leaves`, `${head.size}`);
    return [];
  }
  return problem === undefined ? [{ ...earlier, path }] : [];
}
