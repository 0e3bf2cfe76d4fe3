import { isoTime } from '../../instant.ts';
import { genesisHash } from '../event.ts';
import type { BundleDigest } from './bundle-digest.ts';
import { STRETCH, STRETCH_FIELDS } from './bundle-digest.ts';
import type { EntryColumns } from './entry-columns.ts';
import { HASH_BYTES, hashAt, hex, sameBytesAt } from './fast-hash.ts';
import type { Faults } from './faults.ts';

/** Follows every chain inside one bundle and keeps what joins it to the bundles before and after. */
export class ChainStretches {
  readonly #hashes: Uint8Array;
  readonly #faults: Faults;
  readonly #numbers = new Map<string, number>();
  readonly #chains: string[] = [];
  readonly #fields: number[] = [];
  readonly #firstPrevs: number[] = [];

  constructor(hashes: Uint8Array, faults: Faults) {
    this.#hashes = hashes;
    this.#faults = faults;
  }

  /** Takes the event that `event` has just read; the number of its chain. */
  append(index: number, event: EntryColumns): number {
    const number = this.#numbers.get(event.chain);
    if (number === undefined) return this.#begin(index, event);
    const at = number * STRETCH_FIELDS;
    const before = {
      seq: this.#fields[at + STRETCH.lastSeq] ?? 0,
      timeMs: this.#fields[at + STRETCH.lastTimeMs] ?? 0,
      index: this.#fields[at + STRETCH.lastIndex] ?? 0,
    };
    checkLink(this.#faults, index, event, { ...before, hashes: this.#hashes });
    this.#fields[at + STRETCH.lastIndex] = index;
    this.#fields[at + STRETCH.lastSeq] = event.seq;
    this.#fields[at + STRETCH.lastTimeMs] = event.timeMs;
    return number;
  }

  columns(): Pick<BundleDigest, 'chains' | 'stretches' | 'firstPrevs'> {
    return {
      chains: this.#chains,
      stretches: Float64Array.from(this.#fields),
      firstPrevs: Uint8Array.from(this.#firstPrevs),
    };
  }

  #begin(index: number, { chain, seq, timeMs, prev }: EntryColumns): number {
    const number = this.#chains.length;
    this.#numbers.set(chain, number);
    this.#chains.push(chain);
    this.#fields.push(index, seq, timeMs, index, seq, timeMs);
    for (const byte of prev) this.#firstPrevs.push(byte);
    return number;
  }
}

/** An event of a chain and where its hash is. */
export interface LinkBefore {
  readonly seq: number;
  readonly timeMs: number;
  readonly index: number;
  readonly hashes: Uint8Array;
}

/** What is checked of an event beside the one before it in its chain. */
export interface LinkedEvent {
  readonly chain: string;
  readonly seq: number;
  readonly timeMs: number;
  /** 32 bytes from `prevAt` on, 0 when it is not given. */
  readonly prev: Uint8Array;
  readonly prevAt?: number;
}

/** Checks that an event follows the one before it in its chain, or begins the chain when there is none. */
export function checkLink(faults: Faults, index: number, event: LinkedEvent, before: LinkBefore | undefined): void {
  const { chain, seq, timeMs, prev, prevAt = 0 } = event;
  const nextSeq = before === undefined ? 0 : before.seq + 1;
  if (seq !== nextSeq) {
    const code = seq < nextSeq ? 'seq_repeated' : 'seq_gap';
    faults.add('C10', code, index, { chain, expected: String(nextSeq), got: String(seq) });
  }
  const hash = before === undefined ? genesisOf(chain) : hashAt(before.hashes, before.index);
  if (!sameBytesAt(hash, 0, prev, prevAt, HASH_BYTES)) {
    const [expected, got] = [hex(hash), hex(prev.subarray(prevAt, prevAt + HASH_BYTES))];
    faults.add('C11', before === undefined ? 'genesis' : 'prev', index, { chain, expected, got });
  }
  if (before !== undefined && timeMs < before.timeMs) {
    const [expected, got] = [`${isoTime(before.timeMs)} or later`, isoTime(timeMs)];
    faults.add('C13', 'time_backwards', index, { chain, expected, got });
  }
}

function genesisOf(chain: string): Uint8Array {
  return Buffer.from(genesisHash(chain), 'hex');
}
