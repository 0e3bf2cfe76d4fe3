import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '../../core/gate/decision.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import { POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';

/** One case of `policies/cases`. */
export interface PolicyCase {
  readonly name: string;
  readonly action: string;
  /** What differs from the base context, by dotted path. */
  readonly facts: { readonly [path: string]: JsonValue };
  readonly verdict: Verdict;
  /** The rules quoted, all of them. */
  readonly rules: readonly string[];
  /** Rules that are about this action and have nothing to say here. */
  readonly quiet?: readonly string[];
}

const DIRECTORY = join(POLICIES_DIRECTORY, 'cases');

/** The facts of an ordinary action that nothing stands against. */
export const baseContext: JsonObject = JSON.parse(readFileSync(join(DIRECTORY, 'base.json'), 'utf8')).context;

/** Every case, by file. */
export const casesByFile: readonly (readonly [string, readonly PolicyCase[]])[] = readdirSync(DIRECTORY)
  .filter((name) => name !== 'base.json')
  .map((name) => [name, JSON.parse(readFileSync(join(DIRECTORY, name), 'utf8'))]);

/** The base context with some facts changed. A path that the base does not have is an error in the case. */
export function contextWith(facts: { readonly [path: string]: JsonValue }, base: JsonObject = baseContext): JsonObject {
  return Object.entries(facts).reduce((context, [path, value]) => withFact(context, path.split('.'), value), base);
}

function withFact(context: JsonObject, [name = '', ...rest]: readonly string[], value: JsonValue): JsonObject {
  const current = context[name];
  if (current === undefined) throw new Error(`expected a fact of the base context, got \`${name}\``);
  if (rest.length === 0) return { ...context, [name]: value };
  if (!isJsonObject(current)) throw new Error(`expected \`${name}\` to hold facts`);
  return { ...context, [name]: withFact(current, rest, value) };
}
