import { isJsonObject } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import { sha256Hex } from '../ledger/hash.ts';
import type { CompiledBundle, CompiledRule } from './bundle.ts';
import type { TypeRules } from './bundle-rules.ts';
import { contextHashOf } from './cedar/generate-facts.ts';
import type { ApprovalObligation, Decision, DecisionRequest, RuleRef, Tier, Verdict } from './decision.ts';
import { completeContext } from './facts/context.ts';
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
 *
 * @param contextHash the context's hash, from a caller that has computed it by {@link contextHashOf} already
 */
export function decide(
  request: DecisionRequest,
  bundle: CompiledBundle,
  contextHash: string = contextHashOf(request.context, bundle.facts),
): Decision {
  const { verdict, tier, rules, obligations } = judge(request, bundle);
  return { verdict, tier, rules, obligations, bundleHash: bundle.hash, contextHash };
}

/** A decision without the hashes of what it was made on and by. */
export type Judgement = Omit<Decision, 'bundleHash' | 'contextHash'>;

/** What {@link decide} decides, for callers that ask many times and keep nothing. Pure and total. */
export function judge(request: DecisionRequest, bundle: CompiledBundle): Judgement {
  const typeRules = bundle.rulesOf(request.actionType);
  if (typeRules === undefined) return denied(UNKNOWN_TIER, [bundle.builtin['unknown-type']]);
  const { entry, matcher, rules } = typeRules;
  const asked = factsOf(request, bundle);
  if (asked === undefined) return denied(entry.tier, [bundle.builtin['malformed-facts']]);
  if (erring.length > 0) erring.length = 0;
  const count = matcher.match(asked, holding, erring);
  if (erring.length > 0) {
    return denied(entry.tier, [bundle.builtin['rule-error'], ...quoted(erring.flatMap((place) => rules[place] ?? []))]);
  }
  const only = count === 1 ? rules[holding[0] ?? 0] : undefined;
  if (only?.effect === 'permit') return { verdict: 'allow', tier: entry.tier, rules: only.quote, obligations: NONE };
  const held = holding.slice(0, count).sort(byNumber);
  return weigh(
    typeRules,
    held.flatMap((place) => rules[place] ?? []),
    bundle,
  );
}

/** The request when its facts are those the bundle declares, or become them by what later facts count as; else undefined. */
export function factsOf(request: DecisionRequest, { facts }: CompiledBundle): DecisionRequest | undefined {
  if (facts.fits(request.context)) return request;
  if (!isJsonObject(request.context)) return undefined;
  const context = completeContext(request.context);
  return facts.fits(context) ? { ...request, context } : undefined;
}

/** Every rule that holds for a request, by id, whether or not it decides. Pure and total. */
export function heldRules(request: DecisionRequest, bundle: CompiledBundle): readonly CompiledRule[] {
  const typeRules = bundle.rulesOf(request.actionType);
  const asked = factsOf(request, bundle);
  if (typeRules === undefined || asked === undefined) return [];
  const held: number[] = [];
  typeRules.matcher.match(asked, held, []);
  return held.sort(byNumber).flatMap((place) => typeRules.rules[place] ?? []);
}

/** Where matchers write: they run to their end and call nothing that decides, so one of each is enough. */
const holding: number[] = [];
const erring: number[] = [];
const NONE: readonly never[] = Object.freeze([]);

function weigh({ entry }: TypeRules, held: readonly CompiledRule[], bundle: CompiledBundle): Judgement {
  const permits = held.filter((rule) => rule.effect === 'permit');
  const forbids = held.filter((rule) => rule.effect === 'forbid');
  if (forbids.length === 0 && permits.length > 0) return outcome('allow', entry.tier, quoted(permits), NONE);
  if (forbids.length === 0) return denied(entry.tier, [bundle.builtin['default-deny']]);
  const firm = forbids.filter((rule) => rule.requirement === undefined);
  const requirements = forbids.flatMap((rule) => rule.requirement ?? []);
  if (firm.length > 0) {
    return denied(entry.tier, quoted([...firm, ...forbids.filter((rule) => rule.requirement !== undefined)]));
  }
  if (permits.length === 0) return denied(entry.tier, [bundle.builtin['default-deny']]);
  return outcome('require_approval', entry.tier, quoted(forbids), [mergeRequirements(requirements)]);
}

function byNumber(left: number, right: number): number {
  return left - right;
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
  return {
    bundleHash: bundle.hash,
    contextHash: sha256Hex(canonicalJson({})),
    ...denied(tier, [bundle.builtin[reason]]),
  };
}

function quoted(rules: readonly CompiledRule[]): readonly RuleRef[] {
  return rules.flatMap((rule) => rule.quote);
}

function denied(tier: Tier, rules: readonly RuleRef[]): Judgement {
  return outcome('deny', tier, rules, NONE);
}

function outcome(
  verdict: Verdict,
  tier: Tier,
  rules: readonly RuleRef[],
  obligations: readonly ApprovalObligation[],
): Judgement {
  return { verdict, tier, rules, obligations };
}
