import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileBundle } from '../../../core/gate/bundle.ts';
import { decide } from '../../../core/gate/decide.ts';
import { explain, nearMisses } from '../../../core/gate/explain.ts';
import { replyExplanation } from '../../../core/gate/explain-reply.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';
import { buildBundle } from '../../../tools/build-bundle.ts';
import { contextWith } from '../../policies/cases.ts';
import { anyActionType, anyContext } from '../../support/contexts.ts';
import { testBundle } from '../../support/gate.ts';

const asked = (actionType: string, context: JsonObject) => ({
  agentId: '111122223333:agent',
  actionType,
  resource: 'account/1',
  context,
});
const ask = (actionType: string, facts: { readonly [path: string]: JsonValue }) =>
  explain(asked(actionType, contextWith(facts)), testBundle);

describe('explain', () => {
  it('names the fact that would let a read through, and its direction', () => {
    const { verdict, fired, oneFactAway } = ask('account.read-balance', { 'agent.halted': true });

    expect(verdict).toBe('deny');
    expect(fired.map(({ id, effect }) => [id, effect])).toContainEqual(['CS-STOP-T0-001', 'forbid']);
    expect(oneFactAway).toContainEqual({
      fact: 'agent.halted',
      direction: 'becomes_false',
      verdict: 'allow',
      added: ['CS-OK-T0-001'],
      removed: ['CS-STOP-T0-001'],
    });
  });

  it('moves an amount across the threshold it is compared with', () => {
    const { oneFactAway } = ask('payment.send', { 'amount.microUsd': 1, 'account.balanceMicroUsd': 90_000_000_000 });

    expect(oneFactAway).toContainEqual(
      expect.objectContaining({ fact: 'amount.microUsd', direction: 'rises', verdict: 'require_approval' }),
    );
  });

  it('tells what one and two people would change, with a manager and without', () => {
    expect(ask('account.close-bank', {}).approvals.map(({ verdict }) => verdict)).toEqual([
      'require_approval',
      'require_approval',
      'require_approval',
      'allow',
    ]);
  });

  it('has nothing to say of a type nobody knows', () => {
    expect(ask('payment.unheard-of', {})).toMatchObject({ verdict: 'deny', fired: [], oneFactAway: [], approvals: [] });
  });

  it('claims of one fact only what deciding again confirms', () => {
    fc.assert(
      fc.property(anyActionType, anyContext, (type, context) => {
        const now = decide(asked(type, context), testBundle);
        for (const { miss, context: changed } of nearMisses(asked(type, context), testBundle)) {
          const then = decide(asked(type, changed), testBundle);
          const [ids, thenIds] = [now, then].map(({ rules }) => rules.map(({ id }) => id));
          expect(then.verdict).toBe(miss.verdict);
          expect(thenIds?.filter((id) => ids?.includes(id) === false)).toEqual(miss.added);
          expect(ids?.filter((id) => thenIds?.includes(id) === false)).toEqual(miss.removed);
          expect(differingLeaves(context, changed)).toHaveLength(1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('claims of approvals only what deciding again confirms', () => {
    fc.assert(
      fc.property(anyActionType, anyContext, (type, context) => {
        for (const { approvals, managers, verdict } of explain(asked(type, context), testBundle).approvals) {
          const changed = { ...context, approvals: { count: approvals, managers } };
          expect(decide(asked(type, changed), testBundle).verdict).toBe(verdict);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('replyExplanation', () => {
  it('gives no value away', () => {
    const materiality = Number(testBundle.catalogue.get('payment.send')?.limits?.materialityMicroUsd);
    const facts = {
      'amount.microUsd': materiality + 1,
      'account.balanceMicroUsd': 2 * materiality,
      'payee.highestMicroUsd': materiality + 1,
    };
    const reply = replyExplanation(asked('payment.send', contextWith(facts)), testBundle);

    expect(reply['oneFactAway']).toEqual([{ fact: 'amount.microUsd', direction: 'falls', verdict: 'allow' }]);
  });

  it('holds no number but of people, whatever the facts are', () => {
    fc.assert(
      fc.property(anyActionType, anyContext, (type, context) => {
        const {
          approvals: _people,
          withheldCount: _count,
          ...reply
        } = replyExplanation(asked(type, context), testBundle);
        expect(JSON.stringify(reply)).not.toMatch(/\d/);
      }),
      { numRuns: 100 },
    );
  });

  it('withholds and counts the facts that the catalogue keeps confidential', () => {
    const source = buildBundle();
    const types = source.catalogue['types'];
    const entry = isJsonObject(types) ? types['account.read-balance'] : undefined;
    if (!isJsonObject(types) || !isJsonObject(entry)) throw new Error('expected an entry');
    const catalogue = {
      ...source.catalogue,
      types: { ...types, 'account.read-balance': { ...entry, confidentialFacts: ['agent'] } },
    };
    const request = asked('account.read-balance', contextWith({ 'agent.halted': true }));

    expect(replyExplanation(request, compileBundle({ ...source, catalogue }))).toMatchObject({
      oneFactAway: [],
      withheldCount: 1,
    });
    expect(replyExplanation(request, testBundle)).toMatchObject({ oneFactAway: [{ fact: 'agent.halted' }] });
  });
});

function differingLeaves(left: JsonValue, right: JsonValue | undefined, path = ''): readonly string[] {
  if (isJsonObject(left) && isJsonObject(right))
    return Object.keys(left).flatMap((name) => differingLeaves(left[name] ?? null, right[name], `${path}.${name}`));
  return JSON.stringify(left) === JSON.stringify(right) ? [] : [path];
}
