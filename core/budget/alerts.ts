import type { CapUse } from './budget-view.ts';

/** Share of a cap at which somebody should know, percent. */
export const ALERT_PERCENT = 80n;

/** A cap whose use reached {@link ALERT_PERCENT}. Amounts are decimal strings, `usd` in micro-USD. */
export type BudgetAlert = {
  readonly scope: CapUse['scope'];
  readonly measure: CapUse['measure'];
  readonly used: string;
  readonly cap: string;
};

/** The mark on a unit's month that its alert was raised: there is one item a month, so it is raised once a month. */
export function unitAlertMark(use: CapUse): string | undefined {
  if (use.scope !== 'unit_month') return undefined;
  return use.measure === 'usd' ? 'alertedUsd' : 'alertedTokens';
}

/** True when `after` is at the threshold. */
export function isAtThreshold(use: CapUse): boolean {
  return reached(use.after, use.cap);
}

/** True when the use of a cap was below the threshold and is at it now. */
export function crossesThreshold(use: CapUse): boolean {
  return !reached(use.before, use.cap) && reached(use.after, use.cap);
}

/** An alert as events and people read it. */
export function alertOf(use: CapUse): BudgetAlert {
  return { scope: use.scope, measure: use.measure, used: use.after.toString(), cap: use.cap.toString() };
}

function reached(used: bigint, cap: bigint): boolean {
  return used > 0n && used * 100n >= cap * ALERT_PERCENT;
}
