import type { Interval } from './feasible.ts';
import { isFeasible } from './feasible.ts';
import type { Formula, Term } from './formula.ts';
import { leavesOf } from './formula.ts';
import { rangeOf } from './linear.ts';

/** One dimension of the abstraction: a flag or a name in a list (2 values), or a term (one value per region). */
export type Variable =
  | { readonly kind: 'flag'; readonly key: string; readonly size: 2; readonly path: string }
  | { readonly kind: 'member'; readonly key: string; readonly size: 2; readonly path: string; readonly name: string }
  | {
      readonly kind: 'term';
      readonly key: string;
      readonly size: number;
      readonly term: Term;
      /** Ascending; region `n` is above the first `n` of them and not above the next. */
      readonly bounds: readonly bigint[];
    };

/** Values by the key of their variable: 0 or 1, or the region of a term. */
export type Assignment = ReadonlyMap<string, number>;

/** A formula over the numbered variables of a {@link Space}; -1 stands for a value that is still open. */
export type OpenTest = (values: Int16Array) => boolean | undefined;

/** All the combinations of facts that some formulas can tell apart. */
export class Space {
  readonly variables: readonly Variable[];
  readonly #indexByKey: ReadonlyMap<string, number>;

  constructor(formulas: readonly Formula[]) {
    this.variables = variablesOf(formulas.flatMap(leavesOf));
    this.#indexByKey = new Map(this.variables.map(({ key }, index) => [key, index]));
  }

  /** How many combinations there are. */
  get states(): bigint {
    return this.variables.reduce((product, { size }) => product * BigInt(size), 1n);
  }

  /** False when no facts have these values: terms that share facts cannot be compared with constants freely. */
  isPossible(values: Int16Array): boolean {
    const intervals = this.variables.flatMap((variable, index) => {
      const value = values[index] ?? -1;
      return variable.kind === 'term' && value >= 0 ? [intervalOf(variable, value)] : [];
    });
    return intervals.every(({ facts }) => facts.size === 1) || isFeasible(intervals);
  }

  /** The numbers of the variables that a formula reads. */
  indicesOf(formula: Formula): readonly number[] {
    return [...new Set(leavesOf(formula).map((leaf) => this.#index(keyOf(leaf))))];
  }

  /** Compiles a formula. An open value makes the answer open only where the answer depends on it (Kleene's logic). */
  compile(formula: Formula): OpenTest {
    switch (formula.kind) {
      case 'constant':
        return () => formula.value;
      case 'not': {
        const test = this.compile(formula.of);
        return (values) => {
          const answer = test(values);
          return answer === undefined ? undefined : !answer;
        };
      }
      case 'and':
      case 'or': {
        const tests = formula.parts.map((part) => this.compile(part));
        return (values) => combine(tests, values, formula.kind === 'or');
      }
      default:
        return this.#compileLeaf(formula);
    }
  }

  #compileLeaf(leaf: Formula): OpenTest {
    const index = this.#index(keyOf(leaf));
    const variable = this.variables[index];
    const least = leaf.kind === 'above' && variable?.kind === 'term' ? variable.bounds.indexOf(leaf.bound) : 0;
    return (values) => {
      const value = values[index] ?? -1;
      return value < 0 ? undefined : value > least;
    };
  }

  #index(key: string): number {
    const index = this.#indexByKey.get(key);
    if (index === undefined) throw new Error(`expected a variable of the space, got \`${key}\``);
    return index;
  }
}

/** What a region of a term means for its facts. */
export function intervalOf({ term, bounds }: Extract<Variable, { kind: 'term' }>, region: number): Interval {
  const range = rangeOf(term.facts);
  const below = region === 0 ? undefined : bounds[region - 1];
  return {
    facts: term.facts,
    least: below === undefined ? range.least : below + 1n,
    greatest: bounds[region] ?? range.greatest,
  };
}

/** Looks for a part that settles the answer: false in a conjunction, true in a disjunction. */
function combine(tests: readonly OpenTest[], values: Int16Array, settles: boolean): boolean | undefined {
  let isOpen = false;
  for (const test of tests) {
    const answer = test(values);
    if (answer === settles) return settles;
    if (answer === undefined) isOpen = true;
  }
  return isOpen ? undefined : !settles;
}

function keyOf(leaf: Formula): string {
  switch (leaf.kind) {
    case 'flag':
      return leaf.path;
    case 'member':
      return `${leaf.path} has ${leaf.name}`;
    case 'above':
      return leaf.term.key;
    default:
      throw new Error(`expected a leaf, got \`${leaf.kind}\``);
  }
}

function variablesOf(leaves: readonly Formula[]): readonly Variable[] {
  const found = new Map<string, Variable>();
  const bounds = new Map<string, Set<bigint>>();
  for (const leaf of leaves) {
    const key = keyOf(leaf);
    if (leaf.kind === 'flag') found.set(key, { kind: 'flag', key, size: 2, path: leaf.path });
    if (leaf.kind === 'member') found.set(key, { kind: 'member', key, size: 2, path: leaf.path, name: leaf.name });
    if (leaf.kind !== 'above') continue;
    const known = bounds.get(key) ?? new Set();
    bounds.set(key, known.add(leaf.bound));
    const ascending = [...known].sort((left, right) => (left < right ? -1 : 1));
    found.set(key, { kind: 'term', key, size: ascending.length + 1, term: leaf.term, bounds: ascending });
  }
  return [...found.values()];
}
