import type { Clock } from '../../../core/ports.ts';

const FREE_FAILURES = 5;
const MAX_LOCK_MS = 15 * 60_000;
const MAX_NAMES = 10_000;

interface Failures {
  readonly count: number;
  readonly lockedUntilMs: number;
}

/** Slows down guessing as Cognito does: after five failures a name is locked for 1 s, 2 s, 4 s … 15 min. */
export class LoginLimits {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds to wait before `name` may try again; 0 when it may now. */
  waitSeconds(name: string): number {
    const lockedUntilMs = this.#failures.get(name.toLowerCase())?.lockedUntilMs ?? 0;
    return Math.max(0, Math.ceil((lockedUntilMs - this.#clock.nowMs()) / 1000));
  }

  /** Counts a failed attempt. */
  failed(name: string): void {
    const key = name.toLowerCase();
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    const lockMs = count < FREE_FAILURES ? 0 : Math.min(MAX_LOCK_MS, 1000 * 2 ** (count - FREE_FAILURES));
    // Forgetting the oldest name keeps the memory bounded under a flood of made-up ones.
    const oldest = this.#failures.size >= MAX_NAMES ? this.#failures.keys().next().value : undefined;
    if (oldest !== undefined) this.#failures.delete(oldest);
    this.#failures.set(key, { count, lockedUntilMs: this.#clock.nowMs() + lockMs });
  }

  /** Forgets the failures of a name that has signed in. */
  succeeded(name: string): void {
    this.#failures.delete(name.toLowerCase());
  }
}
