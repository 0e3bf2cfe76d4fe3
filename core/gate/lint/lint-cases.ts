import { readActionScope } from '../cedar/compile-scope.ts';
import type { Finding, RuleSource } from './finding.ts';
import { findingAt } from './finding.ts';

/** A case of `cases/*.json` as far as it says which rules it is about. */
export interface CaseCoverage {
  readonly action: string;
  /** The rules quoted. */
  readonly rules: readonly string[];
  /** Rules about this action that do not hold. */
  readonly quiet: readonly string[];
}

/** Rules without a case that shows them apply, or without one that shows they do not. */
export function lintCases(
  rules: readonly RuleSource[],
  cases: readonly CaseCoverage[],
  groupsOf: (action: string) => readonly string[],
): readonly Finding[] {
  return rules
    .filter(({ annotations }) => annotations['mode'] === undefined)
    .flatMap((rule) => {
      const fires = cases.some((one) => one.rules.includes(rule.id));
      const near = cases.filter((one) => isAbout(rule, [one.action, ...groupsOf(one.action)]));
      const isQuiet = isUnconditional(rule) || near.some((one) => one.quiet.includes(rule.id));
      return [
        ...(fires ? [] : [missing(rule, 'applies', '"rules"')]),
        ...(isQuiet ? [] : [missing(rule, 'does not apply to an action it is about', '"quiet"')]),
      ];
    });
}

/** Such a rule always applies to the actions it is about. */
function isUnconditional({ policy }: RuleSource): boolean {
  const { conditions } = policy;
  return Array.isArray(conditions) && conditions.length === 0;
}

function missing(rule: RuleSource, when: string, list: string): Finding {
  return findingAt(rule, '', {
    severity: 'error',
    code: 'no-case',
    message: `no case shows that the rule ${when}`,
    fix: `add a case to cases/ that names the rule in its ${list}`,
  });
}

function isAbout({ policy }: RuleSource, groups: readonly string[]): boolean {
  const scope = readActionScope(policy['action']);
  switch (scope.kind) {
    case 'any':
      return true;
    case 'is':
      return scope.action.id === groups[0];
    case 'in':
      return scope.groups.some(({ id }) => groups.includes(id));
  }
}
