import type fc from 'fast-check';
import type { StateStore } from '../../core/ports.ts';
import type { CommitOutcome, EntityRef, StoredItem, StoredValue, Write } from '../../core/state/entities.ts';
import { MemoryStore } from '../support/memory-store.ts';

/**
 * A store whose every step waits for the scheduler, so that a property sees all interleavings. A batch read reads its
 * items one by one with anything in between, as DynamoDB may, and numbers come back in one type.
 */
export class ScheduledStore implements StateStore {
  readonly memory = new MemoryStore();
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
  }

  async read(refs: readonly EntityRef[]): Promise<readonly (StoredItem | undefined)[]> {
    const items: (StoredItem | undefined)[] = new Array(refs.length).fill(undefined);
    await Promise.all(
      refs.map(async (ref, index) => {
        await this.#turn('read');
        items[index] = this.get(ref);
      }),
    );
    return items;
  }

  async commit(writes: readonly Write[], token: string): Promise<CommitOutcome> {
    await this.#turn('commit');
    const outcome = await this.memory.commit(writes, token);
    await this.#turn('reply');
    return outcome;
  }

  get(ref: EntityRef): StoredItem | undefined {
    const item = this.memory.get(ref);
    return item && Object.fromEntries(Object.entries(item).map(([name, value]) => [name, asOneNumberType(value)]));
  }

  async #turn(label: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), label);
  }
}

function asOneNumberType(value: StoredValue): StoredValue {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
