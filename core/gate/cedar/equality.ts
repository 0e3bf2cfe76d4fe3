import { EntityRef } from './entity-ref.ts';
import { RequestProblem } from './errors.ts';
import { isPrimitive, type PrimitiveValue, RecordValue, SetValue, type Value } from './value.ts';

/** How deeply values may nest: deeper ones only occur in hostile requests and would exhaust the stack. */
export const MAX_VALUE_DEPTH = 128;

/** The problem of a context that nests deeper than `MAX_VALUE_DEPTH`. The caller throws it. */
export function tooDeep(): RequestProblem {
  return new RequestProblem('malformed_context', `expected values nested at most ${MAX_VALUE_DEPTH} deep`);
}

/** Cedar's `==`: never an error; values of different types are unequal. */
export function valuesEqual(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (isPrimitive(left) || isPrimitive(right)) return false;
  if (left instanceof EntityRef) return right instanceof EntityRef && left.equals(right);
  if (left instanceof SetValue)
    return right instanceof SetValue && left.size === right.size && containsAll(left, right);
  return canonicalKey(left) === canonicalKey(right);
}

/** Makes a set, dropping duplicates. */
export function makeSet(values: Iterable<Value>): SetValue {
  const primitives = new Set<PrimitiveValue>();
  const others = new Map<string, Value>();
  for (const value of values) {
    if (isPrimitive(value)) primitives.add(value);
    else others.set(canonicalKey(value), value);
  }
  return new SetValue(primitives, others);
}

/** Cedar's `contains`. */
export function contains(set: SetValue, value: Value): boolean {
  if (isPrimitive(value)) return set.primitives.has(value);
  return set.others.size > 0 && set.others.has(canonicalKey(value));
}

/** Cedar's `containsAll`: every member of `subset` is in `set`. */
export function containsAll(set: SetValue, subset: SetValue): boolean {
  for (const value of subset.primitives) if (!set.primitives.has(value)) return false;
  for (const key of subset.others.keys()) if (!set.others.has(key)) return false;
  return true;
}

/** Cedar's `containsAny`: some member of `other` is in `set`. */
export function containsAny(set: SetValue, other: SetValue): boolean {
  for (const value of other.primitives) if (set.primitives.has(value)) return true;
  for (const key of other.others.keys()) if (set.others.has(key)) return true;
  return false;
}

/** Text that is the same for equal values and for no others. */
export function canonicalKey(value: Value, depth = 0): string {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep();
  if (typeof value === 'string') return JSON.stringify(value);
  if (isPrimitive(value)) return String(value);
  if (value instanceof SetValue) return `[${setKeys(value, depth).sort().join()}]`;
  if (value instanceof RecordValue) return `{${recordKeys(value, depth).join()}}`;
  return value instanceof EntityRef ? `<${JSON.stringify(value.key)}>` : `(${value.key})`;
}

function setKeys(set: SetValue, depth: number): string[] {
  return [...set].map((member) => canonicalKey(member, depth + 1));
}

function recordKeys(record: RecordValue, depth: number): string[] {
  return record
    .keys()
    .sort()
    .map((key) => {
      const field = record.get(key);
      return `${JSON.stringify(key)}:${field === undefined ? '' : canonicalKey(field, depth + 1)}`;
    });
}
