import { describe, expect, it } from 'vitest';
import type { CompiledRule } from '../../core/gate/bundle.ts';
import { compileBundle } from '../../core/gate/bundle.ts';
import { compilePolicySet } from '../../core/gate/cedar/compile-policy-set.ts';
import { evaluate } from '../../core/gate/cedar/evaluate.ts';
import { decide } from '../../core/gate/decide.ts';
import type { JsonObject } from '../../core/json.ts';
import { buildBundle } from '../../tools/build-bundle.ts';
import type { PolicyCase } from './cases.ts';
import { casesByFile, contextWith } from './cases.ts';

const source = buildBundle();
const bundle = compileBundle(source);
const cases = casesByFile.flatMap(([, list]) => list);

function decideCase({ action, facts }: PolicyCase) {
  return decide({ agentId: 'agent', actionType: action, resource: 'account/1', context: contextWith(facts) }, bundle);
}

/** True when a rule, on its own, applies and holds. */
function holds(id: string, action: string, context: JsonObject): boolean {
  const alone = compilePolicySet({ staticPolicies: { [id]: source.policies[id] ?? null } });
  const entry = bundle.catalogue.get(action);
  const limits = Object.fromEntries(
    (['materialityMicroUsd', 'dualMicroUsd', 'sessionMicroUsd', 'dayMicroUsd'] as const).map((name) => [
      name,
      Number(entry?.limits?.[name] ?? Number.MAX_SAFE_INTEGER),
    ]),
  );
  const request = {
    principal: { type: 'Agent', id: 'agent' },
    action: { type: 'Action', id: action },
    resource: { type: 'Resource', id: 'account/1' },
    context: { ...context, limits },
  };
  return evaluate(alone, request, bundle.entities).determining.includes(id);
}

describe.each(casesByFile)('%s', (_file, list) => {
  it.each(list.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const decision = decideCase(one);

    expect({ verdict: decision.verdict, rules: decision.rules.map((rule) => rule.id).sort() }).toEqual({
      verdict: one.verdict,
      rules: [...one.rules].sort(),
    });
    for (const id of one.quiet ?? []) expect(holds(id, one.action, contextWith(one.facts)), id).toBe(false);
  });
});

describe('the cases together', () => {
  const ids = [...bundle.ruleById.keys()];

  it.each(ids)('show %s when it applies', (id) => {
    expect(cases.filter((one) => one.rules.includes(id)).map((one) => one.name)).not.toEqual([]);
  });

  it.each(ids)('show %s when it does not apply to an action of its kind', (id) => {
    const near = cases.filter((one) => one.quiet?.includes(id) && actionsOf(id).has(one.action));

    expect(near.map((one) => one.name)).not.toEqual([]);
  });

  /** The actions a rule has a case of applying to: what its scope covers, as far as cases show. */
  function actionsOf(id: string): ReadonlySet<string> {
    const scope = JSON.stringify(source.policies[id]);
    const names = [...scope.matchAll(/\{"type":"Action","id":"([^"]+)"\}/g)].map((match) => match[1] ?? '');
    const actions = Object.entries(source.actionGroups).filter(
      ([type, groups]) => names.length === 0 || names.some((name) => name === type || groups.includes(name)),
    );
    return new Set(actions.map(([type]) => type));
  }
});

describe('obligations', () => {
  const obligations = [...bundle.ruleById.values()].filter((rule) => rule.requirement !== undefined);

  it.each(obligations.map((rule) => [rule.id, rule] as const))(
    '%s stands aside exactly for what it requires',
    (id, rule) => {
      const one = cases.find(({ rules, verdict }) => rules.includes(id) && verdict === 'require_approval');
      if (one === undefined) throw new Error(`expected a case of ${id}`);
      for (let count = 0; count <= 3; count += 1) {
        for (let managers = 0; managers <= count; managers += 1) {
          const approvals = { 'approvals.count': count, 'approvals.managers': managers };
          const context = contextWith({ ...one.facts, ...approvals });
          expect(holds(id, one.action, context), `${count}/${managers}`).toBe(!isMet(rule, count, managers));
        }
      }
    },
  );

  function isMet({ requirement }: CompiledRule, count: number, managers: number): boolean {
    return requirement !== undefined && count >= requirement.approvals && managers >= requirement.managers;
  }
});
