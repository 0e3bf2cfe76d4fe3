import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsShape, readContextShape } from '../../../../core/gate/cedar/context-shape.ts';
import {
  compileFacts,
  contextHashOf,
  missingFacts,
  projectContext,
} from '../../../../core/gate/cedar/generate-facts.ts';
import { isDecisionContext } from '../../../../core/gate/facts/context.ts';
import type { JsonObject, JsonValue } from '../../../../core/json.ts';
import { canonicalJson } from '../../../../core/ledger/canonical.ts';
import { sha256Hex } from '../../../../core/ledger/hash.ts';
import { baseContext, contextWith } from '../../../policies/cases.ts';
import { anyContext } from '../../../support/contexts.ts';
import { testBundle } from '../../../support/gate.ts';

const { facts } = testBundle;

describe('readContextShape', () => {
  it('reads records, comments and trailing commas', () => {
    const schema = '// type F = {};\ntype F = {\n  a: { b: Bool, c: Long, }, // why\n  d: Set< String >,\n};';

    expect(readContextShape(schema, 'F')).toEqual({ a: { b: 'flag', c: 'integer' }, d: 'names' });
  });

  it('knows the facts that the gate computes', () => {
    fc.assert(fc.property(anyContext, (context) => facts.fits(context) && isDecisionContext(context)));
  });

  it.each([
    ['no such type', 'type G = { a: Bool };'],
    ['a type that is no record', 'type F = Bool;'],
    ['an optional fact', 'type F = { a?: Bool };'],
    ['another type', 'type F = { a: String };'],
    ['a missing comma', 'type F = { a: Bool b: Bool };'],
    ['no end', 'type F = { a: Bool,'],
    ['a fact named as what every object has', 'type F = { constructor: Bool };'],
  ])('refuses %s', (_what, schema) => {
    expect(() => readContextShape(schema, 'F')).toThrow(/expected/);
  });
});

describe('a compiled shape', () => {
  it('accepts and hashes every context of the shape as the plain functions do', () => {
    fc.assert(
      fc.property(anyContext, (context) => {
        expect(facts.fits(context)).toBe(true);
        expect(contextHashOf(context, facts)).toBe(sha256Hex(canonicalJson(context)));
      }),
    );
  });

  it('judges any json as the plain check does', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => facts.fits(value) === fitsShape(value, facts.shape)));
  });

  it.each<[string, JsonValue]>([
    ['agent.halted', 1],
    ['agent.halted', null],
    ['amount.microUsd', -1],
    ['amount.microUsd', 0.5],
    ['amount.microUsd', '1'],
    ['signals', [1]],
    ['signals', Array.from({ length: 17 }, () => 'x')],
    ['signals', {}],
    ['day', []],
  ])('refuses %s as %j, and names it', (path, value) => {
    const context = contextWith({ [path]: value });

    expect(facts.fits(context)).toBe(false);
    expect(missingFacts(context, facts)).toContain(path === 'day' ? 'day.amountMicroUsd' : path);
  });

  it('refuses a fact that nobody declared, and projects it away', () => {
    const context: JsonObject = { ...baseContext, day: { amountMicroUsd: 0, other: 1 }, other: {} };

    expect(facts.fits(context)).toBe(false);
    expect(projectContext(context, facts.shape)).toEqual(baseContext);
  });

  it('hashes what is not json as null', () => {
    const context: JsonObject = { broken: '\ud800' };

    expect(contextHashOf(context, facts)).toBe(sha256Hex('null'));
  });

  it('is nothing but its names: an empty shape takes the empty record alone', () => {
    const empty = compileFacts({});

    expect([{}, { a: 1 }, [], null, 'x'].map((value) => empty.fits(value))).toEqual([true, false, false, false, false]);
  });
});
