import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicySet } from '../../../../core/gate/cedar/compile-policy-set.ts';
import type { RecordShape } from '../../../../core/gate/cedar/context-shape.ts';
import { NO_ENTITIES } from '../../../../core/gate/cedar/entity-store.ts';
import { evaluate } from '../../../../core/gate/cedar/evaluate.ts';
import { generateCondition } from '../../../../core/gate/cedar/generate-expression.ts';
import { compileMatcher } from '../../../../core/gate/cedar/rule-matcher.ts';
import type { JsonObject, JsonValue } from '../../../../core/json.ts';

const SHAPE: RecordShape = {
  a: { yes: 'flag', no: 'flag', small: 'integer', large: 'integer' },
  names: 'names',
};
const KNOWN = new Map([
  ['limits.low', 3],
  ['limits.high', Number.MAX_SAFE_INTEGER],
]);
const ACTION = 'do';

const at = (...path: readonly string[]): JsonValue =>
  path.reduce<JsonValue>((left, attr) => ({ '.': { left, attr } }), { Var: 'context' });
const both = (operator: string, operand: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> =>
  fc.record({ left: operand, right: operand }).map((body) => ({ [operator]: body }));

/** Conditions of every form the generator covers, and some it does not. */
const { condition } = fc.letrec<{ condition: JsonValue; number: JsonValue }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<JsonValue>(at('a', 'yes'), at('a', 'no'), { Value: true }, { Value: false }),
    fc.constantFrom<JsonValue>({ has: { left: at('a'), attr: 'yes' } }, { has: { left: at('a'), attr: 'gone' } }),
    fc.constantFrom('x', 'y').map((name) => ({ contains: { left: at('names'), right: { Value: name } } })),
    fc.constantFrom<JsonValue>(at('a', 'gone'), { is: { left: { Var: 'principal' }, entity_type: 'Agent' } }),
    ...['&&', '||', '==', '!='].map((operator) => both(operator, tie('condition'))),
    ...['<', '<=', '>', '>=', '==', '!='].map((operator) => both(operator, tie('number'))),
    tie('condition').map((arg) => ({ '!': { arg } })),
    fc.tuple(tie('condition'), tie('condition'), tie('condition')).map(([test, yes, no]) => ({
      'if-then-else': Object.fromEntries([
        ['if', test],
        ['then', yes],
        ['else', no],
      ]),
    })),
  ),
  number: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<JsonValue>(at('a', 'small'), at('a', 'large'), at('limits', 'low'), at('limits', 'high')),
    fc.constantFrom(0, 1, -1, 3, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER).map((Value) => ({ Value })),
    ...['+', '-', '*'].map((operator) => both(operator, tie('number'))),
  ),
}));

const integer = fc.oneof(
  fc.nat(5),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1),
  fc.maxSafeNat(),
);
const context: fc.Arbitrary<JsonObject> = fc.record({
  a: fc.record({ yes: fc.boolean(), no: fc.boolean(), small: integer, large: integer }),
  names: fc.subarray(['x', 'y', 'z']),
});

function policy(body: JsonValue, kind: string): JsonObject {
  return {
    effect: 'forbid',
    principal: { op: 'All' },
    action: { op: 'All' },
    resource: { op: 'All' },
    conditions: [{ kind, body }],
  };
}

function matched(policies: JsonObject, facts: JsonObject) {
  const matcher = compileMatcher({
    policies: compilePolicySet({ staticPolicies: policies }),
    json: policies,
    entities: NO_ENTITIES,
    shape: SHAPE,
    action: ACTION,
    known: KNOWN,
  });
  const [holding, erring]: [number[], number[]] = [[], []];
  const count = matcher.match({ agentId: 'a', resource: 'r', context: facts }, holding, erring);
  const idsAt = (places: readonly number[]) => places.map((place) => matcher.ids[place]).sort();
  return { holding: idsAt(holding.slice(0, count)), erring: idsAt(erring) };
}

function evaluated(policies: JsonObject, facts: JsonObject) {
  const answer = evaluate(
    compilePolicySet({ staticPolicies: policies }),
    {
      principal: { type: 'Agent', id: 'a' },
      action: { type: 'Action', id: ACTION },
      resource: { type: 'Resource', id: 'r' },
      context: { ...facts, limits: { low: 3, high: Number.MAX_SAFE_INTEGER } },
    },
    NO_ENTITIES,
  );
  return { holding: [...answer.determining].sort(), erring: answer.erroring.map(({ policyId }) => policyId).sort() };
}

describe('compileMatcher', () => {
  it('finds what the evaluator finds, errors included, whatever the conditions and facts are', () => {
    const rules = fc.array(fc.tuple(condition, fc.constantFrom('when', 'unless')), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(rules, context, (bodies, facts) => {
        const policies = Object.fromEntries(bodies.map(([body, kind], index) => [`r${index}`, policy(body, kind)]));
        expect(matched(policies, facts)).toEqual(evaluated(policies, facts));
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves to the evaluator a rule whose scope names who or what', () => {
    const scoped = (id: string): JsonObject => ({
      ...policy({ Value: true }, 'when'),
      principal: { op: '==', entity: { type: 'Agent', id } },
    });

    expect(matched({ mine: scoped('a'), other: scoped('b') }, FACTS).holding).toEqual(['mine']);
  });
});

const FACTS: JsonObject = { a: { yes: true, no: false, small: 1, large: 2 }, names: [] };

describe('generateCondition', () => {
  const scope = { shape: SHAPE, known: KNOWN, variable: (path: readonly string[]) => `f_${path.join('_')}` };

  it('writes texts as json and nothing else of the policy', () => {
    const hostile = '");process.exit();("';
    const source = generateCondition({ contains: { left: at('names'), right: { Value: hostile } } }, scope);

    expect(source).toBe(`f_names.includes(${JSON.stringify(hostile)})`);
  });

  it.each<[string, JsonValue]>([
    ['a fact the shape does not have', at('a', 'gone')],
    ['a name every object has', at('constructor')],
    ['a product', { '>': { left: { '*': { left: at('a', 'small'), right: at('a', 'large') } }, right: { Value: 1 } } }],
    [
      'a sum of three facts, which a number may not hold',
      {
        '>': {
          left: {
            '+': { left: { '+': { left: at('a', 'small'), right: at('a', 'large') } }, right: at('a', 'small') },
          },
          right: { Value: 1 },
        },
      },
    ],
    ['a number as a condition', at('a', 'small')],
    ['the agent', { '==': { left: { Var: 'principal' }, right: { Var: 'principal' } } }],
    ['nothing', null],
  ])('does not cover %s', (_what, json) => {
    expect(generateCondition(json, scope)).toBeNull();
  });
});
