import { describe, expect, it } from 'vitest';
import { actionGroups, decodeCatalogue, openCatalogue } from '../../../core/gate/catalogue.ts';
import type { JsonObject } from '../../../core/json.ts';

const limits = { materialityMicroUsd: '1', dualMicroUsd: '2', sessionMicroUsd: '3', dayMicroUsd: '4' };
const amount = { pointers: ['/amount'], currency: 'USD', format: 'major', moves: true };
const entry: JsonObject = {
  title: 'Pay',
  tier: 2,
  decisionClass: 'payments',
  traits: ['moves-money'],
  scope: 'payments.initiate',
  effect: 'irreversible',
  reversible: false,
  resource: { kind: 'account', param: '/from', accountBound: true },
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['from'],
    properties: { from: { type: 'string', maxLength: 9 }, amount: { type: 'number', minimum: 0, maximum: 9 } },
  },
  amount,
  limits,
  facts: { payee: ['resource.id', 'params.from'] },
  signals: [{ name: 's', equals: { pointer: '/from', value: 'x' } }],
  confidential: ['/from'],
  costMicroUsd: '5',
};

function decode(change: JsonObject, type = 'payment.send') {
  const changed = Object.fromEntries(Object.entries({ ...entry, ...change }).filter(([, value]) => value !== null));
  return decodeCatalogue({ currency: 'USD', types: { [type]: changed } }).get(type);
}

describe('decodeCatalogue', () => {
  it('reads money as big integers and fills in what may be left out', () => {
    expect(decode({ traits: null, facts: null, signals: null, confidential: null })).toMatchObject({
      traits: [],
      facts: {},
      signals: [],
      confidential: [],
      amount: { optional: false },
      limits: { materialityMicroUsd: 1n, dualMicroUsd: 2n, sessionMicroUsd: 3n, dayMicroUsd: 4n },
      cost: { kind: 'fixed', microUsd: 5n },
    });
  });

  it('reads an entry that is priced by model', () => {
    expect(decode({ costMicroUsd: null, pricing: 'model' })?.cost).toEqual({ kind: 'model' });
  });

  it('reads facts and signals', () => {
    expect(decode({})).toMatchObject({
      facts: { payee: [{ from: 'resource' }, { from: 'params', pointer: '/from' }] },
      signals: [{ name: 's', test: { kind: 'equals', pointer: '/from', value: 'x' } }],
    });
  });

  it.each<[string, JsonObject, RegExp]>([
    ['two prices', { pricing: 'model' }, /pricing/],
    ['no price', { costMicroUsd: null }, /pricing/],
    ['an unknown pricing', { costMicroUsd: null, pricing: 'free' }, /pricing/],
    ['an amount without limits', { limits: null }, /limits/],
    ['limits without an amount', { amount: null }, /limits/],
    ['a dual threshold not above materiality', { limits: { ...limits, dualMicroUsd: '1' } }, /dual/],
    ['a negative threshold', { limits: { ...limits, dayMicroUsd: '-1' } }, /dayMicroUsd/],
    ['a threshold beyond exact integers', { costMicroUsd: '9007199254740992' }, /costMicroUsd/],
    ['an unknown tier', { tier: 4 }, /tier/],
    ['an unknown effect', { effect: 'harmless' }, /effect/],
    ['an unknown kind of fact', { facts: { rumour: ['resource.id'] } }, /rumour/],
    ['a key part from elsewhere', { facts: { payee: ['session.id'] } }, /payee/],
    ['a signal without a test', { signals: [{ name: 's' }] }, /repeated/],
    ['another currency', { amount: { ...amount, currency: 'EUR' } }, /currency/],
    ['an unknown member', { tire: 0 }, /unexpected member `tire`/],
    ['a missing scope', { scope: null }, /scope/],
  ])('refuses %s', (_what, change, message) => {
    expect(() => decode(change)).toThrow(message);
  });

  it.each(['Payment.send', 'payment', '__proto__', 'payment.', 'payment send'])(
    'refuses the type name `%s`',
    (type) => {
      const types = JSON.parse(`{${JSON.stringify(type)}: ${JSON.stringify(entry)}}`);

      expect(() => decodeCatalogue({ currency: 'USD', types })).toThrow(/dotted lower-case name/);
    },
  );

  it.each([undefined, null, [], {}, { currency: 'EUR', types: {} }, { currency: 'USD' }])('refuses %j', (value) => {
    expect(() => decodeCatalogue(value)).toThrow(/expected `catalogue/);
  });
});

describe('actionGroups', () => {
  it('are tier, class and traits', () => {
    const decoded = decode({});

    expect(decoded && actionGroups(decoded)).toEqual(['tier-2', 'class-payments', 'trait-moves-money']);
  });
});

describe('openCatalogue', () => {
  const types = { 'payment.send': entry, 'payment.broken': { ...entry, tier: 9 } };

  it('gives the entries that decodeCatalogue gives when they are asked for', () => {
    const json = { currency: 'USD', types: { 'payment.send': entry } };
    const [opened, decoded] = [openCatalogue(json), decodeCatalogue(json)];
    expect([...opened]).toEqual([...decoded]);
    expect([...opened.values()]).toEqual([...decoded.values()]);
    expect(opened.get('payment.send')).toBe(opened.get('payment.send'));
    expect([opened.has('payment.other'), opened.get('payment.other')]).toEqual([false, undefined]);
  });

  it('refuses a malformed entry when it is asked for, and a malformed catalogue at once', () => {
    const opened = openCatalogue({ currency: 'USD', types });
    expect([...opened.keys()]).toEqual(Object.keys(types));
    expect(() => opened.get('payment.broken')).toThrow(/tier/);
    expect(() => openCatalogue({ currency: 'EUR', types })).toThrow(/USD/);
    expect(() => openCatalogue({ currency: 'USD', types: { Bad: entry } })).toThrow(/dotted lower-case name/);
  });
});
