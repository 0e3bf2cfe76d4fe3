import { validate } from '@cedar-policy/cedar-wasm/nodejs';
import type { Catalogue } from '../../core/gate/catalogue.ts';
import { parseRequirement } from '../../core/gate/requirement.ts';
import type { JsonValue } from '../../core/json.ts';
import { canonicalJson } from '../../core/ledger/canonical.ts';
import { BundleBuildError } from './error.ts';
import type { ParsedRule } from './rules.ts';
import { messages } from './rules.ts';

/** Refuses rules that do not type-check strictly against the schema. A warning counts: it is a rule that cannot work. */
export function checkTypes(rules: readonly ParsedRule[], schema: string): void {
  const answer = validate({
    validationSettings: { mode: 'strict' },
    schema,
    policies: { staticPolicies: Object.fromEntries(rules.map(({ rule, source }) => [rule.id, source])) },
  });
  if (answer.type === 'failure') throw new BundleBuildError('schema.cedarschema', undefined, messages(answer.errors));
  const [first] = [...answer.validationErrors, ...answer.validationWarnings];
  if (first === undefined) return;
  const file = rules.find(({ rule }) => rule.id === first.policyId)?.file ?? 'rules';
  throw new BundleBuildError(file, first.policyId, first.error.message);
}

/** Refuses rules without a framework id, or with one the taxonomy does not hold. */
export function checkFramework(rules: readonly ParsedRule[], taxonomy: ReadonlySet<string>): void {
  for (const { rule, file } of rules) {
    const unknown = rule.frameworkRefs.find((ref) => !taxonomy.has(ref));
    if (rule.frameworkRefs.length === 0)
      throw new BundleBuildError(file, rule.id, 'expected a @framework id, got none');
    if (unknown !== undefined)
      throw new BundleBuildError(file, rule.id, `expected an id of the taxonomy, got \`${unknown}\``);
  }
}

/**
 * Refuses an obligation whose last clause is not exactly what its `@requires` says, and any other rule with `unless`:
 * an annotation that asks for fewer people than the condition could never be met, one that asks for more would lie.
 */
export function checkObligations(rules: readonly ParsedRule[]): void {
  for (const { rule, policy, file } of rules) {
    const exceptions = (policy.conditions ?? []).filter((clause) => clause.kind === 'unless');
    const requirement = rule.requires === undefined ? undefined : parseRequirement(rule.requires);
    if (requirement === undefined) {
      if (exceptions.length > 0) throw new BundleBuildError(file, rule.id, 'expected `unless` only with @requires');
      continue;
    }
    const approvals = atLeast('count', requirement.approvals);
    const body =
      requirement.managers === 0
        ? approvals
        : { '&&': { left: approvals, right: atLeast('managers', requirement.managers) } };
    const [exception] = exceptions;
    if (exceptions.length !== 1 || exception === undefined || !sameJson(exception.body, body)) {
      throw new BundleBuildError(file, rule.id, `expected one \`unless\` that says what \`${rule.requires}\` says`);
    }
  }
}

function atLeast(attribute: string, least: number): JsonValue {
  const approvals = { '.': { left: { Var: 'context' }, attr: 'approvals' } };
  return { '>=': { left: { '.': { left: approvals, attr: attribute } }, right: { Value: least } } };
}

/** Both sides are plain JSON; the parser's types only say so in more words. */
function sameJson(left: unknown, right: JsonValue): boolean {
  return canonicalJson(JSON.parse(JSON.stringify(left))) === canonicalJson(right);
}

/**
 * Refuses a signal that a rule names and no entry declares (the rule would never apply), and one that an entry declares
 * and no rule names (the observation would have no effect).
 */
export function checkSignals(rules: readonly ParsedRule[], catalogue: Catalogue): void {
  const declared = new Set([...catalogue.values()].flatMap((entry) => entry.signals.map((signal) => signal.name)));
  const used = new Set<string>();
  for (const { rule, source, file } of rules) {
    for (const [, name = ''] of source.matchAll(/context\.signals\.contains\("([^"]*)"\)/g)) {
      if (!declared.has(name)) throw new BundleBuildError(file, rule.id, `expected a declared signal, got \`${name}\``);
      used.add(name);
    }
    const mentions = source.split('context.signals').length - 1;
    if (mentions !== [...source.matchAll(/context\.signals\.contains\("/g)].length)
      throw new BundleBuildError(file, rule.id, 'expected signals to be used only as `context.signals.contains("…")`');
  }
  const idle = [...declared].find((name) => !used.has(name));
  if (idle !== undefined)
    throw new BundleBuildError('catalogue.json', undefined, `expected a rule for the signal \`${idle}\``);
}
