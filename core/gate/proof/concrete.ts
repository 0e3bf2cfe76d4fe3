import type { JsonObject, JsonValue } from '../../json.ts';
import type { FactKind } from '../cedar/context-shape.ts';
import type { Interval } from './feasible.ts';
import { floorDivide, MAX_FACT, rangeOf } from './linear.ts';
import type { Assignment, Variable } from './space.ts';
import { intervalOf } from './space.ts';

/** Facts by dotted path, as people read a witness. */
export type Facts = { readonly [path: string]: JsonValue };

/**
 * Facts that an assignment describes. There may be fractions that meet all its comparisons and no integers.
 *
 * @returns `undefined` when no facts were found that meet all comparisons
 */
export function concreteFacts(variables: readonly Variable[], assignment: Assignment): Facts | undefined {
  const facts: { [path: string]: JsonValue } = {};
  const intervals: Interval[] = [];
  for (const variable of variables) {
    const value = assignment.get(variable.key);
    if (value === undefined) continue;
    if (variable.kind === 'flag') facts[variable.path] = value === 1;
    if (variable.kind === 'member') facts[variable.path] = withName(facts[variable.path], variable.name, value === 1);
    if (variable.kind === 'term') intervals.push(intervalOf(variable, value));
  }
  const paths = [...new Set(intervals.flatMap((interval) => [...interval.facts.keys()]))];
  const integers = chooseIntegers(paths, intervals, new Map());
  if (integers === undefined) return undefined;
  for (const [path, value] of integers) facts[path] = Number(value);
  return facts;
}

/** A whole context: the facts given, and for the rest nothing, zero and no. */
export function contextOf(kinds: ReadonlyMap<string, FactKind>, facts: Facts): JsonObject {
  const paths = [...kinds].map(([path, kind]) => {
    const otherwise = kind === 'integer' ? 0 : kind === 'names' ? [] : false;
    return { names: path.split('.'), value: facts[path] ?? otherwise };
  });
  return recordOf(paths);
}

interface Placed {
  readonly names: readonly string[];
  readonly value: JsonValue;
}

function recordOf(placed: readonly Placed[]): JsonObject {
  const members = new Map<string, JsonValue>();
  const nested = new Map<string, Placed[]>();
  for (const { names, value } of placed) {
    const [name = '', ...rest] = names;
    if (rest.length === 0) members.set(name, value);
    else nested.set(name, [...(nested.get(name) ?? []), { names: rest, value }]);
  }
  for (const [name, inner] of nested) members.set(name, recordOf(inner));
  return Object.fromEntries(members);
}

function withName(list: JsonValue | undefined, name: string, isMember: boolean): JsonValue {
  const names = Array.isArray(list) ? list : [];
  return isMember ? [...names, name] : names;
}

/** Tries, fact by fact, the values at which a comparison changes; going back where one leads nowhere. */
function chooseIntegers(
  paths: readonly string[],
  intervals: readonly Interval[],
  chosen: ReadonlyMap<string, bigint>,
): ReadonlyMap<string, bigint> | undefined {
  const [path, ...rest] = paths;
  if (path === undefined) return chosen;
  for (const value of candidates(path, intervals, chosen)) {
    const next = new Map(chosen).set(path, value);
    const found = intervals.every((interval) => canMeet(interval, next))
      ? chooseIntegers(rest, intervals, next)
      : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the facts chosen so far add up to, and what the others still can. */
function partsOf({ facts }: Interval, chosen: ReadonlyMap<string, bigint>, without?: string) {
  const open = new Map<string, bigint>();
  let sum = 0n;
  for (const [path, coefficient] of facts) {
    const value = chosen.get(path);
    if (path === without) continue;
    if (value === undefined) open.set(path, coefficient);
    else sum += coefficient * value;
  }
  return { sum, ...rangeOf(open) };
}

function canMeet(interval: Interval, chosen: ReadonlyMap<string, bigint>): boolean {
  const { sum, least, greatest } = partsOf(interval, chosen);
  return sum + least <= interval.greatest && sum + greatest >= interval.least;
}

function candidates(
  path: string,
  intervals: readonly Interval[],
  chosen: ReadonlyMap<string, bigint>,
): readonly bigint[] {
  const found: bigint[] = [0n, MAX_FACT];
  for (const interval of intervals) {
    const coefficient = interval.facts.get(path);
    if (coefficient === undefined) continue;
    const { sum, least, greatest } = partsOf(interval, chosen, path);
    for (const bound of [interval.least, interval.greatest]) {
      for (const others of [sum, sum + least, sum + greatest]) {
        const edge = floorDivide(bound - others, coefficient);
        found.push(edge, edge + 1n, edge - 1n, edge / 2n);
      }
    }
  }
  const inRange = found.filter((value) => value >= 0n && value <= MAX_FACT);
  return [...new Set(inRange)].sort((left, right) => (left < right ? -1 : 1));
}
