import { keyOf } from '../../aws/keys.ts';
import type { StateStore } from '../../core/ports.ts';
import type { CommitOutcome, Condition, EntityRef, StoredItem, StoredValue, Write } from '../../core/state/entities.ts';
import { StorageFault } from '../../core/state/entities.ts';

/** How the next commit misbehaves: not persisted, persisted but reported as failed, or refused as a conflict. */
export type CommitFault = 'before' | 'after' | 'conflict';

/**
 * The store contract in memory, with faults on demand. Values are copied in and out, so no test can change stored
 * state through a reference.
 */
export class MemoryStore implements StateStore {
  readonly items = new Map<string, StoredItem>();
  readonly commits: (readonly Write[])[] = [];
  reads = 0;
  #faults: (CommitFault | 'none')[] = [];
  #readFaults = 0;
  readonly #tokens = new Set<string>();

  /** Queues faults for the coming commits, in order. */
  failCommits(...faults: readonly (CommitFault | 'none')[]): void {
    this.#faults.push(...faults);
  }

  failReads(count: number): void {
    this.#readFaults += count;
  }

  get(ref: EntityRef): StoredItem | undefined {
    const item = this.items.get(keyText(ref));
    return item === undefined ? undefined : structuredClone(item);
  }

  set(ref: EntityRef, item: StoredItem): void {
    this.items.set(keyText(ref), structuredClone(item));
  }

  async read(refs: readonly EntityRef[]): Promise<readonly (StoredItem | undefined)[]> {
    this.reads += 1;
    if (this.#readFaults > 0) {
      this.#readFaults -= 1;
      throw new StorageFault('read failed');
    }
    return refs.map((ref) => this.get(ref));
  }

  async commit(writes: readonly Write[], token: string): Promise<CommitOutcome> {
    const fault = this.#faults.shift() ?? 'none';
    if (fault === 'before') throw new StorageFault('commit failed before it took effect');
    if (fault === 'conflict') return { committed: false };
    if (!this.#tokens.has(token)) {
      if (!this.#apply(writes)) return { committed: false };
      this.#tokens.add(token);
    }
    if (fault === 'after') throw new StorageFault('commit failed after it took effect');
    return { committed: true };
  }

  #apply(writes: readonly Write[]): boolean {
    const keys = writes.map((write) => keyText(write.ref));
    if (new Set(keys).size !== keys.length) throw new Error('expected one operation per item, got two on one item');
    const holds = writes.every((write) => write.when.every((condition) => isMet(condition, this.get(write.ref))));
    if (!holds) return false;
    this.commits.push(structuredClone(writes));
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
