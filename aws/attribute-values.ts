import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { StoredItem, StoredValue } from '../core/state/entities.ts';

/**
 * Converts a stored value to DynamoDB's wire form. Integers travel as text, so no size is lost.
 *
 * @throws {RangeError} on a number that is not a safe integer: state holds integers only
 */
export function toAttribute(value: StoredValue): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'bigint') return { N: value.toString() };
  if (typeof value === 'number') return { N: integerText(value) };
  if (value instanceof Uint8Array) return { B: value };
  if (isList(value)) return { L: value.map(toAttribute) };
  return { M: toAttributes(value) };
}

/** Converts an item's attributes to DynamoDB's wire form. */
export function toAttributes(item: StoredItem): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toAttribute(value)]));
}

/**
 * Converts DynamoDB's wire form back. Integers beyond 2^53 come back as `bigint`.
 *
 * @throws {RangeError} on sets and fractional numbers, which this product never stores
 */
export function fromAttribute(value: AttributeValue): StoredValue {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return parseInteger(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.B !== undefined) return value.B;
  if (value.L !== undefined) return value.L.map(fromAttribute);
  if (value.M !== undefined) return fromAttributes(value.M);
  if (value.NULL !== undefined) return null;
  throw new RangeError(`expected a stored attribute type, got \`${Object.keys(value).join(',')}\``);
}

/** Converts an item's attributes back. */
export function fromAttributes(item: Record<string, AttributeValue>): StoredItem {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttribute(value)]));
}

function isList(value: StoredValue): value is readonly StoredValue[] {
  return Array.isArray(value);
}

function integerText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  throw new RangeError(`expected a safe integer, got \`${value}\``);
}

function parseInteger(text: string): number | bigint {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  if (/^-?\d+$/.test(text)) return BigInt(text);
  throw new RangeError(`expected an integer, got \`${text}\``);
}
