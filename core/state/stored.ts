import type { StoredValue } from './entities.ts';

/** Thrown when a stored item does not have the shape its writer gave it. Corrupt state stops the work that needs it. */
export class CorruptState extends Error {
  readonly code = 'corrupt_state';
}

type Stored = StoredValue | undefined;

/** @throws {CorruptState} unless `value` is a safe integer */
export function asNumber(value: Stored, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw wrong(name, 'an integer', value);
}

/** @throws {CorruptState} unless `value` is an integer of any size */
export function asBigInt(value: Stored, name: string): bigint {
  if (typeof value === 'bigint') return value;
  return BigInt(asNumber(value, name));
}

/** @throws {CorruptState} unless `value` is a string */
export function asText(value: Stored, name: string): string {
  if (typeof value === 'string') return value;
  throw wrong(name, 'a string', value);
}

/** @throws {CorruptState} unless `value` is a boolean */
export function asBoolean(value: Stored, name: string): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(name, 'a boolean', value);
}

/** @throws {CorruptState} unless `value` is binary */
export function asBytes(value: Stored, name: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw wrong(name, 'bytes', value);
}

/** @throws {CorruptState} unless `value` is a list */
export function asList(value: Stored, name: string): readonly StoredValue[] {
  if (Array.isArray(value)) return value;
  throw wrong(name, 'a list', value);
}

/** @throws {CorruptState} unless `value` is a map */
export function asMap(value: Stored, name: string): { readonly [key: string]: StoredValue } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)) {
    // Narrowing cannot remove `readonly StoredValue[]` through Array.isArray, which only knows mutable arrays.
    return value as { readonly [key: string]: StoredValue };
  }
  throw wrong(name, 'a map', value);
}

function wrong(name: string, expected: string, got: Stored): CorruptState {
  return new CorruptState(
    `expected stored \`${name}\` to be ${expected}, got \`${got === null ? 'null' : typeof got}\``,
  );
}
