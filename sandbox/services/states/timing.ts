import type { JsonObject } from '../../../core/json.ts';
import type { Phase, Snapshot } from './execution.ts';

/** When a phase needs attention without any call: `Infinity` when never. Epoch milliseconds. */
export function dueAtMs(phase: Phase): number {
  switch (phase.kind) {
    case 'wait':
    case 'retry':
      return phase.untilMs;
    case 'task':
      return phase.timeoutAtMs;
    case 'callback':
      return Math.min(phase.timeoutAtMs, phase.heartbeatAtMs ?? Number.POSITIVE_INFINITY);
    default:
      return Number.POSITIVE_INFINITY;
  }
}

/** The earliest moment at which any thread or the execution itself falls due; `Infinity` when none does. */
export function nextDueMs(snapshot: Snapshot, timeoutSeconds: number | undefined): number {
  if (snapshot.status !== 'RUNNING') return Number.POSITIVE_INFINITY;
  const own = executionTimeoutMs(snapshot, timeoutSeconds);
  return Math.min(own, ...snapshot.threads.map((thread) => dueAtMs(thread.phase)));
}

/** When the execution as a whole times out; `Infinity` when its machine sets no `TimeoutSeconds`. */
export function executionTimeoutMs(snapshot: Snapshot, timeoutSeconds: number | undefined): number {
  return timeoutSeconds === undefined ? Number.POSITIVE_INFINITY : snapshot.startedAtMs + timeoutSeconds * 1000;
}

/**
 * The pause before a retry, in milliseconds.
 *
 * @param made retries this retrier has made already
 * @param jitter a number in [0, 1), used under `JitterStrategy` FULL
 */
export function retryDelayMs(retrier: JsonObject, made: number, jitter: number): number {
  const interval = numberOr(retrier['IntervalSeconds'], 1);
  const rate = numberOr(retrier['BackoffRate'], 2);
  const longest = numberOr(retrier['MaxDelaySeconds'], Number.POSITIVE_INFINITY);
  const delayMs = Math.min(interval * rate ** made, longest) * 1000;
  return retrier['JitterStrategy'] === 'FULL' ? delayMs * jitter : delayMs;
}

/** `value` when it is a number, otherwise `fallback`. */
export function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}
