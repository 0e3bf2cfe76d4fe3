import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import { sha256Hex } from '../ledger/hash.ts';
import type { CompiledBundle, CompiledRule } from './bundle.ts';
import type { CatalogueEntry } from './catalogue.ts';
import type { CompiledPolicySet } from './cedar/compile-policy-set.ts';
import type { AuthorizationAnswer } from './cedar/evaluate.ts';
import { evaluate } from './cedar/evaluate.ts';
import type { ApprovalObligation, Decision, DecisionRequest, RuleRef, Tier, Verdict } from './decision.ts';
import { completeContext, isDecisionContext } from './facts/context.ts';
import { mergeRequirements } from './requirement.ts';

/** The tier of what the catalogue does not know. */
const UNKNOWN_TIER: Tier = 3;

/**
 * Decides. Pure, deterministic and total: equal requests and bundles give equal decisions, byte for byte, and no
 * request makes it throw.
 *
 * - A type that is not in the catalogue, facts that are not exactly the expected ones, a rule that errs, and what no
 *   rule permits are denied with the bundle's own text for that.
 * - When only rules that ask for approvals stand in the way, the verdict is `require_approval`, for the most people
 *   any of them asks for.
 * - A denial quotes every rule that stands in the way: those that no approval removes first, each kind by id.
 */
export function decide(request: DecisionRequest, bundle: CompiledBundle): Decision {
  const base = { bundleHash: bundle.hash, contextHash: hashOf(request.context) };
  const entry = bundle.catalogue.get(request.actionType);
  if (entry === undefined) return { ...base, ...denied(UNKNOWN_TIER, [bundle.builtin['unknown-type']]) };
  if (!isJsonObject(request.context) || !isDecisionContext(request.context)) {
    return { ...base, ...denied(entry.tier, [bundle.builtin['malformed-facts']]) };
  }
  return { ...base, ...applyRules(request, entry, bundle) };
}

type Outcome = Omit<Decision, 'bundleHash' | 'contextHash'>;

function applyRules(request: DecisionRequest, entry: CatalogueEntry, bundle: CompiledBundle): Outcome {
  const ask = (policies: CompiledPolicySet): AuthorizationAnswer =>
    evaluate(policies, toCedar(request, entry), bundle.entities);
  const answer = ask(bundle.allRules);
  if (answer.problem !== null) return denied(entry.tier, [bundle.builtin['malformed-facts']]);
  if (answer.erroring.length > 0) {
    const errors = rulesOf(
      answer.erroring.map((failure) => failure.policyId),
      bundle,
    );
    return denied(entry.tier, [bundle.builtin['rule-error'], ...quoted(errors)]);
  }
  const rules = rulesOf(answer.determining, bundle);
  if (answer.decision === 'allow') return outcome('allow', entry.tier, quoted(rules), []);
  if (rules.length === 0) return denied(entry.tier, [bundle.builtin['default-deny']]);
  const requirements = rules.flatMap((rule) => (rule.requirement === undefined ? [] : [rule.requirement]));
  if (requirements.length < rules.length) {
    const firm = rules.filter((rule) => rule.requirement === undefined);
    return denied(entry.tier, [...quoted(firm), ...quoted(rules.filter((rule) => rule.requirement !== undefined))]);
  }
  if (ask(bundle.rulesButObligations).decision === 'deny') return denied(entry.tier, [bundle.builtin['default-deny']]);
  return outcome('require_approval', entry.tier, quoted(rules), [mergeRequirements(requirements)]);
}

/**
 * The refusal that is due when state cannot be read or a decision cannot be recorded, with the bundle's text for it.
 *
 * @param reason why nothing could be decided
 */
export function refuseUndecided(
  reason: 'storage-fault' | 'contention' | 'malformed-facts',
  actionType: string,
  bundle: CompiledBundle,
): Decision {
  const tier = bundle.catalogue.get(actionType)?.tier ?? UNKNOWN_TIER;
  return { bundleHash: bundle.hash, contextHash: hashOf({}), ...denied(tier, [bundle.builtin[reason]]) };
}

/** The thresholds of an action without an amount: larger than any fact, so that no rule about one applies. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Thresholds come from the bundle, not from the stored facts, so that another bundle can be tried on old traffic. */
function toCedar(request: DecisionRequest, { limits }: CatalogueEntry) {
  return {
    principal: { type: 'Agent', id: request.agentId },
    action: { type: 'Action', id: request.actionType },
    resource: { type: 'Resource', id: request.resource },
    context: {
      ...completeContext(request.context),
      limits: {
        materialityMicroUsd: Number(limits?.materialityMicroUsd ?? NO_LIMIT),
        dualMicroUsd: Number(limits?.dualMicroUsd ?? NO_LIMIT),
        sessionMicroUsd: Number(limits?.sessionMicroUsd ?? NO_LIMIT),
        dayMicroUsd: Number(limits?.dayMicroUsd ?? NO_LIMIT),
      },
    },
  };
}

function rulesOf(ids: readonly string[], bundle: CompiledBundle): readonly CompiledRule[] {
  return [...ids].sort().flatMap((id) => bundle.ruleById.get(id) ?? []);
}

function quoted(rules: readonly CompiledRule[]): readonly RuleRef[] {
  return rules.map(({ id, text, frameworkRefs }) => ({ id, text, frameworkRefs }));
}

function denied(tier: Tier, rules: readonly RuleRef[]): Outcome {
  return outcome('deny', tier, rules, []);
}

function outcome(
  verdict: Verdict,
  tier: Tier,
  rules: readonly RuleRef[],
  obligations: readonly ApprovalObligation[],
): Outcome {
  return { verdict, tier, rules, obligations };
}

/** A context that has no canonical form was never stored; its hash is that of `null`. */
function hashOf(context: JsonObject): string {
  try {
    return sha256Hex(canonicalJson(context));
  } catch {
    return sha256Hex(canonicalJson(null));
  }
}
