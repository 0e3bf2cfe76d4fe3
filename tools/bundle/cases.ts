import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledBundle } from '../../core/gate/bundle.ts';
import { decide } from '../../core/gate/decide.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import { POLICIES_DIRECTORY } from '../build-bundle.ts';
import { BundleBuildError } from './error.ts';

/** One case of `cases/*.json`: facts, and what is to be answered to them. */
export interface PolicyCase {
  readonly file: string;
  readonly name: string;
  readonly action: string;
  /** What differs from the base, by dotted path. */
  readonly facts: JsonObject;
  readonly verdict: string;
  /** The rules quoted, all of them. */
  readonly rules: readonly string[];
  /** Rules about this action that do not hold. */
  readonly quiet: readonly string[];
}

/** A case that is not answered as it says. */
export interface CaseFailure {
  readonly file: string;
  readonly name: string;
  readonly expected: string;
  readonly got: string;
}

const BASE = 'base.json';

/**
 * Reads the cases of a policies directory.
 *
 * @throws {BundleBuildError} on a file that is not a list of cases
 */
export function readCases(policiesDirectory: string): readonly PolicyCase[] {
  const directory = join(policiesDirectory, 'cases');
  const files = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.json')) : [];
  return files.sort().flatMap((name) => {
    if (name === BASE) return [];
    const list: JsonValue = JSON.parse(readFileSync(join(directory, name), 'utf8'));
    if (!Array.isArray(list)) throw new BundleBuildError(`cases/${name}`, undefined, 'expected a list of cases');
    return list.map((item) => decodeCase(`cases/${name}`, item));
  });
}

function decodeCase(file: string, value: JsonValue): PolicyCase {
  const { name, action, facts, verdict, rules, quiet = [] } = isJsonObject(value) ? value : {};
  if (
    typeof name !== 'string' ||
    typeof action !== 'string' ||
    !isJsonObject(facts) ||
    typeof verdict !== 'string' ||
    !Array.isArray(rules) ||
    !Array.isArray(quiet)
  )
    throw new BundleBuildError(file, undefined, `expected name, action, facts, verdict and rules, got \`${name}\``);
  return { file, name, action, facts, verdict, rules: rules.map(String), quiet: quiet.map(String) };
}

/**
 * Puts every case before the gate. A directory without a `base.json` uses the repository's: an ordinary action that
 * nothing stands against.
 *
 * @throws {BundleBuildError} when a case names a fact that the base does not have
 */
export function failedCases(
  policiesDirectory: string,
  cases: readonly PolicyCase[],
  bundle: CompiledBundle,
): readonly CaseFailure[] {
  const own = join(policiesDirectory, 'cases', BASE);
  const path = existsSync(own) ? own : join(POLICIES_DIRECTORY, 'cases', BASE);
  const base: JsonObject = JSON.parse(readFileSync(path, 'utf8'));
  return cases.flatMap((one) => {
    const context = Object.entries(one.facts).reduce(
      (facts, [fact, value]) => withFact(one, facts, fact.split('.'), value),
      isJsonObject(base['context']) ? base['context'] : {},
    );
    const request = { agentId: 'agent', actionType: one.action, resource: 'account/1', context };
    const decision = decide(request, bundle);
    const answer = (verdict: string, ids: readonly string[]): string => `${verdict} (${ids.toSorted().join(', ')})`;
    const expected = answer(one.verdict, one.rules);
    const got = answer(
      decision.verdict,
      decision.rules.map(({ id }) => id),
    );
    return expected === got ? [] : [{ file: one.file, name: one.name, expected, got }];
  });
}

function withFact(
  one: PolicyCase,
  owner: JsonObject,
  [name = '', ...rest]: readonly string[],
  value: JsonValue,
): JsonObject {
  const current = owner[name];
  if (current === undefined)
    throw new BundleBuildError(one.file, undefined, `\`${one.name}\`: expected a fact of the base, got \`${name}\``);
  if (rest.length === 0) return { ...owner, [name]: value };
  return { ...owner, [name]: withFact(one, isJsonObject(current) ? current : {}, rest, value) };
}
