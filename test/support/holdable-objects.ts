import type { HeldArea, HoldableObjects, ListedObject } from '../../core/records/held-objects.ts';
import { StorageFault } from '../../core/state/entities.ts';

/** Objects in memory with their legal holds; a page is short, so that every walk has several. */
export class MemoryHoldableObjects implements HoldableObjects {
  readonly held = new Map<string, boolean>();
  readonly #writtenMs = new Map<string, number>();
  /** How many requests still succeed. */
  budget = Number.POSITIVE_INFINITY;
  readonly #pageSize: number;

  constructor(pageSize = 2) {
    this.#pageSize = pageSize;
  }

  write(key: string, writtenMs: number, isHeld = false): void {
    this.#writtenMs.set(key, writtenMs);
    this.held.set(key, isHeld);
  }

  heldKeys(): readonly string[] {
    return [...this.held].filter(([, isHeld]) => isHeld).map(([key]) => key);
  }

  all(): readonly ListedObject[] {
    return [...this.#writtenMs].map(([key, writtenMs]) => ({ key, writtenMs }));
  }

  async page(area: HeldArea, after = '') {
    this.#spend();
    const rest = this.all()
      .filter(({ key }) => key.startsWith(`${area}/`) && key > after)
      .sort((left, right) => (left.key < right.key ? -1 : 1));
    return { objects: rest.slice(0, this.#pageSize), isLast: rest.length <= this.#pageSize };
  }

  async setLegalHold(_area: HeldArea, key: string, isHeld: boolean): Promise<void> {
    this.#spend();
    this.held.set(key, isHeld);
  }

  #spend(): void {
    if (this.budget <= 0) throw new StorageFault('the bucket does not answer');
    this.budget -= 1;
  }
}
