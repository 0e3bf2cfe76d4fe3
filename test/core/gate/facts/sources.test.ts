import { describe, expect, it } from 'vitest';
import type { ActionRequest } from '../../../../core/gate/action.ts';
import { addressHash } from '../../../../core/gate/facts/institution.ts';
import { resolvePointer } from '../../../../core/gate/facts/pointer.ts';
import { signalsOf } from '../../../../core/gate/facts/signals.ts';
import { factKey, factReferences } from '../../../../core/gate/facts/sources.ts';
import type { JsonObject } from '../../../../core/json.ts';

const payee = [{ from: 'resource' }, { from: 'params', pointer: '/recipient' }] as const;

function request(params: JsonObject): ActionRequest {
  return { type: 'payment.send', params, resource: 'account/A1', sessionId: 's', idempotencyKey: 'k' };
}

describe('factKey', () => {
  it('is the part itself when there is one', () => {
    expect(factKey(['A1'])).toBe('A1');
  });

  it('never lets one part run into the next', () => {
    expect(factKey(['a', 'b|c'])).not.toBe(factKey(['a|b', 'c']));
    expect(factKey(['a', 'bc'])).not.toBe(factKey(['ab', 'c']));
    expect(factKey(['a', 'b'])).not.toBe(factKey(['b', 'a']));
  });
});

describe('factReferences', () => {
  it('names the fact of account and payee', () => {
    const refs = factReferences({ payee }, request({ recipient: 'B2' }));

    expect([...refs]).toEqual([['payee', { entity: 'fact', kind: 'payee', key: factKey(['A1', 'B2']) }]]);
  });

  it.each([[{}], [{ recipient: '' }], [{ recipient: null }], [{ recipient: ['B2'] }], [{ recipient: '\ud800' }]])(
    'leaves the fact out when the parameters %j leave it open',
    (params) => {
      expect(factReferences({ payee }, request(params)).size).toBe(0);
    },
  );

  it('leaves the fact out when a part is too long for a key', () => {
    expect(factReferences({ payee }, request({ recipient: 'x'.repeat(257) })).size).toBe(0);
  });

  it('uses a number as it is written', () => {
    const schedule = [{ from: 'resource' }, { from: 'params', pointer: '/id' }] as const;

    expect(factReferences({ schedule }, request({ id: 7 })).get('schedule')).toMatchObject({
      key: factKey(['A1', '7']),
    });
  });
});

describe('resolvePointer', () => {
  it.each([
    ['/a', { a: 1 }, 1],
    ['/a/b', { a: { b: null } }, null],
    ['/a~1b', { 'a/b': 2 }, 2],
    ['/m~0n', { 'm~n': 3 }, 3],
    ['', { a: 1 }, { a: 1 }],
    ['/b', { a: 1 }, undefined],
    ['/constructor', {}, undefined],
    ['/a/0', { a: ['x'] }, undefined],
  ])('finds %s in %j', (pointer, value, found) => {
    expect(resolvePointer(value, pointer)).toEqual(found);
  });
});

describe('signalsOf', () => {
  const rules = [
    { name: 'z-credit', test: { kind: 'equals', pointer: '/credit', value: true } },
    { name: 'name', test: { kind: 'present', pointers: ['/first', '/last'] } },
    { name: 'same', test: { kind: 'repeated', pointers: ['/first', '/last', '/mail'] } },
  ] as const;

  it.each<[JsonObject, readonly string[]]>([
    [{}, []],
    [{ credit: true }, ['z-credit']],
    [{ credit: 'true' }, []],
    [{ first: '' }, []],
    [{ last: 'x' }, ['name']],
    [{ first: 'x', mail: 'x', credit: true }, ['name', 'same', 'z-credit']],
    [{ mail: null, last: null }, []],
  ])('sees in %j the signals %j', (params, names) => {
    expect(signalsOf(rules, params)).toEqual(names);
  });
});

describe('addressHash', () => {
  it('is the same however an address is spaced, cased and punctuated', () => {
    expect(addressHash('1 Main Street,  Boston MA')).toBe(addressHash('1 main street boston, ma.'));
  });

  it('differs between addresses', () => {
    expect(addressHash('1 Main Street')).not.toBe(addressHash('11 Main Street'));
  });
});
