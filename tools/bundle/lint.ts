import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { compileBundle } from '../../core/gate/bundle.ts';
import { actionGroups, decodeCatalogue } from '../../core/gate/catalogue.ts';
import type { Finding, RuleSource } from '../../core/gate/lint/finding.ts';
import { lintCases } from '../../core/gate/lint/lint-cases.ts';
import { lintMeaning } from '../../core/gate/lint/lint-meaning.ts';
import { lintTexts } from '../../core/gate/lint/lint-texts.ts';
import { UnprovableRule } from '../../core/gate/proof/translate.ts';
import { typeModels } from '../../core/gate/proof/type-model.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import { assembleBundle, placeOf, readTaxonomy } from '../build-bundle.ts';
import { readCases } from './cases.ts';
import { BundleBuildError } from './error.ts';
import { readRuleSources } from './rule-sources.ts';

/**
 * Everything there is to mend in the rules of a policies directory, by place. What rules mean is looked at only when
 * they would build.
 *
 * @throws {BundleBuildError} when a file cannot be read as what it should be
 */
export function lintPolicies(directory: string): { readonly rules: number; readonly findings: readonly Finding[] } {
  const rules = readRuleSources(directory);
  const catalogue = decodeCatalogue(readJson(join(directory, 'catalogue.json')));
  const groupsOf = (type: string): readonly string[] => {
    const entry = catalogue.get(type);
    return entry === undefined ? [] : actionGroups(entry);
  };
  const texts = lintTexts(rules, {
    taxonomy: new Set(readTaxonomy(directory)),
    actions: new Set([...catalogue.keys()].flatMap((type) => [type, ...groupsOf(type)])),
    optionalFacts: optionalFacts(readFileSync(placeOf(directory, 'schema.cedarschema'), 'utf8')),
  });
  const cases = lintCases(rules, readCases(directory), groupsOf);
  const findings = [...texts, ...cases, ...meaningFindings(directory, rules, texts.length > 0)];
  return { rules: rules.length, findings: findings.toSorted(byPlace) };
}

/** When texts are wrong already, that they do not build is no news. */
function meaningFindings(directory: string, rules: readonly RuleSource[], isBroken: boolean): readonly Finding[] {
  try {
    return lintMeaning(rules, typeModels(compileBundle(assembleBundle(directory))));
  } catch (error) {
    if (!(error instanceof BundleBuildError || error instanceof UnprovableRule)) throw error;
    if (isBroken) return [];
    const rule = rules.find(({ id }) => id !== '' && error.message.includes(`\`${id}\``));
    const { file, line, column, id } = rule ?? { file: 'rules', line: 1, column: 1, id: '' };
    const fix = 'see docs/how-to/write-a-rule.md';
    return [{ severity: 'error', code: 'does-not-build', file, line, column, rule: id, message: error.message, fix }];
  }
}

function byPlace(left: Finding, right: Finding): number {
  return left.file.localeCompare(right.file) || left.line - right.line || left.column - right.column;
}

/** The facts that the written schema marks with `?`, by dotted path. */
function optionalFacts(schema: string): ReadonlySet<string> {
  const answer = schemaToJson(schema);
  if (answer.type === 'failure') return new Set();
  const json: JsonObject = JSON.parse(JSON.stringify(answer.json));
  const found = new Set<string>();
  const walk = (value: JsonValue | undefined, path: string): void => {
    const attributes = isJsonObject(value) ? value['attributes'] : undefined;
    for (const [name, member] of isJsonObject(attributes) ? Object.entries(attributes) : []) {
      const inner = path === '' ? name : `${path}.${name}`;
      if (isJsonObject(member) && member['required'] === false) found.add(inner);
      walk(member, inner);
    }
  };
  const types = isJsonObject(json['']) ? json['']['commonTypes'] : undefined;
  walk(isJsonObject(types) ? types['Facts'] : undefined, '');
  return found;
}

function readJson(path: string): JsonValue {
  return JSON.parse(readFileSync(path, 'utf8'));
}
