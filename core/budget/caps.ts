/** Money and tokens together, as caps count them. */
export interface Amount {
  readonly microUsd: bigint;
  readonly tokens: bigint;
}

/** Nothing. */
export const NO_AMOUNT: Amount = { microUsd: 0n, tokens: 0n };

/** The UTC day of an instant, `yyyy-mm-dd`. */
export function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

/** The UTC month of an instant, `yyyy-mm`. */
export function monthOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 7);
}
