/** Properties of a template resource after its intrinsics are resolved. */
export type Properties = { readonly [name: string]: unknown };

/**
 * Reads an object; nothing counts as the empty object.
 *
 * @throws {TypeError} when `value` is something else, naming `where`
 */
export function asRecord(value: unknown, where: string): Properties {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw mismatch('an object', value, where);
  return { ...value };
}

/** Reads a list; nothing counts as the empty list. @throws {TypeError} when `value` is something else */
export function asList(value: unknown, where: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw mismatch('a list', value, where);
  return value;
}

/** Reads a string. @throws {TypeError} when `value` is something else, naming `where` */
export function asText(value: unknown, where: string): string {
  if (typeof value !== 'string') throw mismatch('a string', value, where);
  return value;
}

/** Reads a string or nothing. @throws {TypeError} when `value` is something else */
export function optionalText(value: unknown, where: string): string | undefined {
  return value === undefined ? undefined : asText(value, where);
}

/** Reads a number, also from its decimal text, or nothing. @throws {TypeError} when `value` is something else */
export function optionalNumber(value: unknown, where: string): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw mismatch('a number', value, where);
  return number;
}

/** True for `true` and `"true"`, as CloudFormation accepts both. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Every string of a list. @throws {TypeError} when one is something else */
export function textList(value: unknown, where: string): readonly string[] {
  return asList(value, where).map((entry, index) => asText(entry, `${where}[${index}]`));
}

function mismatch(expected: string, got: unknown, where: string): TypeError {
  return new TypeError(`${where}: expected ${expected}, got \`${JSON.stringify(got)}\``);
}
