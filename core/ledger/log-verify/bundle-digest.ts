import type { BudgetFact } from './budget-fact.ts';
import type { Finding } from './check.ts';

/** How much of each entry is looked at. */
export type EntryDepth =
  /** Its hash. */
  | 'hash'
  /** The place of its event in its chain too, but neither the form of the event nor what it says. */
  | 'links'
  | 'canonical';

/** Numbers kept of a chain's stretch inside one bundle, {@link STRETCH_FIELDS} of them in this order. */
export const STRETCH = { firstIndex: 0, firstSeq: 1, firstTimeMs: 2, lastIndex: 3, lastSeq: 4, lastTimeMs: 5 } as const;
export const STRETCH_FIELDS = 6;

/** What is told of one bundle of entries, small enough to be passed between threads. Indices count from its first. */
export interface BundleDigest {
  readonly n: number;
  readonly count: number;
  /** Leaf hashes, 32 bytes each. */
  readonly hashes: Uint8Array;
  /** Root over the hashes of a full bundle. */
  readonly root?: Uint8Array;
  /** Event ids, 16 bytes each; all zeros where there is no readable event. Empty at depth `hash`. */
  readonly ids: Uint8Array;
  /** Event times, epoch milliseconds; not a number where there is no readable event. */
  readonly timesMs: Float64Array;
  /** The chains with events in this bundle, in the order of their first ones. */
  readonly chains: readonly string[];
  /** {@link STRETCH_FIELDS} numbers a chain. What lies between first and last has been checked. */
  readonly stretches: Float64Array;
  /** `prev` of each chain's first event, 32 bytes each. */
  readonly firstPrevs: Uint8Array;
  /** What events say of budgets, in order, with the number of their chain in `chains`. */
  readonly budget: readonly { readonly index: number; readonly chain: number; readonly fact: BudgetFact }[];
  readonly findings: readonly Finding[];
}
