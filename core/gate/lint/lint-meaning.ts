import type { Formula } from '../proof/formula.ts';
import { TRUE } from '../proof/formula.ts';
import { searchAllowed } from '../proof/never-allow.ts';
import { solve } from '../proof/solve.ts';
import type { RuleModel, TypeModel } from '../proof/type-model.ts';
import type { Finding, RuleSource } from './finding.ts';
import { findingAt } from './finding.ts';

/** A rule on each action type it is about. */
interface Occurrence {
  readonly model: TypeModel;
  readonly rule: RuleModel;
}

/** Rules that can never hold, never matter, or say what another rule says anyway. */
export function lintMeaning(rules: readonly RuleSource[], models: readonly TypeModel[]): readonly Finding[] {
  return rules.flatMap((rule) => {
    const occurrences = models.flatMap((model) =>
      model.rules.filter(({ id }) => id === rule.id).map((one): Occurrence => ({ model, rule: one })),
    );
    const [first] = occurrences;
    if (first === undefined) return [];
    if (!occurrences.some(({ rule: one }) => isPossible([one.formula], []))) {
      const message = 'no facts meet the conditions, so the rule never holds';
      const fix = 'correct the condition, or remove the rule';
      return [findingAt(rule, 'when', { severity: 'error', code: 'never-holds', message, fix })];
    }
    if (first.rule.effect === 'permit' && !occurrences.some(canAllow)) {
      const message = 'whatever it permits is forbidden by other rules';
      const fix = 'remove the contradiction between this permit and the forbids about the same actions';
      return [findingAt(rule, 'permit', { severity: 'error', code: 'contradiction', message, fix })];
    }
    return shadowFindings(rule, occurrences);
  });
}

function canAllow({ model, rule }: Occurrence): boolean {
  const { found, isGivenUp } = searchAllowed(model, TRUE, [{ formula: rule.formula, value: true }]);
  return found !== undefined || isGivenUp;
}

/** At most one finding for a rule: the first rule that always holds when it does and weighs at least as much. */
function shadowFindings(rule: RuleSource, occurrences: readonly Occurrence[]): readonly Finding[] {
  const [first] = occurrences;
  const larger = first?.model.rules.find(
    (other) => weighsAsMuch(other, first.rule) && occurrences.every((one) => implies(one, other.id)),
  );
  if (first === undefined || larger === undefined) return [];
  // Of two rules that say the same, the first by id stays.
  if (larger.id > first.rule.id && isMutual(occurrences, larger.id)) return [];
  const isObligation = first.rule.requirement !== undefined && larger.requirement !== undefined;
  const message = isObligation
    ? `\`${larger.id}\` asks for as many people or more whenever this rule asks`
    : `\`${larger.id}\` holds whenever this rule does, so that no verdict depends on it`;
  const fix = `remove the rule, or narrow \`${larger.id}\``;
  const code = isObligation ? 'covered-obligation' : 'shadowed';
  return [findingAt(rule, '', { severity: 'warning', code, message, fix })];
}

function weighsAsMuch(other: RuleModel, rule: RuleModel): boolean {
  if (other.id === rule.id || other.effect !== rule.effect) return false;
  if (other.requirement === undefined) return true;
  const { requirement } = rule;
  return (
    requirement !== undefined &&
    other.requirement.approvals >= requirement.approvals &&
    other.requirement.managers >= requirement.managers
  );
}

function implies({ model, rule }: Occurrence, id: string): boolean {
  const other = model.rules.find((one) => one.id === id);
  return other !== undefined && !isPossible([rule.formula], [other.formula]);
}

function isMutual(occurrences: readonly Occurrence[], id: string): boolean {
  return occurrences.every(({ model, rule }) => {
    const other = model.rules.find((one) => one.id === id);
    return other !== undefined && weighsAsMuch(rule, other) && implies({ model, rule: other }, rule.id);
  });
}

/** True unless it is shown that no facts make all of the first and none of the second hold. */
function isPossible(holding: readonly Formula[], quiet: readonly Formula[]): boolean {
  const constraints = [
    ...holding.map((formula) => ({ formula, value: true })),
    ...quiet.map((formula) => ({ formula, value: false })),
  ];
  const { found, isGivenUp } = solve(constraints);
  return found !== undefined || isGivenUp;
}
