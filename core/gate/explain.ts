import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { CompiledBundle, CompiledRule } from './bundle.ts';
import { heldRules, judge } from './decide.ts';
import type { DecisionRequest, Tier, Verdict } from './decision.ts';
import type { ChangedContext, FactDirection } from './explain-changes.ts';
import { changedContexts, withFact } from './explain-changes.ts';

/** What a rule does when it holds. */
export type RuleEffect = 'permit' | 'forbid' | 'require_approval';

/** A rule that holds for the request. */
export interface FiredRule {
  readonly id: string;
  readonly effect: RuleEffect;
  readonly text: string;
}

/** A change of one fact that would change the verdict, or which rules it quotes. */
export interface NearMiss {
  readonly fact: string;
  readonly direction: FactDirection;
  readonly verdict: Verdict;
  /** Ids of rules that would be quoted besides, and of those that no longer would. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What people's approvals would make of the same request. */
export interface ApprovalEffect {
  readonly approvals: number;
  readonly managers: number;
  readonly verdict: Verdict;
  /** Ids of the rules that verdict would quote. */
  readonly rules: readonly string[];
}

/** Why a request is decided as it is. Names facts and directions, never values. */
export interface Explanation {
  readonly actionType: string;
  readonly verdict: Verdict;
  readonly tier: Tier;
  /** Ids of the rules the decision quotes. */
  readonly rules: readonly string[];
  /** Every rule that holds, by id: also permits that a forbid overrules. */
  readonly fired: readonly FiredRule[];
  /** In the order of the schema; each change once for each thing it leads to, the nearest. */
  readonly oneFactAway: readonly NearMiss[];
  readonly approvals: readonly ApprovalEffect[];
  readonly bundleHash: string;
}

/** Explains a decision by deciding again on every context that is one fact away. Pure and total. */
export function explain(request: DecisionRequest, bundle: CompiledBundle): Explanation {
  const { verdict, tier, rules } = judge(request, bundle);
  return {
    actionType: request.actionType,
    verdict,
    tier,
    rules: rules.map(({ id }) => id),
    fired: heldRules(request, bundle).map(({ id, text, effect, requirement }) => ({
      id,
      effect: ruleEffect({ effect, requirement }),
      text,
    })),
    oneFactAway: nearMisses(request, bundle).map(({ miss }) => miss),
    approvals: approvalEffects(request, bundle),
    bundleHash: bundle.hash,
  };
}

/** What a rule does when it holds: a forbid that stands aside for approvals asks for them. */
export function ruleEffect(rule: Pick<CompiledRule, 'effect'> & { readonly requirement?: unknown }): RuleEffect {
  return rule.requirement === undefined ? rule.effect : 'require_approval';
}

/** A near miss with the context that shows it. */
export interface ShownNearMiss {
  readonly miss: NearMiss;
  readonly context: JsonObject;
}

/** The near misses of a request, each with the context that shows it; for checks, not for answers: it holds values. */
export function nearMisses(request: DecisionRequest, bundle: CompiledBundle): readonly ShownNearMiss[] {
  const typeRules = bundle.rulesOf(request.actionType);
  if (typeRules === undefined || !isJsonObject(request.context)) return [];
  const now = judge(request, bundle).rules.map(({ id }) => id);
  const verdictNow = judge(request, bundle).verdict;
  const seen = new Set<string>();
  return changedContexts(request.context, typeRules, bundle).flatMap((change) => {
    const { verdict, rules } = judge({ ...request, context: change.context }, bundle);
    const then = rules.map(({ id }) => id);
    const key = JSON.stringify([change.fact, change.direction, verdict, then]);
    if ((verdict === verdictNow && sameTexts(now, then)) || seen.has(key)) return [];
    seen.add(key);
    return [{ miss: nearMiss(change, verdict, now, then), context: change.context }];
  });
}

function nearMiss(
  { fact, direction }: ChangedContext,
  verdict: Verdict,
  now: readonly string[],
  then: readonly string[],
): NearMiss {
  return {
    fact,
    direction,
    verdict,
    added: then.filter((id) => !now.includes(id)),
    removed: now.filter((id) => !then.includes(id)),
  };
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}

const APPROVALS = [
  { approvals: 1, managers: 0 },
  { approvals: 1, managers: 1 },
  { approvals: 2, managers: 0 },
  { approvals: 2, managers: 1 },
] as const;

function approvalEffects(request: DecisionRequest, bundle: CompiledBundle): readonly ApprovalEffect[] {
  if (!isJsonObject(request.context) || bundle.rulesOf(request.actionType) === undefined) return [];
  return APPROVALS.map(({ approvals, managers }) => {
    const context = withFact(withFact(request.context, COUNT, approvals), MANAGERS, managers);
    const { verdict, rules } = judge({ ...request, context }, bundle);
    return { approvals, managers, verdict, rules: rules.map(({ id }) => id) };
  });
}

const COUNT = ['approvals', 'count'];
const MANAGERS = ['approvals', 'managers'];
