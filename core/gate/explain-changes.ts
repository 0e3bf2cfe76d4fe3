import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { CompiledBundle } from './bundle.ts';
import type { TypeRules } from './bundle-rules.ts';
import { factAt } from './cedar/context-shape.ts';
import { pathOf } from './cedar/generate-expression.ts';
import { isObject } from './cedar/json.ts';
import { completeContext } from './facts/context.ts';

/** How one fact would have to change. Never by how much: that would tell the threshold. */
export type FactDirection = 'becomes_true' | 'becomes_false' | 'rises' | 'falls' | 'appears' | 'disappears';

/** A context that differs from the asked one in one fact. */
export interface ChangedContext {
  /** Dotted path; a name in a list of names is written `signals.<name>`. */
  readonly fact: string;
  readonly direction: FactDirection;
  readonly context: JsonObject;
}

/** Facts that people's approvals set; what those change is told apart from what other facts change. */
const APPROVALS = 'approvals';

/**
 * Every context that differs from `context` in one fact in a way that a rule of the action type can notice: each flag
 * flipped, each name that a rule asks for added or removed, each integer moved just across what a rule compares it
 * with. Nearest changes of an integer come first. Pure.
 */
export function changedContexts(
  context: JsonObject,
  typeRules: TypeRules,
  bundle: CompiledBundle,
): readonly ChangedContext[] {
  const whole = completeContext(context);
  const bodies = typeRules.rules.map(({ id }) => bundle.policies[id]);
  const paths = bundle.facts.paths.filter(({ path }) => path[0] !== APPROVALS);
  return paths.flatMap(({ path, kind }) => {
    const value = factAt(whole, path);
    if (kind === 'flag') return typeof value === 'boolean' ? [flipped(whole, path, value)] : [];
    if (kind === 'names') return Array.isArray(value) ? renamed(whole, path, value, askedNames(bodies, path)) : [];
    return typeof value === 'number' ? moved(whole, path, value, bodies, typeRules.known) : [];
  });
}

function flipped(context: JsonObject, path: readonly string[], value: boolean): ChangedContext {
  const direction = value ? 'becomes_false' : 'becomes_true';
  return { fact: path.join('.'), direction, context: withFact(context, path, !value) };
}

function renamed(
  context: JsonObject,
  path: readonly string[],
  value: readonly JsonValue[],
  asked: ReadonlySet<string>,
): readonly ChangedContext[] {
  return [...asked].sort().map((name) => {
    const isThere = value.includes(name);
    const names = isThere ? value.filter((each) => each !== name) : [...value, name];
    const direction = isThere ? 'disappears' : 'appears';
    return { fact: [...path, name].join('.'), direction, context: withFact(context, path, names) };
  });
}

function moved(
  context: JsonObject,
  path: readonly string[],
  value: number,
  bodies: readonly unknown[],
  known: ReadonlyMap<string, number>,
): readonly ChangedContext[] {
  const key = path.join('.');
  const read = (fact: string): bigint | undefined => {
    const found = known.get(fact) ?? factAt(context, fact.split('.'));
    return typeof found === 'number' ? BigInt(found) : undefined;
  };
  const targets = new Set<number>();
  for (const difference of bodies.flatMap(differences)) {
    for (const target of crossings(difference, key, BigInt(value), read)) targets.add(target);
  }
  const nearest = [...targets].sort((left, right) => Math.abs(left - value) - Math.abs(right - value) || left - right);
  return nearest.map((target) => ({
    fact: key,
    direction: target > value ? 'rises' : 'falls',
    context: withFact(context, path, target),
  }));
}

/** The two sides of every comparison in a policy. */
type Difference = readonly [left: unknown, right: unknown];

const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='];

function differences(json: unknown): readonly Difference[] {
  if (Array.isArray(json)) return json.flatMap(differences);
  if (!isObject(json)) return [];
  return Object.entries(json).flatMap(([name, body]): readonly Difference[] => {
    const below = differences(body);
    return COMPARISONS.includes(name) && isObject(body) ? [[body['left'], body['right']], ...below] : below;
  });
}

/** The values of a fact at which the sides of a comparison are one apart or equal, other facts staying as they are. */
function crossings(
  [left, right]: Difference,
  fact: string,
  value: bigint,
  read: (fact: string) => bigint | undefined,
): readonly number[] {
  const [first, second] = [linear(left, fact, read), linear(right, fact, read)];
  if (first === undefined || second === undefined) return [];
  const slope = first.slope - second.slope;
  if (slope === 0n) return [];
  const at = value - (first.value - second.value) / slope;
  return [at - 1n, at, at + 1n].filter((target) => target >= 0n && target <= MAX_FACT && target !== value).map(Number);
}

const MAX_FACT = BigInt(Number.MAX_SAFE_INTEGER);

interface Linear {
  readonly value: bigint;
  /** How much the value grows when the fact grows by one. */
  readonly slope: bigint;
}

/** An integer expression's value now and its slope in one fact; undefined for anything but sums and differences. */
function linear(json: unknown, fact: string, read: (fact: string) => bigint | undefined): Linear | undefined {
  if (!isObject(json)) return undefined;
  const { Value: literal } = json;
  if (typeof literal === 'number') return { value: BigInt(literal), slope: 0n };
  const path = pathOf(json)?.join('.');
  const value = path === undefined ? undefined : read(path);
  if (value !== undefined) return { value, slope: path === fact ? 1n : 0n };
  const [sign, body] = isObject(json['+']) ? [1n, json['+']] : [-1n, json['-']];
  if (!isObject(body)) return undefined;
  const [left, right] = [linear(body['left'], fact, read), linear(body['right'], fact, read)];
  if (left === undefined || right === undefined) return undefined;
  return { value: left.value + sign * right.value, slope: left.slope + sign * right.slope };
}

/** The names that policies look for in the list at `path`. */
function askedNames(json: unknown, path: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (!isObject(node)) return;
    const { contains } = node;
    if (isObject(contains) && pathOf(contains['left'])?.join('.') === path.join('.')) {
      const name = isObject(contains['right']) ? contains['right']['Value'] : undefined;
      if (typeof name === 'string') names.add(name);
    }
    Object.values(node).forEach(visit);
  };
  visit(json);
  return names;
}

/** The context with one fact set. */
export function withFact(context: JsonObject, [name = '', ...rest]: readonly string[], value: JsonValue): JsonObject {
  if (rest.length === 0) return { ...context, [name]: value };
  const member = context[name];
  return { ...context, [name]: withFact(isJsonObject(member) ? member : {}, rest, value) };
}
