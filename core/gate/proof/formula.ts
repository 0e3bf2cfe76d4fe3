import type { Linear } from './linear.ts';
import { commonDivisor, floorDivide, rangeOf } from './linear.ts';

/** A sum of integer facts that rules compare with constants: one fact, or several in one comparison. */
export interface Term {
  /** Equal for equal sums. */
  readonly key: string;
  /** Coefficients by dotted path, coprime, the first positive. */
  readonly facts: ReadonlyMap<string, bigint>;
}

/** What a condition says, reduced to flags, names in lists, and whether a term is above a bound. */
export type Formula =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'flag'; readonly path: string }
  | { readonly kind: 'member'; readonly path: string; readonly name: string }
  | { readonly kind: 'above'; readonly term: Term; readonly bound: bigint }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Formula[] };

export const TRUE: Formula = { kind: 'constant', value: true };
export const FALSE: Formula = { kind: 'constant', value: false };

/** The negation. */
export function not(of: Formula): Formula {
  if (of.kind === 'constant') return of.value ? FALSE : TRUE;
  return of.kind === 'not' ? of.of : { kind: 'not', of };
}

/** True when every part is; without parts, true. */
export function and(...parts: readonly Formula[]): Formula {
  const rest = parts.filter((part) => part.kind !== 'constant' || !part.value);
  if (rest.some((part) => part.kind === 'constant')) return FALSE;
  const [only = TRUE, ...more] = rest;
  return more.length === 0 ? only : { kind: 'and', parts: rest };
}

/** True when any part is; without parts, false. */
export function or(...parts: readonly Formula[]): Formula {
  return not(and(...parts.map(not)));
}

/** True when both are or neither is. */
export function iff(left: Formula, right: Formula): Formula {
  return or(and(left, right), and(not(left), not(right)));
}

/** `expression > 0`, with one form for every way to write the same comparison. */
export function isPositive({ facts, constant }: Linear): Formula {
  if (facts.size === 0) return constant > 0n ? TRUE : FALSE;
  const sorted = [...facts].sort(([left], [right]) => (left < right ? -1 : 1));
  const divisor = commonDivisor(facts);
  const sign = (sorted[0]?.[1] ?? 1n) < 0n ? -1n : 1n;
  const reduced = new Map(sorted.map(([path, coefficient]) => [path, (coefficient * sign) / divisor]));
  // divisor * term > -constant, or for a negated term: divisor * term < constant.
  if (sign > 0n) return above(reduced, floorDivide(-constant, divisor));
  return not(above(reduced, floorDivide(constant - 1n, divisor)));
}

function above(facts: ReadonlyMap<string, bigint>, bound: bigint): Formula {
  const { least, greatest } = rangeOf(facts);
  if (bound < least) return TRUE;
  if (bound >= greatest) return FALSE;
  const key = [...facts].map(([path, coefficient]) => `${coefficient}*${path}`).join(' + ');
  return { kind: 'above', term: { key, facts }, bound };
}

/** The formula with some of its leaves replaced. */
export function mapLeaves(formula: Formula, replace: (leaf: Formula) => Formula): Formula {
  switch (formula.kind) {
    case 'not':
      return not(mapLeaves(formula.of, replace));
    case 'and':
    case 'or': {
      const parts = formula.parts.map((part) => mapLeaves(part, replace));
      return formula.kind === 'and' ? and(...parts) : or(...parts);
    }
    default:
      return replace(formula);
  }
}

/** Every leaf of a formula, in reading order. */
export function leavesOf(formula: Formula): readonly Formula[] {
  if (formula.kind === 'not') return leavesOf(formula.of);
  if (formula.kind === 'and' || formula.kind === 'or') return formula.parts.flatMap(leavesOf);
  return formula.kind === 'constant' ? [] : [formula];
}
