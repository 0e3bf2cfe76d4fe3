import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invalidParams } from '../../../../core/gate/facts/params.ts';
import { decodeParamsSchema } from '../../../../core/gate/facts/params-schema.ts';
import type { JsonObject } from '../../../../core/json.ts';
import { isJsonObject } from '../../../../core/json.ts';
import { buildBundle } from '../../../../tools/build-bundle.ts';

const raw: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 5, pattern: '^[a-z]+$' },
    amount: { type: 'number', minimum: -10, maximum: 10 },
    count: { type: ['integer', 'null'], minimum: 0, maximum: 3 },
    flag: { type: 'boolean' },
    note: { type: 'string', maxLength: 5 },
    kind: { enum: ['a', 'b', null] },
  },
};
const schema = decodeParamsSchema(raw, 'test');

describe('invalidParams', () => {
  it.each([
    [{ name: 'abc' }],
    [{ name: 'abc', amount: -1.5, count: 3, flag: false, kind: 'b' }],
    [{ name: 'abc', count: null, kind: null }],
  ])('accepts %j', (params) => {
    expect(invalidParams(schema, params)).toEqual([]);
  });

  it.each([
    [{}, ['name']],
    [{ name: '' }, ['name']],
    [{ name: 'abcdef' }, ['name']],
    [{ name: 'A' }, ['name']],
    [{ name: 5 }, ['name']],
    [{ name: null }, ['name']],
    [{ name: 'a', note: '\ud800' }, ['note']],
    [{ name: 'a', amount: 11 }, ['amount']],
    [{ name: 'a', amount: NaN }, ['amount']],
    [{ name: 'a', amount: '1' }, ['amount']],
    [{ name: 'a', count: 1.5 }, ['count']],
    [{ name: 'a', flag: 'true' }, ['flag']],
    [{ name: 'a', kind: 'c' }, ['kind']],
    [{ name: 'a', flag: null }, ['flag']],
    [{ name: 'a', extra: 1 }, ['extra']],
    [{ name: 'a', constructor: 1 }, ['constructor']],
    [{ name: ['a'] }, ['name']],
  ])('names what is wrong in %j', (params, names) => {
    expect(invalidParams(schema, params)).toEqual(names);
  });

  it.each([null, 5, 'x', ['x']])('refuses %j, which holds no parameters', (params) => {
    expect(invalidParams(schema, params)).toEqual(['']);
  });

  it('never accepts what json schema refuses', () => {
    const official = new Ajv2020({ strict: false }).compile(raw);
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('abc', 'a', 3, 0, null, true, 'b'));
    const params = fc
      .record({ name: value, amount: value, count: value, flag: value, kind: value }, { requiredKeys: [] })
      .map((given): JsonObject => JSON.parse(JSON.stringify(given)));

    fc.assert(
      fc.property(params, (given) => {
        if (invalidParams(schema, given).length === 0) expect(official(given), JSON.stringify(given)).toBe(true);
      }),
    );
  });
});

describe('the schemas of the catalogue', () => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false });
  const { types } = buildBundle().catalogue;

  it.each(Object.entries(isJsonObject(types) ? types : {}))('are json schema: %s', (_type, entry) => {
    expect(isJsonObject(entry) && isJsonObject(entry['params']) && ajv.validateSchema(entry['params'])).toBe(true);
  });
});
