import type { CompiledPolicy } from './compile-policy.ts';
import type { CompiledPolicySet } from './compile-policy-set.ts';
import type { RecordShape } from './context-shape.ts';
import { EntityRef } from './entity-ref.ts';
import type { EntityStore } from './entity-store.ts';
import { EvaluationError } from './errors.ts';
import type { Frame } from './frame.ts';
import type { KnownIntegers } from './generate-expression.ts';
import { generateCondition } from './generate-expression.ts';
import { generateFunction } from './generate-function.ts';
import { isObject } from './json.ts';

/** Who asks, about what, on which facts. The facts must have the shape the matcher was made for. */
export interface MatchRequest {
  readonly agentId: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Finds the rules of one action type that hold. */
export interface RuleMatcher {
  /** The ids of every rule whose scope covers the action, in the order they were given in. */
  readonly ids: readonly string[];
  /**
   * Writes the places (in `ids`) of the rules that hold into `hits`, ascending within each of the two ways of
   * evaluating, and those that err into `errors`.
   *
   * @returns how many hold
   */
  readonly match: (request: MatchRequest, hits: number[], errors: number[]) => number;
}

/** What a matcher is made from. */
export interface MatcherInput {
  readonly policies: CompiledPolicySet;
  /** The policies' JSON by id. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly entities: EntityStore;
  readonly shape: RecordShape;
  readonly action: string;
  /** Integers of the action type, by dotted path from the context. */
  readonly known: KnownIntegers;
}

/**
 * Makes the matcher of one action type: its rules as one generated function, except those that refer to more than
 * facts, which are evaluated one by one as the policy set compiled them.
 */
export function compileMatcher(input: MatcherInput): RuleMatcher {
  const action = new EntityRef('Action', input.action);
  const candidates = [...input.policies.index.candidates(action, input.entities)].sort((left, right) =>
    left.id < right.id ? -1 : 1,
  );
  const generated = generateMatcher(candidates, input);
  const others = candidates.flatMap((policy, place) => (generated.covered.has(place) ? [] : [{ policy, place }]));
  const ids = candidates.map(({ id }) => id);
  const { match } = generated;
  if (others.length === 0) return { ids, match: (request, hits) => match(request.context, hits) };
  return {
    ids,
    match: (request, hits, errors) => {
      let count = match(request.context, hits);
      const frame = frameOf(request, action, input);
      for (const { policy, place } of others) {
        const held = holds(policy, frame);
        if (held === true) hits[count++] = place;
        else if (held === undefined) errors.push(place);
      }
      return count;
    },
  };
}

function holds(policy: CompiledPolicy, frame: Frame): boolean | undefined {
  try {
    return policy.test(frame);
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

function frameOf({ agentId, resource, context }: MatchRequest, action: EntityRef, input: MatcherInput): Frame {
  return {
    principal: new EntityRef('Agent', agentId),
    action,
    resource: new EntityRef('Resource', resource),
    context: withKnown(context, input.known),
    records: new Array(input.policies.layout.size),
    entities: input.entities,
  };
}

function withKnown(
  context: Readonly<Record<string, unknown>>,
  known: KnownIntegers,
): Readonly<Record<string, unknown>> {
  const records: Record<string, Record<string, number>> = {};
  for (const [path, value] of known) {
    const [record = '', name = ''] = path.split('.');
    records[record] = { ...records[record], [name]: value };
  }
  return { ...context, ...records };
}

type Match = (context: Readonly<Record<string, unknown>>, hits: number[]) => number;

interface Generated {
  readonly match: Match;
  /** Places of the rules that the generated function evaluates. */
  readonly covered: ReadonlySet<number>;
}

function generateMatcher(candidates: readonly CompiledPolicy[], input: MatcherInput): Generated {
  const reads = new Reads();
  const covered = new Set<number>();
  const tests = candidates.flatMap(({ id }, place) => {
    const source = conditionOf(input.json[id], { shape: input.shape, known: input.known, variable: reads.variable });
    if (source === null) return [];
    covered.add(place);
    return source === 'false' ? [] : [`if (${source}) hits[n++] = ${place};`];
  });
  const source = `return (c, hits) => {\n${reads.lines.join('\n')}\nlet n = 0;\n${tests.join('\n')}\nreturn n;\n};`;
  const match = generateFunction<Match>([], [], source);
  return match === null ? { match: () => 0, covered: new Set() } : { match, covered };
}

/** The whole condition of a policy, or null when it is not covered: templates, or a scope that names who or what. */
function conditionOf(policy: unknown, scope: Parameters<typeof generateCondition>[1]): string | null {
  if (!isObject(policy) || !isAll(policy['principal']) || !isAll(policy['resource'])) return null;
  const { conditions } = policy;
  if (!Array.isArray(conditions)) return null;
  const sources = conditions.map((condition: unknown) => {
    const { kind, body } = isObject(condition) ? condition : {};
    const source = generateCondition(body, scope);
    if (source === null || (kind !== 'when' && kind !== 'unless')) return null;
    return kind === 'when' ? source : `!${source}`;
  });
  if (sources.includes(null)) return null;
  return sources.length === 0 ? 'true' : sources.join(' && ');
}

function isAll(constraint: unknown): boolean {
  return isObject(constraint) && constraint['op'] === 'All';
}

/** Loads each record and fact once. */
class Reads {
  readonly lines: string[] = [];
  readonly #variables = new Map<string, string>();

  readonly variable = (path: readonly string[]): string => {
    const name = path.at(-1);
    if (name === undefined) return 'c';
    const key = JSON.stringify(path);
    const known = this.#variables.get(key);
    if (known !== undefined) return known;
    const owner = this.variable(path.slice(0, -1));
    const variable = `v${this.#variables.size}`;
    this.#variables.set(key, variable);
    this.lines.push(`const ${variable} = ${owner}[${JSON.stringify(name)}];`);
    return variable;
  };
}
