import { EvaluationError } from './errors.ts';

/** A Cedar Long: a signed 64-bit integer. A bigint only where a number would not be exact, so `===` compares Longs. */
export type Long = number | bigint;

const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** True when `value` is a Long's JavaScript form. */
export function isLong(value: unknown): value is Long {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** The one form a Long has, or null when `value` does not fit in 64 bits. */
export function longFromBigInt(value: bigint): Long | null {
  if (value >= -MAX_SAFE && value <= MAX_SAFE) return Number(value);
  return value >= MIN_LONG && value <= MAX_LONG ? value : null;
}

/** A Long from a JSON number, or null when it is not an integer, not exact or out of range. */
export function longFromJson(value: number | bigint): Long | null {
  if (typeof value === 'bigint') return longFromBigInt(value);
  return Number.isSafeInteger(value) ? value : null;
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareLongs(left: Long, right: Long): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function inRange(value: bigint, operation: string): Long {
  const long = longFromBigInt(value);
  if (long === null) throw new EvaluationError('overflow', `integer overflow while attempting to ${operation}`);
  return long;
}

/** @throws {EvaluationError} `overflow` outside 64 bits */
export function addLongs(left: Long, right: Long): Long {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return inRange(BigInt(left) + BigInt(right), `add \`${left}\` and \`${right}\``);
}

/** @throws {EvaluationError} `overflow` outside 64 bits */
export function subtractLongs(left: Long, right: Long): Long {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return inRange(BigInt(left) - BigInt(right), `subtract \`${right}\` from \`${left}\``);
}

/** @throws {EvaluationError} `overflow` outside 64 bits */
export function multiplyLongs(left: Long, right: Long): Long {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    // Adding zero turns the -0 of `0 * -1` into 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return inRange(BigInt(left) * BigInt(right), `multiply \`${left}\` and \`${right}\``);
}

/** @throws {EvaluationError} `overflow` for the least Long */
export function negateLong(value: Long): Long {
  return typeof value === 'number' ? 0 - value : inRange(-value, `negate \`${value}\``);
}
