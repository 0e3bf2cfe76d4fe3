import { EntityRef, isEntityTypeName } from './entity-ref.ts';
import { CedarInputError } from './errors.ts';
import { isObject } from './json.ts';
import { objectForm, readTypeAndId } from './json-value.ts';

/** A JSON object of unknown members. */
export type Members = Readonly<Record<string, unknown>>;

/** The error of a policy set that is not in Cedar's JSON form. The caller throws it. */
export function malformedPolicy(message: string): CedarInputError {
  return new CedarInputError('malformed_policy_set', message);
}

/** Reads an object. @throws {CedarInputError} `malformed_policy_set` */
export function readObject(json: unknown, what: string): Members {
  if (!isObject(json)) throw malformedPolicy(`expected ${what} as an object`);
  return json;
}

/**
 * Reads an object that has all of `required`, may have `optional` and has nothing else: a member that is not understood
 * must never be ignored in a rule.
 *
 * @throws {CedarInputError} `malformed_policy_set`
 */
export function readExact(
  json: unknown,
  what: string,
  required: readonly string[],
  optional: readonly string[] = [],
): Members {
  const object = readObject(json, what);
  for (const name of required) {
    if (!Object.hasOwn(object, name)) throw malformedPolicy(`expected ${what} with \`${name}\``);
  }
  const names = Object.keys(object);
  if (names.length === required.length) return object;
  const unknown = names.find((name) => !required.includes(name) && !optional.includes(name));
  if (unknown !== undefined) throw malformedPolicy(`expected nothing else in ${what}, got \`${unknown}\``);
  return object;
}

/** Reads text. @throws {CedarInputError} `malformed_policy_set` */
export function readText(json: unknown, what: string): string {
  if (typeof json !== 'string') throw malformedPolicy(`expected ${what} as text`);
  return json;
}

/** Reads an array. @throws {CedarInputError} `malformed_policy_set` */
export function readArray(json: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(json)) throw malformedPolicy(`expected ${what} as an array`);
  return json;
}

/** Reads an entity type name. @throws {CedarInputError} `malformed_policy_set` */
export function readTypeName(json: unknown): string {
  const name = readText(json, 'an entity type name');
  if (!isEntityTypeName(name)) throw malformedPolicy(`expected an entity type name, got \`${name}\``);
  return name;
}

/** Reads `{ type, id }` or `{ __entity: { type, id } }`. @throws {CedarInputError} `malformed_policy_set` */
export function readPolicyEntity(json: unknown): EntityRef {
  const form = isObject(json) ? objectForm(json) : null;
  const read = form?.form === 'entity' ? form : readTypeAndId(json);
  if (read === null) throw malformedPolicy('expected an entity reference `{ type, id }`');
  return new EntityRef(readTypeName(read.type), read.id);
}
