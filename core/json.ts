/** A JSON value as RFC 8259 defines it. `undefined`, functions and symbols are not JSON. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. Keys are own properties; order carries no meaning. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** True when `value` is a JSON object, not an array and not null. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
