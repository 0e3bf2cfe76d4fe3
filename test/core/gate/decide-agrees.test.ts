import type { EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import { preparsePolicySet, preparseSchema, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileBundle } from '../../../core/gate/bundle.ts';
import type { CatalogueEntry } from '../../../core/gate/catalogue.ts';
import { decide } from '../../../core/gate/decide.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';
import { buildBundle } from '../../../tools/build-bundle.ts';
import { baseContext } from '../../policies/cases.ts';

const source = buildBundle();
const bundle = compileBundle(source);
preparsePolicySet('bundle', { staticPolicies: JSON.parse(JSON.stringify(source.policies)) });
preparseSchema('bundle', source.schema);
const entities: EntityJson[] = Object.entries(source.actionGroups).map(([type, groups]) => ({
  uid: { type: 'Action', id: type },
  attrs: {},
  parents: groups.map((id) => ({ type: 'Action', id })),
}));

/** Contexts of the right shape: mostly ordinary, so that interesting rules are not drowned by denials. */
const signalNames = [...bundle.catalogue.values()].flatMap((entry) => entry.signals.map(({ name }) => name));
const context: fc.Arbitrary<JsonObject> = fc.record(
  Object.fromEntries(Object.entries(baseContext).map(([group, facts]) => [group, factsLike(facts)])),
);

function factsLike(facts: JsonValue): fc.Arbitrary<JsonValue> {
  if (!isJsonObject(facts)) return fc.subarray(signalNames);
  return fc.record(
    Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        name,
        typeof value === 'boolean'
          ? fc.oneof({ weight: 15, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.boolean() })
          : fc.oneof(fc.constant(value), fc.integer({ min: 0, max: 5 }), fc.maxSafeNat()),
      ]),
    ),
  );
}

it('agrees with the official engine whatever the facts are', () => {
  fc.assert(
    fc.property(fc.constantFrom(...bundle.catalogue), context, ([type, entry], facts) => {
      const decision = decide({ agentId: 'a', actionType: type, resource: 'account/1', context: facts }, bundle);
      const official = officialAnswer(type, entry, facts);

      expect(official.errors).toEqual([]);
      expect(decision.verdict === 'allow').toBe(official.decision === 'allow');
      const quoted = decision.rules.map(({ id }) => id).filter((id) => !id.startsWith('CS-GATE-'));
      expect(quoted.sort()).toEqual(official.reason.sort());
    }),
    { numRuns: 300 },
  );
});

function officialAnswer(type: string, { limits }: CatalogueEntry, facts: JsonObject) {
  const none = BigInt(Number.MAX_SAFE_INTEGER);
  const answer = statefulIsAuthorized({
    principal: { type: 'Agent', id: 'a' },
    action: { type: 'Action', id: type },
    resource: { type: 'Resource', id: 'account/1' },
    context: {
      ...JSON.parse(JSON.stringify(facts)),
      limits: {
        materialityMicroUsd: Number(limits?.materialityMicroUsd ?? none),
        dualMicroUsd: Number(limits?.dualMicroUsd ?? none),
        sessionMicroUsd: Number(limits?.sessionMicroUsd ?? none),
        dayMicroUsd: Number(limits?.dayMicroUsd ?? none),
      },
    },
    preparsedPolicySetId: 'bundle',
    preparsedSchemaName: 'bundle',
    entities,
    validateRequest: true,
  });
  if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; '));
  return { ...answer.response, reason: answer.response.diagnostics.reason, errors: answer.response.diagnostics.errors };
}
