import type { CompiledBundle } from '../bundle.ts';
import { checkRule } from './agreement.ts';
import { searchNotSatisfied, searchTakenBack } from './approvals.ts';
import { TRUE } from './formula.ts';
import type { InvariantResult, ParsedInvariant, Witness } from './invariant.ts';
import { searchAllowed } from './never-allow.ts';
import type { SearchResult } from './solve.ts';
import { Space } from './space.ts';
import { policyFormula } from './translate.ts';
import type { RuleModel, TypeModel } from './type-model.ts';
import { isObligation, typeModels } from './type-model.ts';
import { witnessOf } from './witness.ts';

/** What was asked of a rule set and what came of it. */
export interface ProofReport {
  readonly ok: boolean;
  readonly results: readonly InvariantResult[];
  /** The combinations of facts looked at, all invariants together. */
  readonly cases: number;
  /** How many combinations of facts the rules can tell apart, all action types together; decimal. */
  readonly states: string;
}

interface Finding {
  readonly cases: number;
  readonly witness?: Witness;
}

/** What each checker looks at for one action type. */
type Checker = (invariant: ParsedInvariant, model: TypeModel, compiled: CompiledBundle) => readonly Finding[];

/**
 * Checks invariants over every action type of a bundle and every combination of facts that its rules can tell apart.
 * Pure. `docs/specs/policy-bundle.md` says why looking at these is enough.
 *
 * @throws {UnprovableRule} on a rule or an invariant that says more than facts can tell
 */
export function proveBundle(compiled: CompiledBundle, invariants: readonly ParsedInvariant[]): ProofReport {
  const models = typeModels(compiled);
  const checkers: { readonly [Name in ParsedInvariant['checker']]: Checker } = {
    'never-allow': neverAllow,
    'approvals-monotone': monotone,
    'approvals-suffice': suffice,
    total: ({ id }, model) => model.rules.map((rule) => checkRule(id, model, rule, compiled)),
    reachable,
  };
  const results = invariants.map((invariant): InvariantResult => {
    const about = models.filter(({ groups }) => invariant.actions?.some((name) => groups.includes(name)) ?? true);
    const findings = about.flatMap((model) => firstOf(checkers[invariant.checker](invariant, model, compiled)));
    const witnesses = findings.flatMap(({ witness }) => witness ?? []);
    return { invariant, cases: findings.reduce((sum, { cases }) => sum + cases, 0), witnesses };
  });
  return {
    ok: results.every(({ witnesses }) => witnesses.length === 0),
    results,
    cases: results.reduce((sum, { cases }) => sum + cases, 0),
    states: String(models.reduce((sum, { rules }) => sum + new Space(rules.map((rule) => rule.formula)).states, 0n)),
  };
}

/** One witness for each action type is enough to act on. */
function firstOf(findings: readonly Finding[]): readonly Finding[] {
  const first = findings.findIndex(({ witness }) => witness !== undefined);
  return findings.map(({ cases, witness }, index) =>
    witness !== undefined && index === first ? { cases, witness } : { cases },
  );
}

const neverAllow: Checker = ({ id, text, condition }, model, compiled) => {
  const search = searchAllowed(model, policyFormula(condition, model.names));
  const formulas = search.constraints.map(({ formula }) => formula);
  return [findingOf(search, () => witnessOf(id, text, model, formulas, search, compiled))];
};

const monotone: Checker = ({ id }, model, compiled) =>
  model.rules.map((rule) => {
    const search = searchTakenBack(rule);
    const problem = `\`${rule.id}\` stands against the action with more approvals and not with fewer`;
    return findingOf(search, () => witnessOf(id, problem, model, search.formulas, search, compiled, rule.id));
  });

const suffice: Checker = ({ id }, model, compiled) =>
  model.rules.filter(isObligation).map((rule) => {
    const search = searchNotSatisfied(rule);
    const problem = `\`${rule.id}\` still holds when the approvals it asks for are given`;
    return findingOf(search, () => witnessOf(id, problem, model, search.formulas, search, compiled, rule.id));
  });

const reachable: Checker = ({ id }, model) => {
  const { found, cases, isGivenUp } = searchAllowed(model, TRUE);
  if (found !== undefined) return [{ cases }];
  const problem = isGivenUp ? 'too many combinations of facts' : 'no facts and no approvals allow this action';
  const rules = model.rules.map((rule: RuleModel) => rule.id);
  return [{ cases, witness: { invariant: id, actionType: model.type, facts: {}, verdict: 'deny', rules, problem } }];
};

function findingOf({ found, cases, isGivenUp }: SearchResult, witness: () => Witness): Finding {
  return found === undefined && !isGivenUp ? { cases } : { cases, witness: witness() };
}
