import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvaluationError } from '../../../../core/gate/cedar/errors.ts';
import {
  addLongs,
  compareLongs,
  type Long,
  longFromBigInt,
  longFromJson,
  multiplyLongs,
  negateLong,
  subtractLongs,
} from '../../../../core/gate/cedar/long.ts';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

const longBigInt = fc.oneof(
  fc.bigInt({ min: MIN, max: MAX }),
  fc.bigInt({ min: -20n, max: 20n }),
  fc.constantFrom(MIN, MAX, 2n ** 53n, 2n ** 53n - 1n, -(2n ** 53n), 3_037_000_499n, 3_037_000_500n),
);

function long(value: bigint): Long {
  const converted = longFromBigInt(value);
  if (converted === null) throw new Error(`not a long: ${value}`);
  return converted;
}

function attempt(calculate: () => Long): Long | 'overflow' {
  try {
    return calculate();
  } catch (error) {
    if (error instanceof EvaluationError && error.code === 'overflow') return 'overflow';
    throw error;
  }
}

function expected(exact: bigint): Long | 'overflow' {
  return longFromBigInt(exact) ?? 'overflow';
}

describe('long arithmetic', () => {
  it('equals exact arithmetic, or overflows, when operands are any longs', () => {
    fc.assert(
      fc.property(longBigInt, longBigInt, (left, right) => {
        expect(attempt(() => addLongs(long(left), long(right)))).toBe(expected(left + right));
        expect(attempt(() => subtractLongs(long(left), long(right)))).toBe(expected(left - right));
        expect(attempt(() => multiplyLongs(long(left), long(right)))).toBe(expected(left * right));
        expect(attempt(() => negateLong(long(left)))).toBe(expected(-left));
      }),
      { numRuns: 1_000 },
    );
  });

  it('orders as integers when numbers and bigints are mixed', () => {
    fc.assert(
      fc.property(longBigInt, longBigInt, (left, right) => {
        expect(Math.sign(compareLongs(long(left), long(right)))).toBe(left < right ? -1 : left > right ? 1 : 0);
      }),
    );
  });

  it('never gives a negative zero when a factor is zero', () => {
    expect(Object.is(multiplyLongs(0, -5), 0)).toBe(true);
    expect(Object.is(negateLong(0), 0)).toBe(true);
  });
});

describe('longFromJson', () => {
  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, MAX + 1n, MIN - 1n])('refuses %s', (value) => {
    expect(longFromJson(value)).toBeNull();
  });

  it.each([
    [5n, 5],
    [MAX, MAX],
    [MIN, MIN],
    [-7, -7],
  ])('gives the one form when the integer is %s', (value, form) => {
    expect(longFromJson(value)).toBe(form);
  });
});
