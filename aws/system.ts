import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import type { Clock, Entropy, Pause } from '../core/ports.ts';

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/** The machine's randomness. */
export const systemEntropy: Entropy = {
  ulid: (nowMs) => ulid(nowMs),
  randomHex: (byteCount) => randomBytes(byteCount).toString('hex'),
  jitter: () => Math.random(),
};

/** Real waiting. */
export const systemPause: Pause = {
  forMs: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
};
