import type { ApprovalObligation } from '../decision.ts';
import type { Formula } from './formula.ts';
import { and, isPositive, leavesOf, mapLeaves, not, or } from './formula.ts';
import { addScaled, linearConstant, linearFact } from './linear.ts';
import type { SearchResult } from './solve.ts';
import { solve } from './solve.ts';
import { UnprovableRule } from './translate.ts';
import type { RuleModel } from './type-model.ts';

const COUNT = 'approvals.count';
const MANAGERS = 'approvals.managers';
/** Marks the approvals of the second of two cases that differ in approvals alone. */
export const LATER = 'later.';

/** True when approvals are at least those asked for. */
export function areGiven({ approvals, managers }: ApprovalObligation): Formula {
  const atLeast = (path: string, least: number): Formula =>
    isPositive(addScaled(linearFact(path), linearConstant(BigInt(1 - least)), 1n));
  return and(atLeast(COUNT, approvals), atLeast(MANAGERS, managers));
}

/**
 * Searches for two cases that differ in approvals alone, the second with as many or more, so that the rule stands
 * against the action only in the second: a forbid that begins to hold, or a permit that ceases to.
 *
 * @throws {UnprovableRule} when the rule adds approvals up with other facts
 */
export function searchTakenBack({
  id,
  effect,
  formula,
}: RuleModel): SearchResult & { readonly formulas: readonly Formula[] } {
  const later = mapLeaves(formula, laterLeaf(id));
  const notFewer = and(
    ...leavesOf(formula)
      .filter((leaf) => leaf.kind === 'above' && isApprovals(leaf.term.facts))
      .map((leaf) => or(not(leaf), mapLeaves(leaf, laterLeaf(id)))),
  );
  const [before, after] = effect === 'forbid' ? [not(formula), later] : [formula, not(later)];
  const formulas = [and(before, after, notFewer)];
  return { ...solve(formulas.map((one) => ({ formula: one, value: true }))), formulas };
}

/** Searches for facts under which an obligation still stands although the approvals it asks for are given. */
export function searchNotSatisfied(rule: RuleModel & { readonly requirement: ApprovalObligation }): SearchResult & {
  readonly formulas: readonly Formula[];
} {
  const formulas = [and(rule.formula, areGiven(rule.requirement))];
  return { ...solve(formulas.map((formula) => ({ formula, value: true }))), formulas };
}

function laterLeaf(id: string): (leaf: Formula) => Formula {
  return (leaf) => {
    if (leaf.kind !== 'above') return leaf;
    const paths = [...leaf.term.facts.keys()];
    if (!paths.some((path) => path === COUNT || path === MANAGERS)) return leaf;
    if (!isApprovals(leaf.term.facts))
      throw new UnprovableRule(`rule \`${id}\`: expected approvals to be compared with constants only`);
    const [path = ''] = paths;
    const facts = new Map([[`${LATER}${path}`, 1n]]);
    return { ...leaf, term: { key: `${LATER}${leaf.term.key}`, facts } };
  };
}

function isApprovals(facts: ReadonlyMap<string, bigint>): boolean {
  const [path, ...others] = facts.keys();
  return others.length === 0 && (path === COUNT || path === MANAGERS);
}
