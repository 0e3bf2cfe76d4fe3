import { isoTime } from '../../instant.ts';
import { TILE_WIDTH } from '../log/tile-path.ts';
import type { Findings } from './check.ts';
import type { RootClaim } from './kept-checkpoints.ts';
import { CLOCK_SKEW_SECONDS } from './options.ts';

/**
 * C13 against the checkpoints that were kept: an entry that came in with a checkpoint has a time up to the checkpoint's,
 * and not longer before the one before it than the merge delay.
 */
export class CheckpointWindows {
  readonly #findings: Findings;
  readonly #claims: readonly RootClaim[];
  readonly #delayMs: number;
  #next = 0;

  /** @param claims by size */
  constructor(findings: Findings, claims: readonly RootClaim[], mergeDelaySeconds: number) {
    this.#findings = findings;
    this.#claims = claims.filter(({ timeSeconds }) => timeSeconds !== undefined);
    this.#delayMs = (mergeDelaySeconds + CLOCK_SKEW_SECONDS) * 1_000;
  }

  /** Takes the next bundle's times. */
  append(n: number, timesMs: Float64Array): void {
    for (let offset = 0; offset < timesMs.length; offset += 1) {
      const index = n * TILE_WIDTH + offset;
      while ((this.#claims[this.#next]?.size ?? Number.POSITIVE_INFINITY) <= index) this.#next += 1;
      const timeMs = timesMs[offset] ?? Number.NaN;
      const latestMs = msOf(this.#claims[this.#next]) + 1_000 + CLOCK_SKEW_SECONDS * 1_000;
      const earliestMs = msOf(this.#claims[this.#next - 1]) - this.#delayMs;
      if (timeMs > latestMs) this.#fail('after_checkpoint', index, `${isoTime(latestMs)} or earlier`, timeMs);
      else if (timeMs < earliestMs) this.#fail('before_checkpoint', index, `${isoTime(earliestMs)} or later`, timeMs);
    }
  }

  /** Names what had no window. */
  finish(): void {
    if (this.#claims.length === 0)
      this.#findings.leaveOut('C13', 'the window of the checkpoint: none that states its time was kept');
    else if (this.#claims.length === 1)
      this.#findings.leaveOut('C13', 'how late events were sequenced: one checkpoint alone was kept');
  }

  #fail(code: string, index: number, expected: string, timeMs: number): void {
    this.#findings.add({ check: 'C13', code, index, expected, got: isoTime(timeMs) });
  }
}

/** Not a number where there is no checkpoint, so that every comparison fails. */
function msOf(claim: RootClaim | undefined): number {
  return (claim?.timeSeconds ?? Number.NaN) * 1_000;
}
