import type { CompiledBundle } from '../bundle.ts';
import type { Facts } from './concrete.ts';
import { concreteFacts, contextOf } from './concrete.ts';
import type { Witness } from './invariant.ts';
import { Space } from './space.ts';
import type { RuleModel, TypeModel } from './type-model.ts';

/** Combinations of facts of one rule beyond which the rule is too large to be checked against the engine. */
const MAX_CASES = 20_000;

/**
 * Puts every combination of facts that one rule can tell apart before the engine: it must answer without an error, and
 * as the model says.
 */
export function checkRule(
  invariant: string,
  model: TypeModel,
  rule: RuleModel,
  bundle: CompiledBundle,
): { readonly cases: number; readonly witness?: Witness } {
  const space = new Space([rule.formula]);
  const failed = (facts: Facts, problem: string): Witness => ({
    invariant,
    actionType: model.type,
    facts,
    verdict: 'deny',
    rules: [rule.id],
    problem,
  });
  if (space.states > MAX_CASES) return { cases: 0, witness: failed({}, `\`${rule.id}\` reads too many facts at once`) };
  const test = space.compile(rule.formula);
  const total = Number(space.states);
  let cases = 0;
  for (let number = 0; number < total; number += 1) {
    const values = valuesAt(space, number);
    const facts = concreteFacts(
      space.variables,
      new Map(space.variables.map(({ key }, index) => [key, values[index] ?? 0])),
    );
    if (facts === undefined) continue;
    cases += 1;
    const answer = ask(bundle, model, rule.id, facts);
    if (answer === 'error') return { cases, witness: failed(facts, `\`${rule.id}\` cannot be evaluated`) };
    if ((answer === 'holds') !== test(values))
      return { cases, witness: failed(facts, `\`${rule.id}\`: the engine and the model of the rule differ`) };
  }
  return { cases };
}

/** What the gate's own engine says of one rule. */
function ask(
  bundle: CompiledBundle,
  { type, names }: TypeModel,
  id: string,
  facts: Facts,
): 'holds' | 'quiet' | 'error' {
  const typeRules = bundle.rulesOf(type);
  if (typeRules === undefined) return 'error';
  const context = contextOf(names.kinds, facts);
  const [holding, erring]: [number[], number[]] = [[], []];
  const count = typeRules.matcher.match({ agentId: 'agent', resource: 'any/1', context }, holding, erring);
  const place = typeRules.rules.findIndex((rule) => rule.id === id);
  if (erring.includes(place)) return 'error';
  return holding.slice(0, count).includes(place) ? 'holds' : 'quiet';
}

/** The combination with a number, reading it with one digit for each variable. */
function valuesAt({ variables }: Space, number: number): Int16Array {
  let rest = number;
  return Int16Array.from(variables, ({ size }) => {
    const value = rest % size;
    rest = Math.floor(rest / size);
    return value;
  });
}
