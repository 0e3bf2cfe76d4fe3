/** The largest value an integer fact may have; the smallest is 0. */
export const MAX_FACT = BigInt(Number.MAX_SAFE_INTEGER);

/** An integer expression over facts: a sum of facts times constants, plus a constant. */
export interface Linear {
  /** Coefficients by dotted path; none is zero. */
  readonly facts: ReadonlyMap<string, bigint>;
  readonly constant: bigint;
}

/** The expression of a constant. */
export function linearConstant(constant: bigint): Linear {
  return { facts: new Map(), constant };
}

/** The expression of one fact. */
export function linearFact(path: string): Linear {
  return { facts: new Map([[path, 1n]]), constant: 0n };
}

/** `left + right * factor`. */
export function addScaled(left: Linear, right: Linear, factor: bigint): Linear {
  const facts = new Map(left.facts);
  for (const [path, coefficient] of right.facts) facts.set(path, (facts.get(path) ?? 0n) + coefficient * factor);
  const kept = [...facts].filter(([, coefficient]) => coefficient !== 0n);
  return { facts: new Map(kept), constant: left.constant + right.constant * factor };
}

/** The least and the greatest value of a sum of facts, each between 0 and {@link MAX_FACT}. */
export function rangeOf(facts: ReadonlyMap<string, bigint>): { readonly least: bigint; readonly greatest: bigint } {
  const sum = (keep: (coefficient: bigint) => boolean): bigint =>
    [...facts.values()].filter(keep).reduce((total, coefficient) => total + coefficient * MAX_FACT, 0n);
  return { least: sum((coefficient) => coefficient < 0n), greatest: sum((coefficient) => coefficient > 0n) };
}

/** Division that rounds towards minus infinity. */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const isExact = quotient * divisor === dividend;
  return !isExact && dividend < 0n !== divisor < 0n ? quotient - 1n : quotient;
}

/** The greatest common divisor of the coefficients, positive. */
export function commonDivisor(facts: ReadonlyMap<string, bigint>): bigint {
  const gcd = (left: bigint, right: bigint): bigint => (right === 0n ? left : gcd(right, left % right));
  return [...facts.values()].reduce((divisor, value) => gcd(divisor, value < 0n ? -value : value), 0n);
}
