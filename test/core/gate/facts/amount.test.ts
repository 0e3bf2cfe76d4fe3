import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AmountSource } from '../../../../core/gate/catalogue.ts';
import { MAX_AMOUNT_MICRO_USD, majorToMicroUsd, readAmount } from '../../../../core/gate/facts/amount.ts';

const payment: AmountSource = { pointers: ['/amount'], currency: 'USD', format: 'major', moves: true, optional: false };
const fees: AmountSource = { ...payment, pointers: ['/delivery', '/design', '/extra'] };
const reward: AmountSource = { ...payment, format: 'reward' };

describe('majorToMicroUsd', () => {
  it.each([
    [0, 0n],
    [0.01, 10_000n],
    [98.7, 98_700_000n],
    [1000000, 1_000_000_000_000n],
    [0.29, 290_000n],
    [-0, 0n],
  ])('reads %s exactly', (major, microUsd) => {
    expect(majorToMicroUsd(major)).toBe(microUsd);
  });

  it('is exact for every whole number of cents', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000_000_000 }), (cents) => {
        expect(majorToMicroUsd(cents / 100)).toBe(BigInt(cents) * 10_000n);
      }),
    );
  });

  it.each([-0.01, NaN, Infinity, -Infinity, 0.001, 0.1 + 0.2, 1e21, 1e-7, '5', true, null, [5], { amount: 5 }])(
    'refuses %s',
    (value) => {
      expect(majorToMicroUsd(value)).toBeUndefined();
    },
  );
});

describe('readAmount', () => {
  it('reads the amount of a payment', () => {
    expect(readAmount(payment, { amount: 4 })).toEqual({ kind: 'valid', microUsd: 4_000_000n });
  });

  it.each([[{}], [{ amount: null }], [{ amount: 0 }], [{ amount: '4' }], [{ amount: -4 }], [{ other: 4 }]])(
    'finds no valid payment in %j',
    (params) => {
      expect(readAmount(payment, params)).toEqual({ kind: 'invalid' });
    },
  );

  it('refuses an amount beyond the largest that is handled', () => {
    const largest = Number(MAX_AMOUNT_MICRO_USD / 1_000_000n);

    expect(readAmount(payment, { amount: largest }).kind).toBe('valid');
    expect(readAmount(payment, { amount: largest + 1 }).kind).toBe('invalid');
  });

  it.each([[{}], [{ amount: 0 }], [{ amount: null }]])('takes an optional amount of %j as absent', (params) => {
    expect(readAmount({ ...payment, optional: true }, params)).toEqual({ kind: 'absent' });
  });

  it('refuses an optional amount that is not valid', () => {
    expect(readAmount({ ...payment, optional: true }, { amount: -1 })).toEqual({ kind: 'invalid' });
  });

  it('adds fees up and leaves out those not given', () => {
    expect(readAmount(fees, { delivery: 15, design: 5.5 })).toEqual({ kind: 'valid', microUsd: 20_500_000n });
    expect(readAmount(fees, { delivery: 0, design: 0 })).toEqual({ kind: 'valid', microUsd: 0n });
  });

  it('refuses fees when one of them is not valid', () => {
    expect(readAmount(fees, { delivery: 15, design: -15 })).toEqual({ kind: 'invalid' });
  });

  it.each([
    ['6300 points', 63_000_000n],
    ['1 point', 10_000n],
    ['0 points', 0n],
    ['$4', 4_000_000n],
    ['$4.50', 4_500_000n],
  ])('reads the reward `%s`', (amount, microUsd) => {
    expect(readAmount(reward, { amount })).toEqual({ kind: 'valid', microUsd });
  });

  it.each(['-5 points', '5', '5.5 points', '9999999999 points', '5 pointsX', '$-5', '$5.123', '$5.5', '€5', 5, null])(
    'refuses the reward `%s`',
    (amount) => {
      expect(readAmount(reward, { amount })).toEqual({ kind: 'invalid' });
    },
  );
});
