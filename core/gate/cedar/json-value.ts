import { EntityRef, isEntityTypeName } from './entity-ref.ts';
import { MAX_VALUE_DEPTH, makeSet, tooDeep } from './equality.ts';
import { EvaluationError, RequestProblem } from './errors.ts';
import { callExtension, EXTENSION_FUNCTIONS } from './extension/functions.ts';
import { isObject } from './json.ts';
import { longFromJson } from './long.ts';
import { RecordValue, type Value } from './value.ts';

function malformed(message: string): RequestProblem {
  return new RequestProblem('malformed_context', message);
}

/**
 * The reading of a JSON object that Cedar's untagged forms give it: an entity reference, an extension call, the
 * abandoned `__expr` form, or a record. An escape key beside others or with content of another shape makes an ordinary
 * record.
 */
export type ObjectForm =
  | { readonly form: 'entity'; readonly type: string; readonly id: string }
  | { readonly form: 'extension'; readonly name: string; readonly args: readonly unknown[] }
  | { readonly form: 'expression' }
  | { readonly form: 'record' };

const RECORD: ObjectForm = { form: 'record' };

/** Cheap test that `object` cannot be anything but a record. */
export function isPlainRecord(object: Readonly<Record<string, unknown>>): boolean {
  return object['__entity'] === undefined && object['__extn'] === undefined && object['__expr'] === undefined;
}

/** Reads `{ type, id }`, or returns null when `value` does not have that shape. */
export function readTypeAndId(value: unknown): { readonly type: string; readonly id: string } | null {
  if (!isObject(value) || !Object.hasOwn(value, 'type') || !Object.hasOwn(value, 'id')) return null;
  const { type, id } = value;
  return typeof type === 'string' && typeof id === 'string' ? { type, id } : null;
}

/** Reads `{ fn, arg }` or `{ fn, args }`, or returns null when `value` has neither shape. */
export function readCall(value: unknown): { readonly name: string; readonly args: readonly unknown[] } | null {
  if (!isObject(value) || !Object.hasOwn(value, 'fn') || typeof value['fn'] !== 'string') return null;
  if (Object.hasOwn(value, 'arg')) return { name: value['fn'], args: [value['arg']] };
  const args = Object.hasOwn(value, 'args') ? value['args'] : null;
  return Array.isArray(args) ? { name: value['fn'], args } : null;
}

/** Classifies a JSON object. */
export function objectForm(object: Readonly<Record<string, unknown>>): ObjectForm {
  if (isPlainRecord(object) || Object.keys(object).length !== 1) return RECORD;
  if (Object.hasOwn(object, '__expr') && typeof object['__expr'] === 'string') return { form: 'expression' };
  const entity = Object.hasOwn(object, '__entity') ? readTypeAndId(object['__entity']) : null;
  if (entity !== null) return { form: 'entity', ...entity };
  const call = Object.hasOwn(object, '__extn') ? readCall(object['__extn']) : null;
  return call === null ? RECORD : { form: 'extension', ...call };
}

/**
 * Converts JSON to a Cedar value. Arrays and escapes are converted at once, records when their attributes are read.
 *
 * @throws {RequestProblem} `malformed_context` on null, fractions, inexact or out-of-range integers and bad escapes
 */
export function toValue(json: unknown): Value {
  if (typeof json === 'boolean' || typeof json === 'string') return json;
  if (typeof json === 'number' && Number.isSafeInteger(json)) return json;
  return convert(json, 0, false);
}

/** `toValue`, reading every record through to its leaves. */
export function toCheckedValue(json: unknown): Value {
  return convert(json, 0, true);
}

/** A record of fields that are values already. */
export function recordOfValues(fields: Readonly<Record<string, Value>>): RecordValue {
  // The record passes its own fields only, and those are values by this function's parameter.
  return new RecordValue(fields, (field) => field as Value);
}

function convert(json: unknown, depth: number, deep: boolean): Value {
  if (typeof json === 'boolean' || typeof json === 'string') return json;
  if (typeof json === 'number' || typeof json === 'bigint') {
    const long = longFromJson(json);
    if (long === null) throw malformed(`expected an exact 64-bit integer, got \`${json}\``);
    return long;
  }
  if (depth > MAX_VALUE_DEPTH) throw tooDeep();
  if (Array.isArray(json)) return makeSet(json.map((member) => convert(member, depth + 1, deep)));
  if (isObject(json)) return convertObject(json, depth, deep);
  throw malformed(`expected a Cedar value, got \`${json === null ? 'null' : typeof json}\``);
}

function convertObject(object: Readonly<Record<string, unknown>>, depth: number, deep: boolean): Value {
  const read = objectForm(object);
  switch (read.form) {
    case 'entity':
      if (!isEntityTypeName(read.type)) throw malformed(`expected an entity type name, got \`${read.type}\``);
      return new EntityRef(read.type, read.id);
    case 'extension':
      return convertCall(read.name, read.args, depth);
    case 'expression':
      throw malformed('expected a Cedar value, got the `__expr` escape, which is no longer supported');
    case 'record':
      return deep ? convertRecord(object, depth) : new RecordValue(object, (field) => convert(field, depth + 1, false));
  }
}

function convertRecord(object: Readonly<Record<string, unknown>>, depth: number): RecordValue {
  const fields: Record<string, Value> = Object.create(null);
  for (const key of Object.keys(object)) fields[key] = convert(object[key], depth + 1, true);
  return recordOfValues(fields);
}

function convertCall(name: string, args: readonly unknown[], depth: number): Value {
  const callee = EXTENSION_FUNCTIONS.get(name);
  if (callee === undefined) throw malformed(`expected an extension function, got \`${name}\``);
  try {
    return callExtension(
      name,
      callee,
      args.map((argument) => convert(argument, depth + 1, true)),
    );
  } catch (error) {
    if (error instanceof EvaluationError) throw malformed(error.message);
    throw error;
  }
}
