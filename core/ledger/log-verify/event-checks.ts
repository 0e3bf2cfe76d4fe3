import { TILE_WIDTH } from '../log/tile-path.ts';
import { BudgetConservation } from './budget-conservation.ts';
import type { BundleDigest } from './bundle-digest.ts';
import { ChainTails } from './chain-tails.ts';
import type { Findings } from './check.ts';
import { ID_BYTES } from './entry-columns.ts';
import { UniqueIds } from './unique-ids.ts';
import type { VerifiedState } from './verified-state.ts';

const ID_WORDS = ID_BYTES / Uint32Array.BYTES_PER_ELEMENT;

/** C9 to C12, and C13 inside chains: what joins the events of one bundle to those before it. */
export class EventChecks {
  readonly #findings: Findings;
  readonly #ids: UniqueIds;
  /** Ids in order; absent when nobody goes on from here. */
  readonly #idParts: Uint8Array[] | undefined;
  readonly #budget: BudgetConservation;
  readonly tails: ChainTails;

  /**
   * @param expected about how many events will come; `keepsIds` when {@link EventChecks.state} is going to be asked for
   * @param before where the events before those that are taken ended; nowhere when absent
   */
  constructor(
    findings: Findings,
    expected: { readonly events: number; readonly keepsIds: boolean },
    before?: Pick<VerifiedState, 'ids' | 'tails' | 'budgets'>,
  ) {
    this.#findings = findings;
    this.#ids = new UniqueIds(expected.events);
    const ids = before?.ids ?? new Uint8Array();
    const words = wordsOf(ids);
    for (let offset = 0; offset < words.length; offset += ID_WORDS) this.#ids.add(words, offset);
    this.#idParts = expected.keepsIds ? [ids] : undefined;
    this.#budget = new BudgetConservation(findings, structuredClone(new Map(before?.budgets)));
    this.tails = new ChainTails(findings, before?.tails);
  }

  /** Where the events taken so far end; a copy. */
  state(): Pick<VerifiedState, 'ids' | 'tails' | 'budgets'> {
    const ids = new Uint8Array(Buffer.concat(this.#idParts ?? []));
    return { ids, tails: new Map(this.tails.tails()), budgets: structuredClone(new Map(this.#budget.chains())) };
  }

  /** Takes the next bundle. */
  append(digest: BundleDigest): void {
    this.#checkIds(digest);
    this.#idParts?.push(digest.ids);
    this.tails.append(digest);
    const offset = digest.n * TILE_WIDTH;
    for (const { index, chain, fact } of digest.budget)
      this.#budget.take(offset + index, digest.chains[chain] ?? '', fact);
  }

  #checkIds({ n, ids, timesMs }: BundleDigest): void {
    const words = wordsOf(ids);
    for (let offset = 0; offset < timesMs.length; offset += 1) {
      if (Number.isNaN(timesMs[offset]) || this.#ids.add(words, offset * ID_WORDS)) continue;
      const got = Buffer.from(ids.subarray(offset * ID_BYTES, (offset + 1) * ID_BYTES)).toString('hex');
      const index = n * TILE_WIDTH + offset;
      this.#findings.add({ check: 'C9', code: 'id_repeated', index, expected: 'an unused id', got: `ULID ${got}` });
    }
  }
}

function wordsOf(ids: Uint8Array): Uint32Array {
  return new Uint32Array(ids.buffer, ids.byteOffset, ids.length / Uint32Array.BYTES_PER_ELEMENT);
}
