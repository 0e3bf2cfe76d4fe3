import type { CompiledBundle } from './bundle.ts';
import { factsOf } from './decide.ts';
import type { DecisionRequest } from './decision.ts';
import type { RuleEffect } from './explain.ts';
import { ruleEffect } from './explain.ts';

/** A watched rule that would have had a say, or that could not be evaluated. */
export interface ShadowHit {
  readonly id: string;
  readonly effect: RuleEffect | 'error';
}

/**
 * What the bundle's shadow rules would have done, by id. They are evaluated apart from the rules that decide, so
 * nothing here, an error included, can change a verdict. Pure and total.
 */
export function shadowHits(request: DecisionRequest, bundle: CompiledBundle): readonly ShadowHit[] {
  const typeRules = bundle.shadowRulesOf(request.actionType);
  if (typeRules === undefined || typeRules.rules.length === 0) return [];
  const asked = factsOf(request, bundle);
  if (asked === undefined) return [];
  const [held, errors]: [number[], number[]] = [[], []];
  typeRules.matcher.match(asked, held, errors);
  return typeRules.rules.flatMap((rule, place): readonly ShadowHit[] => {
    if (errors.includes(place)) return [{ id: rule.id, effect: 'error' }];
    return held.includes(place) ? [{ id: rule.id, effect: ruleEffect(rule) }] : [];
  });
}
