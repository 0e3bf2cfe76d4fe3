import type { RecordShape } from './context-shape.ts';
import { isObject } from './json.ts';

/** Names the shape has no fact for: constants that a caller knows before any request, by dotted path. */
export type KnownIntegers = ReadonlyMap<string, number>;

/** What generated code may refer to. */
export interface ExpressionScope {
  readonly shape: RecordShape;
  readonly known: KnownIntegers;
  /** The variable that holds the fact at a path. */
  readonly variable: (path: readonly string[]) => string;
}

type Code =
  | { readonly kind: 'flag'; readonly source: string }
  | { readonly kind: 'names'; readonly source: string }
  | { readonly kind: 'text'; readonly source: string }
  /** `bound`: the largest magnitude the value can have. */
  | { readonly kind: 'integer'; readonly source: string; readonly bound: bigint };

const MAX_FACT = BigInt(Number.MAX_SAFE_INTEGER);
const MAX_DEPTH = 100;

/**
 * JavaScript source of a Cedar condition over facts of a known shape, or null when the condition is not of the plain
 * kind this covers: flags, exact integers and their sums, `contains` on names, and the logic between them. Covered
 * conditions can never err: facts have the types of the shape, and sums stay within what a number holds exactly or are
 * refused here. Nothing of the policy is copied into the source but integers, texts as JSON, and known operators.
 */
export function generateCondition(json: unknown, scope: ExpressionScope): string | null {
  const code = generate(json, scope, 0);
  return code?.kind === 'flag' ? code.source : null;
}

function generate(json: unknown, scope: ExpressionScope, depth: number): Code | null {
  if (!isObject(json) || depth > MAX_DEPTH) return null;
  const [name, ...others] = Object.keys(json);
  if (name === undefined || others.length > 0) return null;
  const body = json[name];
  const path = pathOf(json);
  if (path !== null) return fact(path, scope);
  if (name === 'Value') return literal(body);
  if (!isObject(body)) return null;
  const child = (key: string) => generate(body[key], scope, depth + 1);
  if (name === '!') return negation(child('arg'));
  if (name === 'if-then-else') return choice(child('if'), child('then'), child('else'));
  if (name === 'has') return presence(body, scope);
  return binary(name, child('left'), child('right'));
}

/** The names of `context.a.b`, or null for any other expression. */
export function pathOf(json: unknown): readonly string[] | null {
  if (!isObject(json)) return null;
  if (json['Var'] === 'context') return [];
  const access = json['.'];
  if (!isObject(access) || typeof access['attr'] !== 'string') return null;
  const owner = pathOf(access['left']);
  return owner === null ? null : [...owner, access['attr']];
}

function fact(path: readonly string[], { shape, known, variable }: ExpressionScope): Code | null {
  const constant = known.get(path.join('.'));
  if (constant !== undefined) return integer(constant);
  const kind = memberOf(shape, path);
  if (typeof kind !== 'string') return null;
  const source = variable(path);
  return kind === 'integer' ? { kind, source, bound: MAX_FACT } : { kind, source };
}

function memberOf(shape: RecordShape, path: readonly string[]) {
  return path.reduce<RecordShape[string] | undefined>(
    (member, name) => (typeof member === 'object' && Object.hasOwn(member, name) ? member[name] : undefined),
    shape,
  );
}

function literal(value: unknown): Code | null {
  if (typeof value === 'boolean') return { kind: 'flag', source: String(value) };
  if (typeof value === 'string') return { kind: 'text', source: JSON.stringify(value) };
  return typeof value === 'number' && Number.isSafeInteger(value) ? integer(value) : null;
}

function integer(value: number): Code {
  // Parenthesised: `a - -1` is fine, `a --1` is not.
  return { kind: 'integer', source: `(${value + 0})`, bound: BigInt(Math.abs(value)) };
}

function negation(operand: Code | null): Code | null {
  return operand?.kind === 'flag' ? { kind: 'flag', source: `!${operand.source}` } : null;
}

function choice(condition: Code | null, consequent: Code | null, alternative: Code | null): Code | null {
  if (condition?.kind !== 'flag' || consequent?.kind !== 'flag' || alternative?.kind !== 'flag') return null;
  return { kind: 'flag', source: `(${condition.source} ? ${consequent.source} : ${alternative.source})` };
}

/** Every fact of the shape is there, so the answer is known. */
function presence({ left, attr }: Readonly<Record<string, unknown>>, scope: ExpressionScope): Code | null {
  const owner = pathOf(left);
  if (owner === null || typeof attr !== 'string' || typeof memberOf(scope.shape, owner) !== 'object') return null;
  const place = [...owner, attr].join('.');
  const isKnown = [...scope.known.keys()].some((key) => key === place || key.startsWith(`${place}.`));
  return { kind: 'flag', source: String(isKnown || memberOf(scope.shape, [...owner, attr]) !== undefined) };
}

const LOGIC = new Set(['&&', '||']);
const COMPARISONS = new Map([
  ['==', '==='],
  ['!=', '!=='],
  ...['<', '<=', '>', '>='].map((order): [string, string] => [order, order]),
]);
const SUMS = new Set(['+', '-']);

function binary(operator: string, left: Code | null, right: Code | null): Code | null {
  if (left === null || right === null) return null;
  const joined = (sign: string) => `(${left.source} ${sign} ${right.source})`;
  if (LOGIC.has(operator) && left.kind === 'flag' && right.kind === 'flag') {
    return { kind: 'flag', source: joined(operator) };
  }
  if (operator === 'contains' && left.kind === 'names' && right.kind === 'text') {
    return { kind: 'flag', source: `${left.source}.includes(${right.source})` };
  }
  if (left.kind === 'integer' && right.kind === 'integer') return arithmetic(operator, left, right);
  if (left.kind !== right.kind || left.kind === 'names') return null;
  if (operator === '==') return { kind: 'flag', source: joined('===') };
  return operator === '!=' ? { kind: 'flag', source: joined('!==') } : null;
}

type IntegerCode = Extract<Code, { kind: 'integer' }>;

/**
 * A sum of two exact integers may be rounded, but only to something beyond every exact integer: so it still compares
 * rightly with one, and with nothing else.
 */
function arithmetic(operator: string, left: IntegerCode, right: IntegerCode): Code | null {
  const exactCount = [left, right].filter(({ bound }) => bound <= MAX_FACT).length;
  const comparison = COMPARISONS.get(operator);
  if (comparison !== undefined && exactCount > 0) {
    return { kind: 'flag', source: `(${left.source} ${comparison} ${right.source})` };
  }
  if (!SUMS.has(operator) || exactCount < 2) return null;
  return {
    kind: 'integer',
    source: `(${left.source} ${operator} ${right.source})`,
    bound: left.bound + right.bound,
  };
}
