import type { CompiledBundle } from '../bundle.ts';
import { decide } from '../decide.ts';
import type { Decision } from '../decision.ts';
import { LATER } from './approvals.ts';
import type { Facts } from './concrete.ts';
import { concreteFacts, contextOf } from './concrete.ts';
import type { Formula } from './formula.ts';
import type { Witness } from './invariant.ts';
import type { SearchResult } from './solve.ts';
import { Space } from './space.ts';
import type { TypeModel } from './type-model.ts';

/** Turns what a search found into facts, with what the gate answers to them. */
export function witnessOf(
  invariant: string,
  problem: string,
  model: TypeModel,
  formulas: readonly Formula[],
  { found }: SearchResult,
  compiled: CompiledBundle,
  rule?: string,
): Witness {
  const base = { invariant, actionType: model.type };
  const rules = rule === undefined ? [] : [rule];
  if (found === undefined)
    return { ...base, facts: {}, verdict: 'unknown', rules, problem: 'too many combinations of facts to look at' };
  const facts = concreteFacts(new Space(formulas).variables, found);
  if (facts === undefined) {
    const unknown = 'no integers were found that compare like this, and none were ruled out';
    return { ...base, facts: Object.fromEntries(found), verdict: 'unknown', rules, problem: `${problem} (${unknown})` };
  }
  const answer = answerTo(model, facts, compiled);
  const quoted = rule === undefined ? answer.rules.map(({ id }) => id) : rules;
  return { ...base, facts, verdict: verdictOf(answer, model, facts, compiled), rules: quoted, problem };
}

/** For facts with two sets of approvals, both answers. */
function verdictOf(answer: Decision, model: TypeModel, facts: Facts, compiled: CompiledBundle): string {
  const later = Object.entries(facts).filter(([path]) => path.startsWith(LATER));
  if (later.length === 0) return answer.verdict;
  const changed = Object.fromEntries(later.map(([path, value]) => [path.slice(LATER.length), value]));
  return `${answer.verdict}, then ${answerTo(model, { ...facts, ...changed }, compiled).verdict}`;
}

function answerTo({ type, names }: TypeModel, facts: Facts, compiled: CompiledBundle): Decision {
  const context = contextOf(names.kinds, facts);
  return decide({ agentId: 'agent', actionType: type, resource: 'any/1', context }, compiled);
}
