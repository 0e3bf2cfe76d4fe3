import { MemoryStateStore } from '../../cli/policy/eval/memory-store.ts';
import type { CommitOutcome, EntityRef, StoredItem, Write } from '../../core/state/entities.ts';
import { StorageFault } from '../../core/state/entities.ts';

/** How the next commit misbehaves: not persisted, persisted but reported as failed, or refused as a conflict. */
export type CommitFault = 'before' | 'after' | 'conflict';

/** The store in memory, with faults on demand, counting what is asked of it. */
export class MemoryStore extends MemoryStateStore {
  readonly commits: (readonly Write[])[] = [];
  reads = 0;
  #faults: (CommitFault | 'none')[] = [];
  #readFaults = 0;

  /** Queues faults for the coming commits, in order. */
  failCommits(...faults: readonly (CommitFault | 'none')[]): void {
    this.#faults.push(...faults);
  }

  /** Forgets the faults that are still queued. */
  clearFaults(): void {
    this.#faults = [];
    this.#readFaults = 0;
  }

  failReads(count: number): void {
    this.#readFaults += count;
  }

  override async read(refs: readonly EntityRef[]): Promise<readonly (StoredItem | undefined)[]> {
    this.reads += 1;
    if (this.#readFaults > 0) {
      this.#readFaults -= 1;
      throw new StorageFault('read failed');
    }
    return super.read(refs);
  }

  override async commit(writes: readonly Write[], token: string): Promise<CommitOutcome> {
    const fault = this.#faults.shift() ?? 'none';
    if (fault === 'before') throw new StorageFault('commit failed before it took effect');
    if (fault === 'conflict') return { committed: false };
    const outcome = await super.commit(writes, token);
    if (fault === 'after') throw new StorageFault('commit failed after it took effect');
    return outcome;
  }

  protected override apply(writes: readonly Write[]): boolean {
    const isApplied = super.apply(writes);
    if (isApplied) this.commits.push(structuredClone(writes));
    return isApplied;
  }
}
