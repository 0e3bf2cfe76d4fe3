import { describe, expect, it } from 'vitest';
import { compilePolicySet } from '../../../../core/gate/cedar/compile-policy-set.ts';
import { EntityRef } from '../../../../core/gate/cedar/entity-ref.ts';
import { CedarInputError } from '../../../../core/gate/cedar/errors.ts';
import { evaluate } from '../../../../core/gate/cedar/evaluate.ts';
import { loadEntities } from '../../../../core/gate/cedar/load-entities.ts';
import { requestWith } from './support.ts';

const ANY = { op: 'All' };
const ALICE = { type: 'User', id: 'alice' };
const PERMIT = { effect: 'permit', principal: ANY, action: ANY, resource: ANY, conditions: [] };
const TEMPLATE = { ...PERMIT, principal: { op: '==', slot: '?principal' } };

function when(body: unknown): unknown {
  return { staticPolicies: { p: { ...PERMIT, conditions: [{ kind: 'when', body }] } } };
}

function link(newId: string, values: unknown): unknown {
  return { templateId: 't', newId, values };
}

function deep(depth: number): unknown {
  let body: unknown = { Value: true };
  for (let level = 0; level < depth; level += 1) body = { '!': { arg: body } };
  return body;
}

describe('compilePolicySet', () => {
  it('links a template once for each entity when links name different ones', () => {
    const policies = compilePolicySet({
      templates: { t: TEMPLATE },
      templateLinks: [
        link('a', { '?principal': ALICE }),
        link('b', { '?principal': { __entity: { type: 'User', id: 'bob' } } }),
      ],
    });
    expect(policies.policyIds).toEqual(['a', 'b']);
    expect(evaluate(policies, requestWith({ principal: ALICE }), loadEntities([])).determining).toEqual(['a']);
  });

  it('compiles a thousand conditions joined by && when a policy is long', () => {
    let body: unknown = { Value: true };
    for (let level = 0; level < 900; level += 1) body = { '&&': { left: body, right: { Value: true } } };
    expect(evaluate(compilePolicySet(when(body)), requestWith({}), loadEntities([])).decision).toBe('allow');
  });

  it.each<[reason: string, policySet: unknown]>([
    ['no object', []],
    ['an unknown member', { policies: {} }],
    ['policy text', { staticPolicies: 'permit(principal, action, resource);' }],
    ['policy text by id', { staticPolicies: { p: 'permit(principal, action, resource);' } }],
    ['an unknown effect', { staticPolicies: { p: { ...PERMIT, effect: 'allow' } } }],
    ['an unknown policy member', { staticPolicies: { p: { ...PERMIT, when: [] } } }],
    ['a missing member', { staticPolicies: { p: { ...PERMIT, conditions: undefined } } }],
    [
      'an unknown condition kind',
      { staticPolicies: { p: { ...PERMIT, conditions: [{ kind: 'if', body: { Value: true } }] } } },
    ],
    ['a slot in a static policy', { staticPolicies: { p: TEMPLATE } }],
    ['a template without a slot', { templates: { t: PERMIT } }],
    ['the wrong slot', { templates: { t: { ...PERMIT, principal: { op: '==', slot: '?resource' } } } }],
    ['a link to no template', { templateLinks: [link('a', {})] }],
    ['a link without a value', { templates: { t: TEMPLATE }, templateLinks: [link('a', {})] }],
    [
      'a link with a value too many',
      { templates: { t: TEMPLATE }, templateLinks: [link('a', { '?principal': ALICE, '?resource': ALICE })] },
    ],
    [
      'a link id twice',
      {
        templates: { t: TEMPLATE },
        templateLinks: [link('a', { '?principal': ALICE }), link('a', { '?principal': ALICE })],
      },
    ],
    [
      'a link named as its template',
      { templates: { t: TEMPLATE }, templateLinks: [link('t', { '?principal': ALICE })] },
    ],
    ['one id for policy and template', { staticPolicies: { t: PERMIT }, templates: { t: TEMPLATE } }],
    ['an action scope of no action', { staticPolicies: { p: { ...PERMIT, action: { op: '==', entity: ALICE } } } }],
    ['an action scope by type', { staticPolicies: { p: { ...PERMIT, action: { op: 'is', entity_type: 'Action' } } } }],
    [
      'a scope with more than it says',
      { staticPolicies: { p: { ...PERMIT, principal: { op: 'All', entity: ALICE } } } },
    ],
    ['an unknown operator', when({ '===': { left: { Value: 1 }, right: { Value: 1 } } })],
    ['an inherited name as operator', when({ constructor: {} })],
    ['two operators', when({ Value: true, Var: 'principal' })],
    ['an unknown function', when({ launch: [] })],
    ['an unknown variable', when({ Var: 'subject' })],
    ['an operand too many', when({ '!': { arg: { Value: true }, more: 1 } })],
    ['a fraction', when({ Value: 1.5 })],
    ['a rounded integer', when({ Value: 2 ** 60 })],
    ['null', when({ Value: null })],
    ['a bad type name', when({ is: { left: { Var: 'principal' }, entity_type: 'a b' } })],
    ['`has` of nothing', when({ has: { left: { Var: 'context' }, attr: [] } })],
    ['expressions nested too deep', when(deep(5_000))],
  ])('refuses %s', (_reason, policySet) => {
    expect(() => compilePolicySet(policySet)).toThrow(CedarInputError);
    expect(() => compilePolicySet(policySet)).toThrow(expect.objectContaining({ code: 'malformed_policy_set' }));
  });
});

describe('action constraints', () => {
  const scoped = (action: unknown) => ({ ...PERMIT, action });
  const uid = (id: string) => ({ type: 'Action', id });
  const policies = compilePolicySet({
    staticPolicies: {
      any: PERMIT,
      exactView: scoped({ op: '==', entity: uid('view') }),
      exactRead: scoped({ op: '==', entity: uid('read') }),
      inRead: scoped({ op: 'in', entity: uid('read') }),
      inSeveral: scoped({ op: 'in', entities: [uid('all'), uid('read'), uid('view')] }),
      inNone: scoped({ op: 'in', entities: [] }),
    },
  });
  const entities = loadEntities([
    { uid: uid('view'), attrs: {}, parents: [uid('read')] },
    { uid: uid('read'), attrs: {}, parents: [uid('all')] },
  ]);

  it.each([
    ['view', ['any', 'exactView', 'inRead', 'inSeveral']],
    ['read', ['any', 'exactRead', 'inRead', 'inSeveral']],
    ['all', ['any', 'inSeveral']],
    ['constructor', ['any']],
  ])('hold for the groups of %s in the order of the set', (id, determining) => {
    const request = requestWith({ action: uid(id) });
    expect(evaluate(policies, request, entities).determining).toEqual(determining);
    expect(evaluate(policies, request, entities).determining).toEqual(determining);
  });

  it('do not look at groups when the action is not stored', () => {
    const answer = evaluate(policies, requestWith({ action: uid('view') }), loadEntities([]));
    expect(answer.determining).toEqual(['any', 'exactView', 'inSeveral']);
  });

  it('leave policies of other actions unread', () => {
    const candidates = policies.index.candidates(new EntityRef('Action', 'delete'), loadEntities([]));
    expect(candidates.map((policy) => policy.id)).toEqual(['any']);
  });
});
