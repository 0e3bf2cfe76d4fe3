import { sha256Hex } from '../../core/ledger/hash.ts';
import type { Clock, Entropy, Pause, Pseudonymizer } from '../../core/ports.ts';

/** 2026-11-20T09:00:00Z. */
export const TEST_NOW_MS = Date.UTC(2026, 10, 20, 9);

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  #nowMs: number;

  constructor(nowMs: number = TEST_NOW_MS) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs;
  }
}

/** Entropy that counts, so that every run of a test sees the same ids. */
export class CountingEntropy implements Entropy {
  #next = 0;

  ulid(): string {
    this.#next += 1;
    return `01TEST${String(this.#next).padStart(20, '0')}`;
  }

  randomHex(byteCount: number): string {
    this.#next += 1;
    return sha256Hex(String(this.#next))
      .slice(0, byteCount * 2)
      .padEnd(byteCount * 2, '0');
  }

  jitter(): number {
    return 0.5;
  }
}

/** Waiting that takes no time and counts how often it was asked for. */
export class NoPause implements Pause {
  pauses = 0;

  async forMs(): Promise<void> {
    this.pauses += 1;
  }
}

/** Unkeyed pseudonyms, good enough to see that no clear text passes. */
export const testPseudonymizer: Pseudonymizer = {
  pseudonym: (kind, value) => `p1_${sha256Hex(`${kind}:${value}`).slice(0, 32)}`,
};
