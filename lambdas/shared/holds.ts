import type { Clock, StateStore } from '../../core/ports.ts';
import { isHeld } from '../../core/records/held-objects.ts';
import type { LegalHold } from '../../core/records/hold.ts';
import { decodeHolds, HOLDS } from '../../core/records/hold.ts';

/**
 * The holds in force as this invocation knows them. Whoever writes objects reads them first and in the same invocation:
 * the passes that put holds on existing objects count on it.
 */
export class CurrentHolds {
  readonly #clock: Clock;
  #holds: readonly LegalHold[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @throws {StorageFault} when the store could not answer
   * @throws {CorruptState} when the list cannot be read: nothing is written then that a hold could be missing on
   */
  async refresh(store: StateStore): Promise<void> {
    const [item] = await store.read([HOLDS]);
    this.#holds = decodeHolds(item).holds;
  }

  /** True when the object of this key, written now, belongs under a hold. */
  covers(key: string): boolean {
    return isHeld(this.#holds, { key, writtenMs: this.#clock.nowMs() });
  }
}
