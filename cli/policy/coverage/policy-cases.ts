import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledBundle } from '../../../core/gate/bundle.ts';
import type { CaseResult } from '../../../core/gate/coverage/coverage.ts';
import { decide } from '../../../core/gate/decide.ts';
import type { Verdict } from '../../../core/gate/decision.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';

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

/** Cases with the context they differ from. */
export interface PolicyCases {
  /** The facts of an ordinary action that nothing stands against. */
  readonly base: JsonObject;
  readonly byFile: readonly (readonly [string, readonly PolicyCase[]])[];
}

/** Reads `cases/*.json` of a policies directory. */
export function readPolicyCases(policiesDirectory: string): PolicyCases {
  const directory = join(policiesDirectory, 'cases');
  const read = (name: string) => JSON.parse(readFileSync(join(directory, name), 'utf8'));
  const names = readdirSync(directory)
    .filter((name) => name.endsWith('.json') && name !== 'base.json')
    .sort();
  return { base: read('base.json').context, byFile: names.map((name) => [name, read(name)]) };
}

/**
 * A context with some facts changed, by dotted path.
 *
 * @throws {Error} on a path that the context does not have, which is an error in the case
 */
export function withFacts(base: JsonObject, facts: { readonly [path: string]: JsonValue }): JsonObject {
  return Object.entries(facts).reduce((context, [path, value]) => withFact(context, path.split('.'), value), base);
}

/** Decides every case and compares verdict and quoted rules with the expected ones. */
export function runPolicyCases(bundle: CompiledBundle, { base, byFile }: PolicyCases): readonly CaseResult[] {
  return byFile.flatMap(([file, cases]) =>
    cases.map((one) => {
      const context = withFacts(base, one.facts);
      const decision = decide({ agentId: 'agent', actionType: one.action, resource: 'account/1', context }, bundle);
      const got = answerText(
        decision.verdict,
        decision.rules.map(({ id }) => id),
      );
      const wanted = answerText(one.verdict, one.rules);
      return {
        id: `cases/${file}: ${one.name}`,
        dimension: 'accuracy' as const,
        exercises: one.rules,
        passed: got === wanted,
        ...(got !== wanted && { problem: `expected ${wanted}, got ${got}` }),
      };
    }),
  );
}

function answerText(verdict: Verdict, rules: readonly string[]): string {
  return `${verdict} by ${[...rules].sort().join(', ')}`;
}

function withFact(context: JsonObject, [name = '', ...rest]: readonly string[], value: JsonValue): JsonObject {
  const current = context[name];
  if (current === undefined) throw new Error(`expected a fact of the base context, got \`${name}\``);
  if (rest.length === 0) return { ...context, [name]: value };
  if (!isJsonObject(current)) throw new Error(`expected \`${name}\` to hold facts`);
  return { ...context, [name]: withFact(current, rest, value) };
}
