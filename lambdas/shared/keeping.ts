import type { KeepRules } from '../../aws/keep-rules.ts';
import type { Clock, StateStore } from '../../core/ports.ts';
import { isHeld } from '../../core/records/held-objects.ts';
import type { LegalHold } from '../../core/records/hold.ts';
import { decodeHolds, HOLDS } from '../../core/records/hold.ts';
import { decodeRetention, RETENTION, recordedLockDays } from '../../core/records/retention-in-force.ts';

/**
 * Holds and periods in force as this invocation knows them. Whoever writes objects reads them first and in the same invocation:
 * the passes that put holds on existing objects count on it.
 */
export class CurrentRules implements KeepRules {
  readonly #clock: Clock;
  #holds: readonly LegalHold[] = [];
  #lockDays = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @throws {StorageFault} when the store could not answer
   * @throws {CorruptState} when they cannot be read: nothing is written then that a hold or a lock could be missing on
   */
  async refresh(store: StateStore): Promise<void> {
    const [holds, retention] = await store.read([HOLDS, RETENTION]);
    this.#holds = decodeHolds(holds).holds;
    this.#lockDays = recordedLockDays(decodeRetention(retention));
  }

  isHeld(key: string): boolean {
    return isHeld(this.#holds, { key, writtenMs: this.#clock.nowMs() });
  }

  lockDays(): number {
    return this.#lockDays;
  }
}
