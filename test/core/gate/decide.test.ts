import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyBundle } from '../../../core/gate/bundle.ts';
import { compileBundle } from '../../../core/gate/bundle.ts';
import { decide, refuseUndecided } from '../../../core/gate/decide.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';
import { canonicalJson } from '../../../core/ledger/canonical.ts';
import { sha256Hex } from '../../../core/ledger/hash.ts';
import { buildBundle } from '../../../tools/build-bundle.ts';
import { baseContext, contextWith } from '../../policies/cases.ts';

const source = buildBundle();
const bundle = compileBundle(source);

function ask(actionType: string, context: JsonObject, by = bundle) {
  return decide({ agentId: '111122223333:agent', actionType, resource: 'account/1', context }, by);
}

describe('decide', () => {
  it('quotes the permit character for character when it allows', () => {
    const decision = ask('account.read-balance', baseContext);

    expect(decision).toEqual({
      verdict: 'allow',
      tier: 0,
      rules: [
        {
          id: 'CS-OK-T0-001',
          text: 'A registered, active agent may read what its scopes and accounts cover.',
          frameworkRefs: ['AIR-SEC-024', 'AIR-OP-018'],
        },
      ],
      obligations: [],
      bundleHash: bundle.hash,
      contextHash: sha256Hex(canonicalJson(baseContext)),
    });
  });

  it('denies with the strictest tier when the type is not in the catalogue', () => {
    const decision = ask('payment.unheard-of', baseContext);

    expect(decision).toMatchObject({ verdict: 'deny', tier: 3, rules: [source.builtin['unknown-type']] });
  });

  it.each(['constructor', '__proto__', 'toString', ''])('denies the type `%s` that every object has', (type) => {
    expect(ask(type, baseContext).verdict).toBe('deny');
  });

  it('asks for the most people and managers when several rules ask', () => {
    const decision = ask('payment.send', contextWith(LARGE_TO_STRANGER));

    expect(decision.verdict).toBe('require_approval');
    expect(decision.obligations).toEqual([{ kind: 'approvals', approvals: 2, managers: 1 }]);
  });

  it('orders the rules by id when several ask for approval', () => {
    const ids = ask('payment.send', contextWith(LARGE_TO_STRANGER)).rules.map((rule) => rule.id);

    expect(ids).toEqual([...ids].sort());
    expect(ids.length).toBeGreaterThan(2);
  });

  it('names what no approval removes first when it denies', () => {
    const decision = ask('payment.send', contextWith({ ...LARGE_TO_STRANGER, 'stop.veto': true }));

    expect(decision.verdict).toBe('deny');
    expect(decision.obligations).toEqual([]);
    expect(decision.rules[0]?.id).toBe('CS-STOP-T1-002');
  });

  it('denies and names the rule when a rule cannot be evaluated', () => {
    const broken = compileBundle(withCondition('CS-PAY-T1-003', { '.': { left: CONTEXT, attr: 'absent' } }));
    const decision = ask('payment.send', contextWith({ 'amount.microUsd': 1 }), broken);

    expect(decision.verdict).toBe('deny');
    expect(decision.rules.map((rule) => rule.id)).toEqual(['CS-GATE-T0-002', 'CS-PAY-T1-003']);
  });

  it('is not disturbed by a broken rule about other actions', () => {
    const broken = compileBundle(withCondition('CS-PAY-T1-003', { '.': { left: CONTEXT, attr: 'absent' } }));

    expect(ask('account.read-balance', baseContext, broken).verdict).toBe('allow');
  });

  it('denies by default when approvals would lead to no permit', () => {
    const { 'CS-OK-T1-009': _permit, ...policies } = source.policies;
    const { 'CS-OK-T1-009': _rule, ...rules } = source.rules;
    const decision = ask('credential.change-password', baseContext, compileBundle({ ...source, policies, rules }));

    expect(decision).toMatchObject({ verdict: 'deny', rules: [source.builtin['default-deny']] });
  });

  const later = ['session.marked', 'agent.rung'];
  const required = leafPaths(baseContext).filter((path) => !later.includes(path));

  it.each(required)('denies when the fact %s is missing', (path) => {
    expect(ask('account.read-balance', without(baseContext, path.split('.')))).toMatchObject(MALFORMED);
  });

  it.each([NaN, 1.5, -1, 2 ** 53, '1', null])('denies when an amount is %s', (value) => {
    expect(ask('payment.send', contextWith({ 'amount.microUsd': value }))).toMatchObject(MALFORMED);
  });

  it('denies when a fact is there that nobody declared', () => {
    expect(ask('account.read-balance', { ...baseContext, limits: {} })).toMatchObject(MALFORMED);
  });

  it('never throws and never allows when the context is arbitrary json', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...bundle.catalogue.keys()),
        fc.string(),
        fc.jsonValue(),
        (type, agentId, context) => {
          const request: JsonObject = { agentId, actionType: type, resource: agentId };
          // Hostile by design: the type says object, the wire may say anything.
          const decision = decide({ ...request, context } as Parameters<typeof decide>[0], bundle);
          expect(decision.verdict).toBe('deny');
          expect(decision.rules.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('answers whatever agent and resource are called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (agentId, resource) => {
        const request = { agentId, resource, actionType: 'account.read-balance', context: baseContext };
        expect(decide(request, bundle).verdict).toBe('allow');
      }),
    );
    const surrogate = { agentId: '\ud800', resource: '\udfff', actionType: 'card.unfreeze', context: baseContext };
    expect(decide(surrogate, bundle).verdict).toBe('require_approval');
  });

  it('gives the same bytes when asked again', () => {
    const asked = () => JSON.stringify(ask('payment.send', contextWith(LARGE_TO_STRANGER)));

    expect(asked()).toBe(asked());
  });
});

describe('refuseUndecided', () => {
  it.each(['storage-fault', 'contention', 'malformed-facts'] as const)('quotes the approved text for %s', (reason) => {
    expect(refuseUndecided(reason, 'payment.send', bundle)).toMatchObject({
      verdict: 'deny',
      tier: 2,
      rules: [source.builtin[reason]],
    });
  });

  it('assumes the strictest tier when the type is unknown', () => {
    expect(refuseUndecided('contention', 'payment.unheard-of', bundle).tier).toBe(3);
  });
});

const MALFORMED = { verdict: 'deny', rules: [source.builtin['malformed-facts']] };
const CONTEXT = { Var: 'context' };
const LARGE_TO_STRANGER = {
  'amount.microUsd': 20_000_000_000,
  'account.balanceMicroUsd': 90_000_000_000,
  'payee.known': false,
};

function withCondition(id: string, body: JsonValue): PolicyBundle {
  const policy = source.policies[id];
  if (!isJsonObject(policy)) throw new Error(`expected a policy ${id}`);
  const changed: JsonValue = { ...policy, conditions: [{ kind: 'when', body }] };
  return { ...source, policies: { ...source.policies, [id]: changed } };
}

function leafPaths(value: JsonObject, prefix = ''): readonly string[] {
  return Object.entries(value).flatMap(([name, member]) =>
    isJsonObject(member) ? leafPaths(member, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}

function without(value: JsonObject, [name = '', ...rest]: readonly string[]): JsonObject {
  const { [name]: member, ...others } = value;
  return isJsonObject(member) && rest.length > 0 ? { ...others, [name]: without(member, rest) } : others;
}
