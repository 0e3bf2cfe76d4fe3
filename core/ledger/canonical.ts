import type { JsonValue } from '../json.ts';

/** Thrown when a value has no canonical JSON form: a bug or hostile input, never a business refusal. */
export class CanonicalFormError extends Error {
  readonly code = 'canonical_form';
}

/**
 * Serialises a value as RFC 8785 canonical JSON (JCS): keys sorted by UTF-16 code units, no white space, ECMAScript
 * number form.
 *
 * @throws {CanonicalFormError} on non-finite numbers, `undefined`, lone surrogates and anything else JSON cannot hold.
 * @see RFC 8785
 */
export function canonicalJson(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      if (!Number.isFinite(value)) throw new CanonicalFormError(`expected a finite number, got \`${value}\``);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : canonicalContainer(value);
    default:
      throw new CanonicalFormError(`expected a JSON value, got \`${typeof value}\``);
  }
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new CanonicalFormError('expected well-formed unicode, got a lone surrogate');
  return JSON.stringify(text);
}

function canonicalContainer(value: object): string {
  // Array.from visits holes, which `map` skips: a hole is no JSON value.
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new CanonicalFormError('expected a plain object, got an instance of a class');
  }
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return `{${entries.map(([key, member]) => `${canonicalString(key)}:${canonicalJson(member)}`).join(',')}}`;
}
