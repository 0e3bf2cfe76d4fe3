import { describe, expect, it } from 'vitest';
import { EntityRef } from '../../../../core/gate/cedar/entity-ref.ts';
import { loadEntities } from '../../../../core/gate/cedar/load-entities.ts';

const user = (id: string) => ({ type: 'User', id });

function entity(id: string, parents: readonly string[], attrs: unknown = {}): unknown {
  return { uid: user(id), attrs, parents: parents.map(user) };
}

describe('loadEntities', () => {
  it('closes the hierarchy when parents come in any order', () => {
    const store = loadEntities([
      entity('a', ['b', 'c']),
      entity('c', ['d']),
      entity('b', ['d']),
      entity('d', ['outside']),
    ]);
    const ancestors = store.get(user('a'))?.ancestors.map((ancestor) => ancestor.id);
    expect(ancestors?.toSorted()).toEqual(['b', 'c', 'd', 'outside']);
    expect(store.isIn(new EntityRef('User', 'a'), new EntityRef('User', 'outside'))).toBe(true);
    expect(store.isIn(new EntityRef('User', 'd'), new EntityRef('User', 'a'))).toBe(false);
  });

  it('loads a chain deeper than the call stack when parents go on and on', () => {
    const length = 3_000;
    const chain = Array.from({ length }, (_, index) => entity(`${index}`, index + 1 < length ? [`${index + 1}`] : []));
    expect(loadEntities(chain).get(user('0'))?.ancestors).toHaveLength(length - 1);
  });

  it('takes one entity twice when both are the same', () => {
    const twice = [entity('a', ['b', 'c'], { x: [1, 2] }), entity('a', ['c', 'b'], { x: [2, 1, 1] })];
    expect(loadEntities(twice).get(user('a'))?.attributes.size).toBe(1);
  });

  it.each<[reason: string, entities: unknown]>([
    ['no array', {}],
    ['no entity', [1]],
    ['an entity without attrs', [{ uid: user('a'), parents: [] }]],
    ['an entity without parents', [{ uid: user('a'), attrs: {} }]],
    ['a uid as text', [{ uid: 'User::"a"', attrs: {}, parents: [] }]],
    ['a bad type name', [{ uid: { type: 'a b', id: 'a' }, attrs: {}, parents: [] }]],
    ['two that differ', [entity('a', []), entity('a', [], { x: 1 })]],
    ['its own parent', [entity('a', ['a'])]],
    ['a cycle', [entity('a', ['b']), entity('b', ['c']), entity('c', ['a'])]],
    ['null', [entity('a', [], { x: null })]],
    ['a bad extension value', [entity('a', [], { x: { __extn: { fn: 'decimal', arg: 'x' } } })]],
    ['a group of no actions', [{ uid: { type: 'Action', id: 'a' }, attrs: {}, parents: [user('a')] }]],
  ])('refuses %s', (_reason, entities) => {
    expect(() => loadEntities(entities)).toThrow(expect.objectContaining({ code: 'malformed_entities' }));
  });
});
