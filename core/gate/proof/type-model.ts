import type { CompiledBundle } from '../bundle.ts';
import { actionGroups } from '../catalogue.ts';
import type { ApprovalObligation } from '../decision.ts';
import type { Formula } from './formula.ts';
import type { FactNames } from './translate.ts';
import { policyFormula, UnprovableRule } from './translate.ts';

/** A rule as it bears on one action type. */
export interface RuleModel {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** What approvals remove the rule; absent when none do. */
  readonly requirement?: ApprovalObligation;
  /** When the rule holds. */
  readonly formula: Formula;
}

/** An action type and the rules that decide about it. */
export interface TypeModel {
  readonly type: string;
  /** The type itself, then its groups. */
  readonly groups: readonly string[];
  readonly names: FactNames;
  readonly rules: readonly RuleModel[];
}

/**
 * The rules of a bundle for each of its action types. Rules that are only watched decide nothing and are left out.
 *
 * @throws {UnprovableRule} naming the rule that says more than facts can tell
 */
export function typeModels(bundle: CompiledBundle): readonly TypeModel[] {
  return [...bundle.catalogue].map(([type, entry]) => {
    const names = factNames(bundle, type);
    const rules = (bundle.rulesOf(type)?.rules ?? []).map(({ id, effect, requirement }): RuleModel => {
      const formula = named(id, () => policyFormula(bundle.policies[id], names));
      return { id, effect, formula, ...(requirement !== undefined && { requirement }) };
    });
    return { type, groups: [type, ...actionGroups(entry)], names, rules };
  });
}

/** The facts a bundle declares and, for an action type, the integers its catalogue entry fixes. */
export function factNames(bundle: CompiledBundle, type: string): FactNames {
  const known = bundle.rulesOf(type)?.known ?? new Map<string, number>();
  return {
    kinds: new Map(bundle.facts.paths.map(({ path, kind }) => [path.join('.'), kind])),
    constants: new Map([...known].map(([path, value]) => [path, BigInt(value)])),
  };
}

/** True when approvals remove the rule. */
export function isObligation(rule: RuleModel): rule is RuleModel & { readonly requirement: ApprovalObligation } {
  return rule.requirement !== undefined;
}

function named<Value>(id: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnprovableRule) throw new UnprovableRule(`rule \`${id}\`: ${error.message}`);
    throw error;
  }
}
