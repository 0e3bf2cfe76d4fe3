import type { Formula } from './formula.ts';
import { or } from './formula.ts';
import type { Constraint, SearchResult } from './solve.ts';
import { solve } from './solve.ts';
import type { TypeModel } from './type-model.ts';

/**
 * Searches for facts that meet a condition and are allowed: no forbid holds and a permit does.
 *
 * @param extra what else the facts have to meet
 */
export function searchAllowed(
  { rules }: TypeModel,
  condition: Formula,
  extra: readonly Constraint[] = [],
): SearchResult & { readonly constraints: readonly Constraint[] } {
  const permits = rules.filter((rule) => rule.effect === 'permit').map((rule) => rule.formula);
  const forbids = rules.filter((rule) => rule.effect === 'forbid');
  const constraints = [
    { formula: condition, value: true },
    ...extra,
    ...forbids.map(({ formula }) => ({ formula, value: false })),
    { formula: or(...permits), value: true },
  ];
  return { ...solve(constraints), constraints };
}
