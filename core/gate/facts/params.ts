import type { JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';

/** The JSON types a parameter may have. */
export type ParamType = 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** The schema of one parameter: the part of JSON Schema 2020-12 that a flat, bounded parameter needs. */
export interface ParamSchema {
  /** Empty when `choices` says it all. */
  readonly types: readonly ParamType[];
  readonly choices?: readonly JsonValue[];
  readonly minLength: number;
  /** UTF-16 code units, which is never more lenient than JSON Schema's characters. */
  readonly maxLength: number;
  readonly pattern?: RegExp;
  readonly minimum: number;
  readonly maximum: number;
}

/** The schema of an action's parameters: no other member is accepted. */
export interface ParamsSchema {
  readonly required: readonly string[];
  readonly properties: ReadonlyMap<string, ParamSchema>;
}

/**
 * Checks an action's parameters. Total: any JSON value gets an answer.
 *
 * @returns the names of members that are missing, unknown or not as the schema says; empty when all is well
 */
export function invalidParams(schema: ParamsSchema, params: JsonValue): readonly string[] {
  if (!isJsonObject(params)) return [''];
  const missing = schema.required.filter((name) => !Object.hasOwn(params, name));
  const wrong = Object.entries(params)
    .filter(([name, value]) => !fits(schema.properties.get(name), value))
    .map(([name]) => name);
  return [...missing, ...wrong];
}

function fits(schema: ParamSchema | undefined, value: JsonValue): boolean {
  if (schema === undefined) return false;
  if (value === null && schema.types.includes('null')) return true;
  if (schema.choices !== undefined) return schema.choices.some((choice) => choice === value);
  switch (typeof value) {
    case 'string':
      return schema.types.includes('string') && textFits(schema, value);
    case 'number':
      return numberFits(schema, value);
    case 'boolean':
      return schema.types.includes('boolean');
    default:
      return false;
  }
}

function textFits(schema: ParamSchema, text: string): boolean {
  if (text.length < schema.minLength || text.length > schema.maxLength || !text.isWellFormed()) return false;
  return schema.pattern?.test(text) ?? true;
}

function numberFits(schema: ParamSchema, value: number): boolean {
  const typed = schema.types.includes('number') || (schema.types.includes('integer') && Number.isSafeInteger(value));
  return typed && Number.isFinite(value) && value >= schema.minimum && value <= schema.maximum;
}
