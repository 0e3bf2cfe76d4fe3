import { createHash, randomUUID } from 'node:crypto';
import jsonata from 'jsonata';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';
import { StateError } from './state-error.ts';

/** What an expression sees: `$states` and the variables assigned so far. */
export interface Scope {
  readonly states: JsonObject;
  readonly variables: JsonObject;
}

const EXPRESSION = /^\{%([\s\S]*)%\}$/;
const HASHES: { readonly [algorithm: string]: string } = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
const MAX_RANGE = 1000;
const compiled = new Map<string, jsonata.Expression>();

/**
 * Evaluates every `{% … %}` string inside `template`; other values stand for themselves. Functions beyond JSONata's
 * own are those Step Functions adds: `$partition $range $hash $random $uuid $parse`; `$eval` is not available.
 *
 * @param where the field, for the error's text
 * @throws {StateError} `States.QueryEvaluationError` when an expression fails or has no value
 */
export async function evaluate(template: JsonValue, scope: Scope, where: string): Promise<JsonValue> {
  if (typeof template === 'string') {
    const source = EXPRESSION.exec(template)?.[1];
    return source === undefined ? template : evaluateSource(source, scope, where);
  }
  if (Array.isArray(template)) {
    return Promise.all(template.map((entry: JsonValue, index) => evaluate(entry, scope, `${where}[${index}]`)));
  }
  if (!isJsonObject(template)) return template;
  const members = Object.entries(template).map(
    async ([name, value]) => [name, await evaluate(value, scope, `${where}/${name}`)] as const,
  );
  return Object.fromEntries(await Promise.all(members));
}

async function evaluateSource(source: string, scope: Scope, where: string): Promise<JsonValue> {
  const text = await evaluateToText(source, scope, where);
  if (text === undefined) {
    throw new StateError(
      'States.QueryEvaluationError',
      `The JSONata expression '${source.trim()}' specified for the field '${where}' returned nothing (undefined).`,
    );
  }
  const value: JsonValue = JSON.parse(text);
  return value;
}

/** The round trip through text drops what JSONata adds to its arrays and what JSON cannot hold. */
async function evaluateToText(source: string, scope: Scope, where: string): Promise<string | undefined> {
  try {
    const expression = compile(source);
    return JSON.stringify(await expression.evaluate(undefined, { ...scope.variables, states: scope.states }));
  } catch (error) {
    const detail = error instanceof Error || isJsonataError(error) ? error.message : String(error);
    throw new StateError(
      'States.QueryEvaluationError',
      `The JSONata expression '${source.trim()}' specified for the field '${where}' threw an error during evaluation. ${detail}`,
    );
  }
}

function isJsonataError(error: unknown): error is { readonly message: string } {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
}

function compile(source: string): jsonata.Expression {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const expression = jsonata(source);
  expression.registerFunction('partition', partition);
  expression.registerFunction('range', range);
  expression.registerFunction('hash', hash);
  expression.registerFunction('uuid', () => randomUUID());
  expression.registerFunction('parse', (text: string): unknown => JSON.parse(text));
  expression.registerFunction('random', random);
  expression.registerFunction('eval', () => {
    throw new Error('$eval is not available, use $parse');
  });
  compiled.set(source, expression);
  return expression;
}

function partition(values: readonly unknown[], size: number): unknown[][] {
  const chunk = Math.trunc(size);
  if (!(chunk > 0)) throw new Error(`expected a positive chunk size, got \`${size}\``);
  const chunks: unknown[][] = [];
  for (let start = 0; start < values.length; start += chunk) chunks.push(values.slice(start, start + chunk));
  return chunks;
}

function range(first: number, last: number, step: number): number[] {
  if (step === 0 || step === undefined) throw new Error('expected a step that is not zero');
  const numbers: number[] = [];
  for (let value = first; step > 0 ? value <= last : value >= last; value += step) {
    if (numbers.length >= MAX_RANGE) throw new Error(`expected at most ${MAX_RANGE} numbers`);
    numbers.push(value);
  }
  return numbers;
}

function hash(data: unknown, algorithm: string): string {
  const name = HASHES[algorithm];
  if (name === undefined) throw new Error(`expected one of ${Object.keys(HASHES).join(', ')}, got \`${algorithm}\``);
  return createHash(name)
    .update(typeof data === 'string' ? data : JSON.stringify(data))
    .digest('hex');
}

/** A number in [0, 1); the same for the same seed. */
function random(seed?: number): number {
  if (seed === undefined) return Math.random();
  return createHash('sha256').update(String(seed)).digest().readUInt32BE() / 2 ** 32;
}
