import type { Arbitrary } from 'fast-check';
import { array, bigInt, boolean, assert as check, constantFrom, letrec, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concreteFacts } from '../../../../core/gate/proof/concrete.ts';
import { isFeasible } from '../../../../core/gate/proof/feasible.ts';
import type { Formula } from '../../../../core/gate/proof/formula.ts';
import { and, isPositive, not, or } from '../../../../core/gate/proof/formula.ts';
import { MAX_FACT } from '../../../../core/gate/proof/linear.ts';
import { solve } from '../../../../core/gate/proof/solve.ts';
import { Space } from '../../../../core/gate/proof/space.ts';

const above = (facts: readonly (readonly [string, bigint])[], bound: bigint): Formula =>
  isPositive({ facts: new Map(facts), constant: -bound });

const { formula } = letrec<{ formula: Formula }>((tie) => {
  const inner: Arbitrary<Formula> = tie('formula');
  return {
    formula: constantFrom('flag', 'above', 'not', 'and', 'or').chain((kind): Arbitrary<Formula> => {
      const flag = constantFrom('p', 'q', 'r').map((path): Formula => ({ kind: 'flag', path }));
      if (kind === 'flag') return flag;
      if (kind === 'above') return bigInt(0n, 3n).map((bound) => above([['n', 1n]], bound));
      if (kind === 'not') return inner.map(not);
      return array(inner, { maxLength: 3 }).map((parts) => (kind === 'and' ? and(...parts) : or(...parts)));
    }),
  };
});

/** True when some of all combinations meets the constraints. */
function canBeMet(constraints: readonly { readonly formula: Formula; readonly value: boolean }[]): boolean {
  const space = new Space(constraints.map((one) => one.formula));
  const tests = constraints.map((one) => ({ test: space.compile(one.formula), value: one.value }));
  const total = Number(space.states);
  return Array.from({ length: total }, (_, number) => {
    let rest = number;
    return Int16Array.from(space.variables, ({ size }) => {
      const value = rest % size;
      rest = Math.floor(rest / size);
      return value;
    });
  }).some((values) => tests.every(({ test, value }) => test(values) === value));
}

describe('searching', () => {
  it('finds something exactly when one of all combinations meets the constraints', () => {
    const constraint = array(formula, { minLength: 1, maxLength: 4 }).chain((formulas) =>
      array(boolean(), { minLength: formulas.length, maxLength: formulas.length }).map((values) =>
        formulas.map((one, index) => ({ formula: one, value: values[index] ?? true })),
      ),
    );

    check(
      property(constraint, (constraints) => {
        expect(solve(constraints).found !== undefined).toBe(canBeMet(constraints));
      }),
      { numRuns: 500 },
    );
  });

  it('knows that a sum is no less than its parts', () => {
    const sum = above(
      [
        ['a', 1n],
        ['b', 1n],
      ],
      10n,
    );

    expect(solve([{ formula: and(above([['a', 1n]], 10n), not(sum)), value: true }]).found).toBeUndefined();
    expect(solve([{ formula: and(not(above([['a', 1n]], 10n)), sum), value: true }]).found).toBeDefined();
  });

  it('says so when it is given up', () => {
    const flags = Array.from({ length: 8 }, (_, index): Formula => ({ kind: 'flag', path: `f${index}` }));
    const odd = flags.reduce((left, right) => or(and(left, not(right)), and(not(left), right)));

    const { found, isGivenUp } = solve([{ formula: and(odd, not(odd)), value: true }], 10);

    expect({ found, isGivenUp }).toEqual({ found: undefined, isGivenUp: true });
  });
});

describe('facts for a combination', () => {
  it('meet comparisons of several facts', () => {
    const formulas = [
      above(
        [
          ['a', 4n],
          ['b', -5n],
        ],
        0n,
      ),
      above([['a', 1n]], 100n),
      above(
        [
          ['a', 1n],
          ['c', 1n],
        ],
        1000n,
      ),
    ];
    const space = new Space(formulas);
    const found = solve(formulas.map((one) => ({ formula: one, value: true }))).found ?? new Map();

    const facts = concreteFacts(space.variables, found) ?? {};
    const [a, b, c] = [Number(facts['a']), Number(facts['b']), Number(facts['c'])];

    expect([4 * a > 5 * b, a > 100, a + c > 1000]).toEqual([true, true, true]);
  });
});

describe('ruling out', () => {
  const between = (facts: readonly (readonly [string, bigint])[], least: bigint, greatest: bigint) => ({
    facts: new Map(facts),
    least,
    greatest,
  });

  it.each([
    [
      'what cannot be',
      [
        between([['a', 1n]], 6n, MAX_FACT),
        between([['b', 1n]], 5n, MAX_FACT),
        between(
          [
            ['a', 1n],
            ['b', 1n],
          ],
          0n,
          10n,
        ),
      ],
      false,
    ],
    [
      'a circle of orders',
      [
        between(
          [
            ['a', 1n],
            ['b', -1n],
          ],
          1n,
          MAX_FACT,
        ),
        between(
          [
            ['b', 1n],
            ['c', -1n],
          ],
          0n,
          MAX_FACT,
        ),
        between(
          [
            ['c', 1n],
            ['a', -1n],
          ],
          0n,
          MAX_FACT,
        ),
      ],
      false,
    ],
    [
      'nothing that can be',
      [
        between([['a', 1n]], 5n, MAX_FACT),
        between([['b', 1n]], 5n, MAX_FACT),
        between(
          [
            ['a', 1n],
            ['b', 1n],
          ],
          0n,
          10n,
        ),
      ],
      true,
    ],
    [
      'more than the largest fact',
      [
        between(
          [
            ['a', 2n],
            ['b', -1n],
          ],
          2n * MAX_FACT + 1n,
          3n * MAX_FACT,
        ),
      ],
      false,
    ],
  ])('covers %s', (_what, intervals, expected) => {
    expect(isFeasible(intervals)).toBe(expected);
  });
});
