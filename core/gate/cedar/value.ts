import type { EntityRef } from './entity-ref.ts';
import type { DatetimeValue, DurationValue } from './extension/datetime.ts';
import type { DecimalValue } from './extension/decimal.ts';
import type { IpValue } from './extension/ip.ts';
import type { Long } from './long.ts';

/** The values of Cedar's extension types. */
export type ExtensionValue = DecimalValue | IpValue | DatetimeValue | DurationValue;

/** What `===` compares by value. */
export type PrimitiveValue = boolean | Long | string;

/** Any Cedar value. */
export type Value = PrimitiveValue | EntityRef | SetValue | RecordValue | ExtensionValue;

/** True when `===` and a JavaScript `Set` compare the value as Cedar does. */
export function isPrimitive(value: Value): value is PrimitiveValue {
  return typeof value !== 'object';
}

/** A Cedar set. Members that `===` cannot compare are held under their canonical key. Made by `makeSet`. */
export class SetValue {
  readonly primitives: ReadonlySet<PrimitiveValue>;
  readonly others: ReadonlyMap<string, Value>;

  constructor(primitives: ReadonlySet<PrimitiveValue>, others: ReadonlyMap<string, Value>) {
    this.primitives = primitives;
    this.others = others;
  }

  get size(): number {
    return this.primitives.size + this.others.size;
  }

  *[Symbol.iterator](): Generator<Value> {
    yield* this.primitives;
    yield* this.others.values();
  }
}

/** A Cedar record over an object's own properties, each converted when it is first asked for. */
export class RecordValue {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #convert: (field: unknown) => Value;

  constructor(fields: Readonly<Record<string, unknown>>, convert: (field: unknown) => Value) {
    this.#fields = fields;
    this.#convert = convert;
  }

  has(attribute: string): boolean {
    return Object.hasOwn(this.#fields, attribute);
  }

  /** The attribute's value, or undefined when the record does not have it. */
  get(attribute: string): Value | undefined {
    return Object.hasOwn(this.#fields, attribute) ? this.#convert(this.#fields[attribute]) : undefined;
  }

  keys(): string[] {
    return Object.keys(this.#fields);
  }
}
