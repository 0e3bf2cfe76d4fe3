import type { JsonObject } from '../json.ts';
import type { CompiledRule } from './bundle.ts';
import type { Catalogue, CatalogueEntry, Limits } from './catalogue.ts';
import type { CompiledPolicySet } from './cedar/compile-policy-set.ts';
import type { RecordShape } from './cedar/context-shape.ts';
import type { EntityStore } from './cedar/entity-store.ts';
import type { RuleMatcher } from './cedar/rule-matcher.ts';
import { compileMatcher } from './cedar/rule-matcher.ts';

/** The rules that are about one action type, ready to be asked. */
export interface TypeRules {
  readonly entry: CatalogueEntry;
  readonly matcher: RuleMatcher;
  /** The rule at each place of the matcher, by id. */
  readonly rules: readonly CompiledRule[];
  /** The catalogue's integers that rules compare with, by dotted path from the context. */
  readonly known: ReadonlyMap<string, number>;
}

/** Gives the rules of an action type, or undefined when the catalogue does not have it. */
export type RulesOf = (actionType: string) => TypeRules | undefined;

/** What {@link rulesByType} works on. */
export interface RulesByTypeInput {
  readonly catalogue: Catalogue;
  readonly ruleById: ReadonlyMap<string, CompiledRule>;
  readonly policies: CompiledPolicySet;
  readonly json: JsonObject;
  readonly entities: EntityStore;
  readonly shape: RecordShape;
}

/** Compiles the rules of an action type when it is first asked for: a gate that starts need not wait for all of them. */
export function rulesByType(input: RulesByTypeInput): RulesOf {
  const compiled = new Map<string, TypeRules>();
  return (actionType) => {
    const found = compiled.get(actionType);
    if (found !== undefined) return found;
    const entry = input.catalogue.get(actionType);
    if (entry === undefined) return undefined;
    const rules = rulesOfType(input, actionType, entry);
    compiled.set(actionType, rules);
    return rules;
  };
}

function rulesOfType(input: RulesByTypeInput, action: string, entry: CatalogueEntry): TypeRules {
  const known = knownIntegers(entry.limits);
  const matcher = compileMatcher({ ...input, action, known });
  const rules = matcher.ids.flatMap((id) => input.ruleById.get(id) ?? []);
  return { entry, matcher, rules, known };
}

/** The threshold of an action without an amount: larger than any fact, so that no rule about one applies. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Thresholds come from the bundle, not from the stored facts, so that another bundle can be tried on old traffic. */
function knownIntegers(limits: Limits | undefined): ReadonlyMap<string, number> {
  return new Map([
    ['limits.materialityMicroUsd', Number(limits?.materialityMicroUsd ?? NO_LIMIT)],
    ['limits.dualMicroUsd', Number(limits?.dualMicroUsd ?? NO_LIMIT)],
    ['limits.sessionMicroUsd', Number(limits?.sessionMicroUsd ?? NO_LIMIT)],
    ['limits.dayMicroUsd', Number(limits?.dayMicroUsd ?? NO_LIMIT)],
  ]);
}
