import { MAX_FACT } from './linear.ts';

/** A sum of facts that lies between two values, both included. */
export interface Interval {
  readonly facts: ReadonlyMap<string, bigint>;
  readonly least: bigint;
  readonly greatest: bigint;
}

/** A sum of facts plus a constant that is 0 or more. */
interface Inequality {
  readonly facts: ReadonlyMap<string, bigint>;
  readonly constant: bigint;
}

/** Beyond this many inequalities nothing is ruled out any more. */
const MAX_INEQUALITIES = 2_000;

/**
 * False only when it is certain that no integers from 0 to {@link MAX_FACT} meet all intervals: not even fractions do,
 * as eliminating the facts one after the other shows (Fourier and Motzkin's method).
 */
export function isFeasible(intervals: readonly Interval[]): boolean {
  const paths = [...new Set(intervals.flatMap(({ facts }) => [...facts.keys()]))];
  let inequalities: readonly Inequality[] = [
    ...intervals.flatMap(({ facts, least, greatest }) => [
      { facts, constant: -least },
      { facts: scaled(facts, -1n), constant: greatest },
    ]),
    ...paths.flatMap((path) => [
      { facts: new Map([[path, 1n]]), constant: 0n },
      { facts: new Map([[path, -1n]]), constant: MAX_FACT },
    ]),
  ];
  for (const path of paths) {
    inequalities = eliminate(inequalities, path);
    if (inequalities.length > MAX_INEQUALITIES) return true;
    if (inequalities.some(({ facts, constant }) => facts.size === 0 && constant < 0n)) return false;
  }
  return true;
}

/** What the inequalities say of the other facts: each lower bound of the fact is at most each upper bound. */
function eliminate(inequalities: readonly Inequality[], path: string): readonly Inequality[] {
  const coefficient = ({ facts }: Inequality): bigint => facts.get(path) ?? 0n;
  const lower = inequalities.filter((one) => coefficient(one) > 0n);
  const upper = inequalities.filter((one) => coefficient(one) < 0n);
  const combined = lower.flatMap((low) =>
    upper.map((high) => combine(low, -coefficient(high), high, coefficient(low))),
  );
  return [...inequalities.filter((one) => coefficient(one) === 0n), ...combined];
}

function combine(left: Inequality, leftFactor: bigint, right: Inequality, rightFactor: bigint): Inequality {
  const facts = new Map<string, bigint>();
  for (const path of new Set([...left.facts.keys(), ...right.facts.keys()])) {
    const sum = (left.facts.get(path) ?? 0n) * leftFactor + (right.facts.get(path) ?? 0n) * rightFactor;
    if (sum !== 0n) facts.set(path, sum);
  }
  return { facts, constant: left.constant * leftFactor + right.constant * rightFactor };
}

function scaled(facts: ReadonlyMap<string, bigint>, factor: bigint): ReadonlyMap<string, bigint> {
  return new Map([...facts].map(([path, coefficient]) => [path, coefficient * factor]));
}
