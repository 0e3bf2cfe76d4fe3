import type { JsonObject, JsonValue } from '../../json.ts';
import { JsonFormatError, JsonReader } from './json-reader.ts';
import type { ParamSchema, ParamsSchema, ParamType } from './params.ts';

const TYPES: readonly ParamType[] = ['string', 'number', 'integer', 'boolean', 'null'];
const MEMBERS = ['type', 'enum', 'minLength', 'maxLength', 'pattern', 'minimum', 'maximum'];

/**
 * Reads the schema of an action's parameters and insists on strictness: an object without additional properties, a
 * `maxLength` on every text, bounds on every number.
 *
 * @throws {JsonFormatError} on a keyword outside the supported part of JSON Schema, or a missing bound
 */
export function decodeParamsSchema(value: JsonObject, at: string): ParamsSchema {
  const reader = new JsonReader(value, at);
  reader.only(['type', 'additionalProperties', 'required', 'properties']);
  reader.oneOf('type', ['object'] as const);
  reader.oneOf('additionalProperties', [false] as const);
  const properties = new Map(
    Object.entries(reader.object('properties')).map(([name, schema]) => [name, decodeParam(schema, `${at}.${name}`)]),
  );
  const required = reader.texts('required');
  const unknown = required.find((name) => !properties.has(name));
  if (unknown !== undefined) throw reader.wrong('required', `made of properties, got \`${unknown}\``);
  return { required, properties };
}

function decodeParam(value: JsonValue, at: string): ParamSchema {
  const reader = new JsonReader(value, at);
  reader.only(MEMBERS);
  const types = decodeTypes(value, at);
  const choices = reader.has('enum') ? reader.list('enum') : undefined;
  if (choices === undefined && types.length === 0) throw reader.wrong('type', 'given');
  const free = choices === undefined;
  return {
    types,
    ...(choices !== undefined && { choices }),
    minLength: reader.optional('minLength', asInteger) ?? 0,
    maxLength: bound(reader, 'maxLength', free && types.includes('string')),
    ...(reader.has('pattern') && { pattern: new RegExp(reader.text('pattern'), 'u') }),
    minimum: bound(reader, 'minimum', free && isNumeric(types)),
    maximum: bound(reader, 'maximum', free && isNumeric(types)),
  };
}

function decodeTypes(value: JsonValue, at: string): readonly ParamType[] {
  const given = new JsonReader(value, at).optional('type', (type) => (Array.isArray(type) ? type : [type])) ?? [];
  return given.map((name: JsonValue) => {
    const type = TYPES.find((known) => known === name);
    if (type === undefined) throw new JsonFormatError(`expected \`${at}.type\` to be of ${TYPES.join(', ')}`);
    return type;
  });
}

function isNumeric(types: readonly ParamType[]): boolean {
  return types.includes('number') || types.includes('integer');
}

function bound(reader: JsonReader, name: string, needed: boolean): number {
  const value = reader.optional(name, asInteger);
  if (value === undefined && needed) throw reader.wrong(name, 'given');
  return value ?? 0;
}

function asInteger(value: JsonValue, at: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new JsonFormatError(`expected \`${at}\` to be an integer`);
}
