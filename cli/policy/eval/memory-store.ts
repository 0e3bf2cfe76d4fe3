import { keyOf } from '../../../aws/keys.ts';
import type { StateStore } from '../../../core/ports.ts';
import type {
  CommitOutcome,
  Condition,
  EntityRef,
  StoredItem,
  StoredValue,
  Write,
} from '../../../core/state/entities.ts';

/**
 * The store contract in memory: what a run of the gate on one machine decides on. Values are copied in and out, so that
 * nobody changes stored state through a reference. Nothing outlives the process.
 */
export class MemoryStateStore implements StateStore {
  readonly items = new Map<string, StoredItem>();
  readonly #tokens = new Set<string>();

  /** One item, or undefined. */
  get(ref: EntityRef): StoredItem | undefined {
    const item = this.items.get(keyText(ref));
    return item === undefined ? undefined : structuredClone(item);
  }

  /** Stores an item as it is, without condition. */
  set(ref: EntityRef, item: StoredItem): void {
    this.items.set(keyText(ref), structuredClone(item));
  }

  async read(refs: readonly EntityRef[]): Promise<readonly (StoredItem | undefined)[]> {
    return refs.map((ref) => this.get(ref));
  }

  /** @throws {Error} when two operations name one item, as the database would refuse them */
  async commit(writes: readonly Write[], token: string): Promise<CommitOutcome> {
    if (this.#tokens.has(token)) return { committed: true };
    if (!this.apply(writes)) return { committed: false };
    this.#tokens.add(token);
    return { committed: true };
  }

  /** Applies all of a transaction's writes, or none when a condition does not hold. */
  protected apply(writes: readonly Write[]): boolean {
    const keys = writes.map((write) => keyText(write.ref));
    if (new Set(keys).size !== keys.length) throw new Error('expected one operation per item, got two on one item');
    const holds = writes.every((write) => write.when.every((condition) => isMet(condition, this.get(write.ref))));
    if (!holds) return false;
    for (const write of writes) this.#write(write);
    return true;
  }

  #write(write: Write): void {
    const key = keyText(write.ref);
    if (write.op === 'put') this.items.set(key, structuredClone(write.item));
    if (write.op === 'delete') this.items.delete(key);
    if (write.op === 'update') this.items.set(key, updated(this.items.get(key) ?? {}, write));
  }
}

function updated(item: StoredItem, write: Extract<Write, { op: 'update' }>): StoredItem {
  const next: Record<string, StoredValue> = { ...item, ...structuredClone(write.set ?? {}) };
  for (const [attribute, amount] of Object.entries(write.add ?? {})) {
    const sum = toBigInt(next[attribute] ?? 0) + BigInt(amount);
    // As on the wire: what was added as a number is read as one.
    next[attribute] = typeof amount === 'number' ? Number(sum) : sum;
  }
  return next;
}

function isMet(condition: Condition, item: StoredItem | undefined): boolean {
  switch (condition.if) {
    case 'absent':
      return item === undefined;
    case 'present':
      return item !== undefined;
    case 'equals':
      return isEqual(item?.[condition.attribute], condition.value);
    case 'attributeAbsent':
      return item?.[condition.attribute] === undefined;
    case 'absentOrAtMost': {
      const value = item?.[condition.attribute];
      return value === undefined || toBigInt(value) <= BigInt(condition.value);
    }
  }
}

function isEqual(stored: StoredValue | undefined, value: string | number | boolean): boolean {
  if (typeof value === 'number' && (typeof stored === 'bigint' || typeof stored === 'number')) {
    return BigInt(stored) === BigInt(value);
  }
  return stored === value;
}

function toBigInt(value: StoredValue): bigint {
  if (typeof value === 'bigint' || typeof value === 'number') return BigInt(value);
  throw new Error(`expected a number, got \`${typeof value}\``);
}

function keyText(ref: EntityRef): string {
  const { table, pk, sk } = keyOf(ref);
  return `${table}|${pk}|${sk}`;
}
