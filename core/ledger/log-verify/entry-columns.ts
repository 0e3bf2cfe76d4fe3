import type { LedgerEvent } from '../parse-event.ts';
import { parseEntry } from '../statement.ts';
import type { BudgetFact, DataReader } from './budget-fact.ts';
import { budgetFactOf } from './budget-fact.ts';
import type { BundleDigest, EntryDepth } from './bundle-digest.ts';
import { EntryScan, writeUlid } from './entry-scan.ts';
import { HASH_BYTES } from './fast-hash.ts';
import type { Faults } from './faults.ts';
import { lenientEvent } from './lenient-event.ts';

/** Bytes of an event id. */
export const ID_BYTES = 16;

/** Reads the events of one bundle into columns. After `read` its fields hold the event that was read. */
export class EntryColumns {
  readonly #bytes: Uint8Array;
  readonly #depth: EntryDepth;
  readonly #faults: Faults;
  readonly #scan: EntryScan;
  readonly #ids: Uint8Array;
  readonly #timesMs: Float64Array;
  /** `prev` of the event that was read. */
  readonly prev = new Uint8Array(HASH_BYTES);
  chain = '';
  seq = 0;
  timeMs = 0;
  /** What the event says of a budget, if anything. */
  fact: BudgetFact | undefined;

  constructor(bytes: Uint8Array, count: number, depth: EntryDepth, faults: Faults) {
    this.#bytes = bytes;
    this.#depth = depth;
    this.#faults = faults;
    this.#scan = new EntryScan(bytes);
    const rows = depth === 'hash' ? 0 : count;
    this.#ids = new Uint8Array(rows * ID_BYTES);
    this.#timesMs = new Float64Array(rows).fill(Number.NaN);
  }

  /** Reads one entry; false, with a finding, when it is not an event. */
  read(index: number, start: number, end: number): boolean {
    if (this.#depth === 'links' ? this.#scan.scanPlace(start, end) : this.#scan.scan(start, end)) this.#fromScan(index);
    else if (!this.#fromParser(index, start, end)) return false;
    this.#timesMs[index] = this.timeMs;
    return true;
  }

  columns(): Pick<BundleDigest, 'ids' | 'timesMs'> {
    return { ids: this.#ids, timesMs: this.#timesMs };
  }

  #fromScan(index: number): void {
    const scan = this.#scan;
    this.chain = scan.chain;
    this.seq = scan.seq;
    this.timeMs = scan.timeMs;
    scan.writePrev(this.prev, 0);
    scan.writeId(this.#ids, index * ID_BYTES);
    this.fact = this.#factOf(scan.type, this.#readScanned);
  }

  /** What an event says is left alone where only its place is asked for. */
  #factOf(type: string, read: DataReader): BudgetFact | undefined {
    return this.#depth === 'links' ? undefined : budgetFactOf(type, read);
  }

  readonly #readScanned: DataReader = (name) => this.#scan.dataMember(name);

  #fromParser(index: number, start: number, end: number): boolean {
    const entry = this.#bytes.subarray(start, end);
    const parsed = parseEntry(entry);
    if (parsed.ok) return this.#fromEvent(index, parsed.value.event);
    const { check, expected, got } = parsed.problem;
    const event = this.#depth === 'links' && check === 'canonical_form' ? lenientEvent(entry) : undefined;
    if (event !== undefined) return this.#fromEvent(index, event);
    this.#faults.add('C8', check, index, { expected, got });
    return false;
  }

  #fromEvent(index: number, event: LedgerEvent): true {
    this.chain = event.chain;
    this.seq = event.seq;
    this.timeMs = event.timeMs;
    this.prev.set(Buffer.from(event.prev, 'hex'));
    writeUlid(Buffer.from(event.id, 'latin1'), 0, this.#ids, index * ID_BYTES);
    this.fact = this.#factOf(event.type, (name) => event.data[name]);
    return true;
  }
}
