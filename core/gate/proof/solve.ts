import type { Formula } from './formula.ts';
import type { Assignment, OpenTest } from './space.ts';
import { Space } from './space.ts';

/** A formula and what it has to be. */
export interface Constraint {
  readonly formula: Formula;
  readonly value: boolean;
}

/** What a search over a whole space came to. */
export interface SearchResult {
  /** Values that meet every constraint; whatever is left out may be anything. Absent when there are none. */
  readonly found?: Assignment;
  /** The combinations looked at; each stands for all that differ only in what it leaves open. */
  readonly cases: number;
  /** True when the search was given up, so that nothing is shown. */
  readonly isGivenUp: boolean;
}

/** More cases than any bundle of a sensible size needs; a search beyond it counts as a failed proof. */
const MAX_CASES = 500_000;

interface Compiled extends Constraint {
  readonly test: OpenTest;
  readonly indices: readonly number[];
  /** Earlier constraints are tried first when in doubt. */
  readonly order: number;
}

/**
 * Searches every combination of facts for one that meets all constraints. Values are chosen one by one; as soon as a
 * constraint cannot be met any more, whatever the open values are, or no numbers compare as chosen, the combination is
 * closed. So none is left out.
 */
export function solve(constraints: readonly Constraint[], maxCases: number = MAX_CASES): SearchResult {
  const space = new Space(constraints.map(({ formula }) => formula));
  const compiled = constraints.map(({ formula, value }, order) => ({
    formula,
    value,
    order,
    test: space.compile(formula),
    indices: space.indicesOf(formula),
  }));
  const values = new Int16Array(space.variables.length).fill(-1);
  let cases = 0;

  const search = (): boolean => {
    if (cases > maxCases) return false;
    const open: Compiled[] = [];
    for (const constraint of compiled) {
      const answer = constraint.test(values);
      if (answer === undefined) open.push(constraint);
      else if (answer !== constraint.value) {
        cases += 1;
        return false;
      }
    }
    const index = nextVariable(open, values);
    if (index === undefined) {
      cases += 1;
      return true;
    }
    for (let value = 0; value < (space.variables[index]?.size ?? 0); value += 1) {
      values[index] = value;
      if (space.variables[index]?.kind === 'term' && !space.isPossible(values)) cases += 1;
      else if (search()) return true;
    }
    values[index] = -1;
    return false;
  };

  const isFound = search();
  const assigned = space.variables.flatMap(({ key }, index): readonly [string, number][] => {
    const value = values[index] ?? -1;
    return value < 0 ? [] : [[key, value]];
  });
  return { ...(isFound && { found: new Map(assigned) }), cases, isGivenUp: cases > maxCases };
}

/** A variable of the first constraint (the goal), else of the one that is nearest to being decided. */
function nextVariable(open: readonly Compiled[], values: Int16Array): number | undefined {
  const isOpen = (index: number): boolean => (values[index] ?? -1) < 0;
  const rank = ({ indices, order }: Compiled): number => {
    const unknown = indices.filter(isOpen).length;
    const isTouched = unknown < indices.length;
    return order === 0 ? -1 : unknown * 2 - (isTouched ? 1 : 0);
  };
  const ranked = open.map((constraint) => ({ constraint, rank: rank(constraint) }));
  const [best] = ranked.sort((left, right) => left.rank - right.rank);
  return best?.constraint.indices.find(isOpen);
}
