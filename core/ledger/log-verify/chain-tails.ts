import type { BundleDigest } from './bundle-digest.ts';
import { STRETCH, STRETCH_FIELDS } from './bundle-digest.ts';
import { checkLink } from './chain-stretches.ts';
import type { Findings } from './check.ts';
import { HASH_BYTES, hashAt } from './fast-hash.ts';
import { Faults } from './faults.ts';

/** A chain's last event in the log. */
export interface ChainTail {
  readonly seq: number;
  readonly timeMs: number;
  /** Leaf hash, 32 bytes. */
  readonly hash: Uint8Array;
}

/** Joins the chains of one bundle after the other. Memory is bounded by the number of chains. */
export class ChainTails {
  readonly #findings: Findings;
  readonly #tails: Map<string, ChainTail>;

  constructor(findings: Findings, tails: Iterable<readonly [string, ChainTail]> = []) {
    this.#findings = findings;
    this.#tails = new Map(tails);
  }

  /** Takes the next bundle's chains. After a break a chain is followed on from what is there. */
  append({ n, chains, stretches, firstPrevs, hashes }: BundleDigest): void {
    const faults = new Faults(n);
    for (const [number, chain] of chains.entries()) {
      const field = (name: keyof typeof STRETCH) => stretches[number * STRETCH_FIELDS + STRETCH[name]] ?? 0;
      const tail = this.#tails.get(chain);
      const event = { chain, seq: field('firstSeq'), timeMs: field('firstTimeMs') };
      checkLink(
        faults,
        field('firstIndex'),
        { ...event, prev: firstPrevs, prevAt: number * HASH_BYTES },
        tail === undefined ? undefined : { seq: tail.seq, timeMs: tail.timeMs, index: 0, hashes: tail.hash },
      );
      const hash = hashAt(hashes, field('lastIndex')).slice();
      this.#tails.set(chain, { seq: field('lastSeq'), timeMs: field('lastTimeMs'), hash });
    }
    for (const finding of faults.found) this.#findings.add(finding);
  }

  tails(): ReadonlyMap<string, ChainTail> {
    return this.#tails;
  }
}
