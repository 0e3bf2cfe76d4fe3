import type { JsonObject, JsonValue } from '../../json.ts';
import type { AmountSource } from '../catalogue.ts';
import { resolvePointer } from './pointer.ts';
import { isGiven } from './signals.ts';

/** The largest amount one action may name: a thousand million dollars, in micro-USD. */
export const MAX_AMOUNT_MICRO_USD = 1_000_000_000_000_000n;

const MICRO_USD_PER_POINT = 10_000n;
const DECIMALS = 6;
/** Dollars have cents; a finer amount is a mistake or a trick with rounding. */
const CURRENCY_DECIMALS = 2;

/** What could be read of an amount. `absent` is an optional amount that was left out. */
export type AmountReading =
  | { readonly kind: 'valid'; readonly microUsd: bigint }
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid' };

/**
 * Reads an action's amount exactly. Negative, non-finite, too precise and too large amounts are invalid, and so is an
 * amount of nothing where money moves. An optional amount of 0 counts as absent, as the systems behind it take it.
 */
export function readAmount(source: AmountSource, params: JsonObject): AmountReading {
  const values = source.pointers.map((pointer) => resolvePointer(params, pointer)).filter(isGiven);
  if (values.length === 0) return source.optional ? { kind: 'absent' } : { kind: 'invalid' };
  let microUsd = 0n;
  for (const value of values) {
    const part = source.format === 'reward' ? rewardToMicroUsd(value) : majorToMicroUsd(value);
    if (part === undefined) return { kind: 'invalid' };
    microUsd += part;
  }
  if (microUsd > MAX_AMOUNT_MICRO_USD) return { kind: 'invalid' };
  if (microUsd === 0n && source.optional) return { kind: 'absent' };
  return microUsd === 0n && isPayment(source) ? { kind: 'invalid' } : { kind: 'valid', microUsd };
}

/** Fees of nothing and corrections to no points are ordinary; a payment of nothing is not. */
function isPayment(source: AmountSource): boolean {
  return source.moves && source.format === 'major' && source.pointers.length === 1;
}

/**
 * Dollars as micro-USD, by way of the number's shortest decimal text, so that `98.7` is 98 700 000 and nothing is
 * rounded.
 *
 * @returns `undefined` for anything that is not a plain number of dollars and whole cents, 0 or more
 */
export function majorToMicroUsd(value: JsonValue): bigint | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const match = /^([0-9]+)(?:\.([0-9]+))?$/.exec(String(value));
  const [, whole = '', fraction = ''] = match ?? [];
  if (match === null || fraction.length > CURRENCY_DECIMALS) return undefined;
  return BigInt(whole + fraction.padEnd(DECIMALS, '0'));
}

/** `300 points` or, where a reward is paid in money, `$3.00`. */
function rewardToMicroUsd(value: JsonValue): bigint | undefined {
  if (typeof value !== 'string') return undefined;
  const points = /^([0-9]{1,9}) points?$/.exec(value)?.[1];
  if (points !== undefined) return BigInt(points) * MICRO_USD_PER_POINT;
  const [match, dollars = '', cents = ''] = /^\$([0-9]{1,9})(?:\.([0-9]{2}))?$/.exec(value) ?? [];
  return match === undefined ? undefined : BigInt(dollars + cents.padEnd(DECIMALS, '0'));
}
