import type { JsonObject, JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';

/** Thrown when an institution's document, for example a bundle, does not have the shape it must have. */
export class JsonFormatError extends Error {
  readonly code = 'json_format';
}

/** The largest integer that JSON readers everywhere keep exact, which is also what a fact may hold. */
export const MAX_FACT_INTEGER = BigInt(Number.MAX_SAFE_INTEGER);

/** Reads the members of one JSON object and names the place when one is not as expected. */
export class JsonReader {
  readonly #object: JsonObject;
  readonly #at: string;

  /** @throws {JsonFormatError} unless `value` is an object */
  constructor(value: JsonValue | undefined, at: string) {
    if (!isJsonObject(value)) throw new JsonFormatError(`expected \`${at}\` to be an object`);
    this.#object = value;
    this.#at = at;
  }

  /** Refuses members that are not in `names`: a misspelt member must not be a silent one. */
  only(names: readonly string[]): void {
    const unknown = Object.keys(this.#object).find((name) => !names.includes(name));
    if (unknown !== undefined) throw new JsonFormatError(`unexpected member \`${unknown}\` in \`${this.#at}\``);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  text(name: string): string {
    const value = this.#member(name);
    if (typeof value === 'string' && value !== '') return value;
    throw this.wrong(name, 'a text');
  }

  number(name: string): number {
    const value = this.#member(name);
    if (typeof value === 'number') return value;
    throw this.wrong(name, 'a number');
  }

  boolean(name: string): boolean {
    const value = this.#member(name);
    if (typeof value === 'boolean') return value;
    throw this.wrong(name, 'a boolean');
  }

  object(name: string): JsonObject {
    const value = this.#member(name);
    if (isJsonObject(value)) return value;
    throw this.wrong(name, 'an object');
  }

  /** An absent object reads as an empty one. */
  optionalObject(name: string): JsonObject {
    return this.has(name) ? this.object(name) : {};
  }

  /** An absent list reads as an empty one. */
  list(name: string): readonly JsonValue[] {
    const value = this.#member(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    throw this.wrong(name, 'a list');
  }

  /** An absent list reads as an empty one. */
  texts(name: string): readonly string[] {
    return this.list(name).map((item) => {
      if (typeof item === 'string') return item;
      throw this.wrong(name, 'a list of texts');
    });
  }

  oneOf<const Choice extends JsonValue>(name: string, choices: readonly Choice[]): Choice {
    const found = choices.find((choice) => choice === this.#member(name));
    if (found === undefined) throw this.wrong(name, `one of ${choices.join(', ')}`);
    return found;
  }

  /** Micro-USD as a decimal string, at most {@link MAX_FACT_INTEGER}. */
  microUsd(name: string): bigint {
    const value = this.#member(name);
    if (typeof value === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(value) && BigInt(value) <= MAX_FACT_INTEGER)
      return BigInt(value);
    throw this.wrong(name, 'micro-USD as a decimal text');
  }

  optional<Value>(name: string, decode: (value: JsonValue, at: string) => Value): Value | undefined {
    const value = this.#member(name);
    return value === undefined ? undefined : decode(value, `${this.#at}.${name}`);
  }

  wrong(name: string, expected: string): JsonFormatError {
    return new JsonFormatError(`expected \`${this.#at}.${name}\` to be ${expected}`);
  }

  #member(name: string): JsonValue | undefined {
    return this.has(name) ? this.#object[name] : undefined;
  }
}
