import { describe, expect, it } from 'vitest';
import { decodeParamsSchema } from '../../../../core/gate/facts/params-schema.ts';
import type { JsonValue } from '../../../../core/json.ts';

function decode(name: JsonValue, others: { readonly [member: string]: JsonValue } = {}) {
  return () =>
    decodeParamsSchema(
      { type: 'object', additionalProperties: false, required: [], properties: { name }, ...others },
      'at',
    );
}

describe('decodeParamsSchema', () => {
  it.each<[string, JsonValue, RegExp]>([
    ['a text without a largest length', { type: 'string' }, /maxLength/],
    ['a number without a minimum', { type: 'number', maximum: 5 }, /minimum/],
    ['an integer without a maximum', { type: 'integer', minimum: 5 }, /maximum/],
    ['an unknown type', { type: 'object' }, /to be of string/],
    ['no type', {}, /type/],
    ['an unknown keyword', { type: 'boolean', format: 'x' }, /unexpected member `format`/],
    ['a bound that is no integer', { type: 'string', maxLength: 1.5 }, /integer/],
  ])('refuses %s', (_what, schema, message) => {
    expect(decode(schema)).toThrow(message);
  });

  it('refuses an object that accepts other members', () => {
    expect(decode({ type: 'boolean' }, { additionalProperties: true })).toThrow(/additionalProperties/);
  });

  it('refuses a required member that is no property', () => {
    expect(decode({ type: 'boolean' }, { required: ['other'] })).toThrow(/required/);
  });

  it('reads a bounded text', () => {
    expect(decode({ type: 'string', maxLength: 5 })().properties.get('name')).toMatchObject({
      types: ['string'],
      minLength: 0,
      maxLength: 5,
    });
  });
});
