import { join } from 'node:path';
import type { MovableClock } from './contract.ts';
import { ensureFolder, readJsonIfPresent, writeDurable } from './front/durable-file.ts';

/**
 * The sandbox's time: the machine's clock plus an offset that only grows and survives restarts. Timers set with `at`
 * run when either real time or `advance` reaches them; they do not survive a restart, so whoever needs that sets
 * them again from its own state.
 */

/** A {@link MovableClock} that lets go of its timers. */
export interface SandboxClock extends MovableClock {
  close(): void;
}

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

// Longer delays overflow the platform's 32-bit timers and would fire at once.
const longestWaitMs = 2_000_000_000;

function storedOffsetMs(path: string): number {
  const stored = readJsonIfPresent(path);
  if (typeof stored !== 'object' || stored === null || !('offsetMs' in stored)) {
    return 0;
  }
  return typeof stored.offsetMs === 'number' ? stored.offsetMs : 0;
}

/**
 * Opens the clock kept in `stateDir`.
 *
 * @param realNowMs the machine's clock in epoch milliseconds; tests pass a fixed one
 */
export function openClock(stateDir: string, realNowMs: () => number = Date.now): SandboxClock {
  ensureFolder(stateDir);
  const path = join(stateDir, 'clock.json');
  let offsetMs = storedOffsetMs(path);
  let nextOrder = 0;
  const timers = new Set<Timer>();
  let wake: NodeJS.Timeout | undefined;

  const nowMs = (): number => realNowMs() + offsetMs;
  const earliest = (): Timer | undefined => [...timers].sort((a, b) => a.atMs - b.atMs || a.order - b.order).at(0);

  const schedule = (): void => {
    clearTimeout(wake);
    const next = earliest();
    if (next !== undefined) {
      wake = setTimeout(runDue, Math.min(Math.max(next.atMs - nowMs(), 0), longestWaitMs));
      wake.unref();
    }
  };
  const runDue = (): void => {
    for (let due = earliest(); due !== undefined && due.atMs <= nowMs(); due = earliest()) {
      timers.delete(due);
      due.run();
    }
    schedule();
  };

  return {
    nowMs,
    advance: (durationMs) => {
      if (!Number.isSafeInteger(durationMs) || durationMs < 0) {
        throw new Error(`expected a whole number of milliseconds, zero or more, got \`${durationMs}\``);
      }
      offsetMs += durationMs;
      writeDurable(path, JSON.stringify({ offsetMs }));
      runDue();
    },
    at: (atMs, run) => {
      const timer = { atMs, order: nextOrder, run };
      nextOrder += 1;
      timers.add(timer);
      schedule();
      return () => {
        timers.delete(timer);
        schedule();
      };
    },
    close: () => {
      timers.clear();
      clearTimeout(wake);
    },
  };
}
