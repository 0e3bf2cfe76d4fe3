import { policyToJson, preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import type { CompiledBundle, PolicyBundle } from '../../core/gate/bundle.ts';
import { compileBundle } from '../../core/gate/bundle.ts';
import type { DecisionContext } from '../../core/gate/facts/context.ts';
import { parseRequirement } from '../../core/gate/requirement.ts';
import type { JsonObject } from '../../core/json.ts';
import { buildBundle } from '../../tools/build-bundle.ts';
import type { BenchLimits, BenchRule } from './rule.ts';
import { BENCH_RULES } from './rules.ts';

/** The action type that is asked about. */
export const ASKED_TYPE = 'payment.send';
const OTHER_TYPES = ['card.freeze', 'account.read-balance', 'profile.update'];

/** Each engine answers with the verdict and the ids of the rules it quotes. */
export interface EngineAnswer {
  readonly verdict: string;
  readonly rules: readonly string[];
}

const { proof: _proof, ...deployed } = buildBundle() as PolicyBundle & { readonly proof?: unknown };

/** The hundred rules, and `extraCount` more that are about other action types. */
export function benchBundle(extraCount = 0): { readonly bundle: CompiledBundle; readonly policies: PolicyBundle } {
  const extras = Array.from({ length: extraCount }, (_, index) => {
    const rule = BENCH_RULES[index % BENCH_RULES.length];
    if (rule === undefined) throw new Error('expected rules');
    return { rule, action: OTHER_TYPES[index % OTHER_TYPES.length] ?? ASKED_TYPE };
  });
  const all = [...BENCH_RULES.map((rule) => ({ rule, action: ASKED_TYPE })), ...extras];
  const entries = all.map(({ rule, action }, index) => ({ id: idOf(index), rule, action }));
  const policies: PolicyBundle = {
    ...deployed,
    policies: Object.fromEntries(entries.map(({ id, rule, action }) => [id, policyOf(rule, action)])),
    rules: Object.fromEntries(
      entries.map(({ id, rule: { kind } }) => [
        id,
        {
          id,
          text: 'A rule that is measured.',
          frameworkRefs: ['AIR-SEC-024'],
          tier: 0,
          effect: kind === 'permit' ? kind : 'forbid',
          ...(kind !== 'permit' && kind !== 'forbid' && { requires: kind }),
        },
      ]),
    ),
  };
  return { bundle: compileBundle(policies), policies };
}

/** The rule's id at a place: in text order as in number order. */
export function idOf(index: number): string {
  return `CS-BENCH-T0-${String(index).padStart(4, '0')}`;
}

function policyOf({ kind, cedar }: BenchRule, action: string): JsonObject {
  const effect = kind === 'permit' ? kind : 'forbid';
  const requirement = parseRequirement(kind);
  const managers = requirement?.managers === 1 ? ' && context.approvals.managers >= 1' : '';
  const unless =
    requirement === undefined ? '' : ` unless { context.approvals.count >= ${requirement.approvals}${managers} }`;
  const parsed = policyToJson(
    `${effect} (principal, action == Action::"${action}", resource) when { ${cedar} }${unless};`,
  );
  if (parsed.type === 'failure') throw new Error(parsed.errors.map((error) => error.message).join('; '));
  // The parser's types describe plain JSON; serialising makes it so.
  return JSON.parse(JSON.stringify(parsed.json));
}

/** The official engine with the hundred rules parsed beforehand, without request validation: its fastest form. */
export function officialEngine(policies: PolicyBundle): (context: JsonObject, limits: JsonObject) => EngineAnswer {
  preparsePolicySet('bench', { staticPolicies: JSON.parse(JSON.stringify(policies.policies)) });
  return (context, limits) => {
    const answer = statefulIsAuthorized({
      principal: { type: 'Agent', id: 'a' },
      action: { type: 'Action', id: ASKED_TYPE },
      resource: { type: 'Resource', id: 'account/1' },
      // Spreading makes it the mutable record the parser's types ask for.
      context: { ...JSON.parse('{}'), ...context, limits },
      preparsedPolicySetId: 'bench',
      entities: [],
      validateRequest: false,
    });
    if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; '));
    return { verdict: answer.response.decision, rules: answer.response.diagnostics.reason };
  };
}

const HAND_WRITTEN = BENCH_RULES.map((rule, index) => ({
  id: idOf(index),
  isPermit: rule.kind === 'permit',
  requirement: parseRequirement(rule.kind),
  test: rule.test,
}));

/** The same rules as a person would write a gate without a policy language: a list of predicates. */
export function handWritten(context: DecisionContext, limits: BenchLimits): EngineAnswer {
  const permits: string[] = [];
  const firm: string[] = [];
  const asking: string[] = [];
  const { count, managers } = context.approvals;
  for (const { id, isPermit, requirement, test } of HAND_WRITTEN) {
    if (!test(context, limits)) continue;
    if (isPermit) permits.push(id);
    else if (requirement === undefined) firm.push(id);
    else if (count < requirement.approvals || managers < requirement.managers) asking.push(id);
  }
  if (firm.length > 0) return { verdict: 'deny', rules: [...firm, ...asking] };
  if (asking.length > 0 && permits.length > 0) return { verdict: 'require_approval', rules: asking };
  return permits.length > 0 ? { verdict: 'allow', rules: permits } : { verdict: 'deny', rules: [] };
}
