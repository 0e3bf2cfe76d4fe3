import type { JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import { readActionScope } from '../cedar/compile-scope.ts';
import type { Finding, FindingText, RuleSource } from './finding.ts';
import { findingAt } from './finding.ts';
import { lintNames } from './lint-names.ts';

/** What the texts of rules are checked against. */
export interface TextContext {
  readonly taxonomy: ReadonlySet<string>;
  /** Every action type and group of the catalogue. */
  readonly actions: ReadonlySet<string>;
  /** Facts that the schema lets a context leave out, as dotted paths. */
  readonly optionalFacts: ReadonlySet<string>;
}

const MAX_TEXT_LENGTH = 300;

/** What can be said of rules without asking when they hold. */
export function lintTexts(rules: readonly RuleSource[], context: TextContext): readonly Finding[] {
  const texts = rules.flatMap((rule, index) => {
    const earlier = rules.slice(0, index);
    return [
      ...idFindings(rule, earlier),
      ...textFindings(rule, earlier),
      ...frameworkFindings(rule, context.taxonomy),
      ...scopeFindings(rule, context.actions),
      ...optionalFindings(rule, context.optionalFacts),
    ];
  });
  return [...texts, ...lintNames(rules)];
}

function error(code: string, message: string, fix: string): FindingText {
  return { severity: 'error', code, message, fix };
}

function idFindings(rule: RuleSource, earlier: readonly RuleSource[]): readonly Finding[] {
  if (rule.id === '')
    return [findingAt(rule, '', error('missing-id', 'the rule has no @id', 'add an @id like `CS-PAY-T2-003`'))];
  const twin = earlier.find(({ id }) => id === rule.id);
  if (twin === undefined) return [];
  const message = `the id is also that of the rule at ${twin.file}:${twin.line}`;
  return [findingAt(rule, '@id', error('duplicate-id', message, 'number the later rule anew; an id is never reused'))];
}

function textFindings(rule: RuleSource, earlier: readonly RuleSource[]): readonly Finding[] {
  const text = rule.annotations['text'] ?? '';
  if (text === '') {
    const fix = 'add @text with the sentence the policy committee approved';
    return [findingAt(rule, '@text', error('missing-text', 'the rule has no text to quote', fix))];
  }
  const findings: Finding[] = [];
  if (text.length > MAX_TEXT_LENGTH) {
    const message = `the text has ${text.length} characters`;
    findings.push(findingAt(rule, '@text', error('long-text', message, `say it in ${MAX_TEXT_LENGTH} or fewer`)));
  }
  const twin = earlier.find(({ annotations }) => annotations['text'] === text);
  if (twin !== undefined) {
    const message = `the text is also that of \`${twin.id}\``;
    const fix = 'say what tells the two rules apart, or make them one';
    findings.push(findingAt(rule, '@text', error('duplicate-text', message, fix)));
  }
  return findings;
}

function frameworkFindings(rule: RuleSource, taxonomy: ReadonlySet<string>): readonly Finding[] {
  const refs = (rule.annotations['framework'] ?? '').split(',').filter((ref) => ref !== '');
  if (refs.length === 0) {
    const fix = 'add @framework with at least one id of framework.json';
    return [findingAt(rule, '@framework', error('missing-reference', 'the rule refers to no control', fix))];
  }
  return refs
    .filter((ref) => !taxonomy.has(ref))
    .map((ref) => {
      const fix = 'use an id of framework.json, without spaces';
      return findingAt(rule, ref, error('unknown-reference', `\`${ref}\` is not in the framework`, fix));
    });
}

function scopeFindings(rule: RuleSource, actions: ReadonlySet<string>): readonly Finding[] {
  const scope = readActionScope(rule.policy['action']);
  if (scope.kind === 'any') return [];
  const named = scope.kind === 'is' ? [scope.action] : scope.groups;
  const stray = named.filter(({ id }) => !actions.has(id));
  return stray.map(({ id }) => {
    const isAll = stray.length === named.length;
    const message = isAll ? `no action type is \`${id}\`, so the rule never applies` : `no action type is \`${id}\``;
    const fix = 'name a type or group of catalogue.json, or remove the rule';
    return findingAt(rule, `"${id}"`, error('unknown-action', message, fix));
  });
}

/** A forbid that errs is skipped by the language; this gate denies everything then. Neither is what a rule means. */
function optionalFindings(rule: RuleSource, optionalFacts: ReadonlySet<string>): readonly Finding[] {
  if (rule.policy['effect'] !== 'forbid') return [];
  const read = new Set<string>();
  const asked = new Set<string>();
  collectPaths(rule.policy['conditions'], read, asked);
  return [...read]
    .filter((path) => optionalFacts.has(path) && !asked.has(path))
    .map((path) => {
      const fix = `write \`context has ${path} && …\` before it is read`;
      const message = `\`${path}\` may be absent, and then the rule cannot be evaluated`;
      return findingAt(rule, `context.${path}`, error('optional-without-has', message, fix));
    });
}

function collectPaths(json: JsonValue | undefined, read: Set<string>, asked: Set<string>): void {
  if (Array.isArray(json)) for (const item of json) collectPaths(item, read, asked);
  if (!isJsonObject(json)) return;
  const [access, has] = [pathOf(json), json['has']];
  if (access !== undefined) for (const path of prefixes(access)) read.add(path);
  if (isJsonObject(has)) {
    const owner = pathOf(has['left']);
    const steps = Array.isArray(has['attr']) ? has['attr'].map(String) : [String(has['attr'])];
    if (owner !== undefined) for (const path of prefixes([...owner, ...steps])) asked.add(path);
  }
  for (const [name, value] of Object.entries(json)) {
    if (!(access !== undefined && name === '.')) collectPaths(value, read, asked);
  }
}

/** The attribute names of `context.a.b`; undefined for other expressions. */
function pathOf(json: JsonValue | undefined): readonly string[] | undefined {
  if (!isJsonObject(json)) return undefined;
  if (json['Var'] === 'context') return [];
  const get = json['.'];
  const owner = isJsonObject(get) ? pathOf(get['left']) : undefined;
  return isJsonObject(get) && owner !== undefined ? [...owner, String(get['attr'])] : undefined;
}

function prefixes(steps: readonly string[]): readonly string[] {
  return steps.map((_, index) => steps.slice(0, index + 1).join('.'));
}
