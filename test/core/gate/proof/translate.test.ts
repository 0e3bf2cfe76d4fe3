import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { boolean, assert as check, constant, constantFrom, property, record, subarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileBundle } from '../../../../core/gate/bundle.ts';
import { heldRules } from '../../../../core/gate/decide.ts';
import { contextOf } from '../../../../core/gate/proof/concrete.ts';
import type { Formula } from '../../../../core/gate/proof/formula.ts';
import { policyFormula, UnprovableRule } from '../../../../core/gate/proof/translate.ts';
import { typeModels } from '../../../../core/gate/proof/type-model.ts';
import type { JsonObject, JsonValue } from '../../../../core/json.ts';
import { assembleBundle, POLICIES_DIRECTORY } from '../../../../tools/build-bundle.ts';

type Facts = { readonly [path: string]: JsonValue };

const bundle = compileBundle(assembleBundle(POLICIES_DIRECTORY));
const models = typeModels(bundle);

/** What a formula says of facts. */
function holds(formula: Formula, facts: Facts): boolean {
  switch (formula.kind) {
    case 'constant':
      return formula.value;
    case 'not':
      return !holds(formula.of, facts);
    case 'and':
      return formula.parts.every((part) => holds(part, facts));
    case 'or':
      return formula.parts.some((part) => holds(part, facts));
    case 'flag':
      return facts[formula.path] === true;
    case 'member': {
      const names = facts[formula.path];
      return Array.isArray(names) && names.includes(formula.name);
    }
    case 'above': {
      const parts = [...formula.term.facts].map(([path, factor]) => BigInt(Number(facts[path])) * factor);
      return parts.reduce((sum, part) => sum + part, 0n) > formula.bound;
    }
  }
}

/** Integers at and beside every threshold of the catalogue, and the smallest and largest there are. */
const thresholds = [...bundle.catalogue.values()].flatMap(({ limits }) => Object.values(limits ?? {}).map(Number));
const numbers = [0, 1, 2, 3, 4, 5, 8, 19, 20, 50, 51, ...thresholds, Number.MAX_SAFE_INTEGER];
const integer = constantFrom(...new Set(numbers.flatMap((value) => [Math.max(0, value - 1), value])));
const signals = [...new Set([...bundle.catalogue.values()].flatMap((entry) => entry.signals.map(({ name }) => name)))];
const anyFacts = record(
  Object.fromEntries(
    bundle.facts.paths.map(({ path, kind }) => [
      path.join('.'),
      kind === 'flag'
        ? boolean()
        : kind === 'integer'
          ? integer
          : kind === 'names'
            ? subarray(signals)
            : constant(null),
    ]),
  ),
);

describe('the model of a rule', () => {
  it('says what the engine says, on any facts', () => {
    const held = (facts: Facts, type: string): readonly string[] => {
      const [first] = models;
      const context = contextOf(first?.names.kinds ?? new Map(), facts);
      return heldRules({ agentId: 'a', actionType: type, resource: 'account/1', context }, bundle).map(({ id }) => id);
    };

    check(
      property(anyFacts, constantFrom(...models), (facts, { type, rules }) => {
        expect(rules.filter(({ formula }) => holds(formula, facts)).map(({ id }) => id)).toEqual(held(facts, type));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('translating a condition', () => {
  const names = {
    kinds: new Map([
      ['a.flag', 'flag'],
      ['a.count', 'integer'],
      ['a.other', 'integer'],
      ['signals', 'names'],
    ] as const),
    constants: new Map([['limits.max', 10n]]),
  };
  const formulaOf = (condition: string): Formula => {
    const answer = policyToJson(`forbid (principal, action, resource) when { ${condition} };`);
    if (answer.type === 'failure') throw new Error(condition);
    const policy: JsonObject = JSON.parse(JSON.stringify(answer.json));
    return policyFormula(policy, names);
  };

  it.each<[string, Facts, boolean]>([
    ['context.a.count > context.limits.max', { 'a.count': 11 }, true],
    ['context.a.count > context.limits.max', { 'a.count': 10 }, false],
    ['context.a.count >= 3', { 'a.count': 3 }, true],
    ['3 > context.a.count', { 'a.count': 3 }, false],
    ['context.a.count <= 3', { 'a.count': 3 }, true],
    ['context.a.count == 3', { 'a.count': 3 }, true],
    ['context.a.count == 3', { 'a.count': 4 }, false],
    ['context.a.count != 3', { 'a.count': 2 }, true],
    ['2 * context.a.count > 5', { 'a.count': 3 }, true],
    ['2 * context.a.count > 6', { 'a.count': 3 }, false],
    ['context.a.count - context.a.other < 0', { 'a.count': 2, 'a.other': 3 }, true],
    ['context.a.other * 3 <= context.a.count * 2', { 'a.count': 3, 'a.other': 2 }, true],
    ['[2, 3].contains(context.a.count)', { 'a.count': 3 }, true],
    ['context.signals.containsAny(["x", "y"])', { signals: ['y'] }, true],
    ['context.signals.containsAll(["x", "y"])', { signals: ['y'] }, false],
    ['if context.a.flag then context.a.count > 1 else true', { 'a.flag': true, 'a.count': 1 }, false],
    ['context.a has flag && context.a.flag == true', { 'a.flag': true }, true],
    ['context.a has nothing', {}, false],
  ])('keeps the meaning of %s', (condition, facts, expected) => {
    expect(holds(formulaOf(condition), { 'a.flag': false, 'a.count': 0, 'a.other': 0, signals: [], ...facts })).toBe(
      expected,
    );
  });

  it.each([
    'context.missing',
    'context.a.count * context.a.other > 1',
    'context.a.flag > 1',
    'principal == Agent::"x"',
    'context.signals == ["x"]',
    'context.a',
  ])('refuses %s', (condition) => {
    expect(() => formulaOf(condition)).toThrow(UnprovableRule);
  });
});
