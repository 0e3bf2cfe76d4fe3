import { CedarInputError } from './errors.ts';

/**
 * JSON as Cedar reads it: every number is a 64-bit integer, so what a JavaScript number cannot hold exactly is a bigint.
 * Every `JsonValue` is a `CedarJson`.
 */
export type CedarJson = null | boolean | number | bigint | string | readonly CedarJson[] | CedarJsonObject;

/** A JSON object. Only own properties count. */
export interface CedarJsonObject {
  readonly [key: string]: CedarJson;
}

/** True when `value` is an object other than null and an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `JSON.parse` with the source text of each primitive, as ECMAScript 2026 has it; not yet in the compiler's library. */
type ReviverWithSource = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

const INTEGER = /^-?\d+$/;

const keepExact: ReviverWithSource = (_key, value, { source }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && INTEGER.test(source)
    ? BigInt(source)
    : value;

/**
 * Parses JSON text keeping integers exact: one that a JavaScript number cannot hold becomes a bigint.
 *
 * @throws {CedarInputError} `malformed_json` when the text is not JSON
 */
export function parseCedarJson(text: string): CedarJson {
  try {
    // The compiler's library does not declare the third argument a reviver gets.
    return JSON.parse(text, keepExact as (key: string, value: unknown) => unknown);
  } catch {
    throw new CedarInputError('malformed_json', 'expected JSON text, got something else');
  }
}
