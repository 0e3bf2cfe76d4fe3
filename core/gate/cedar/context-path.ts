import type { Frame } from './frame.ts';
import { isObject } from './json.ts';
import { isPlainRecord } from './json-value.ts';

type Json = Readonly<Record<string, unknown>>;

/** Where a frame keeps the records that a policy set reads in the context: each is found once for each request. */
export class ContextLayout {
  // A JSON array of names is a key that no other path has.
  readonly #slots = new Map<string, number>([['[]', 0]]);

  /** How many slots a frame needs. Slot 0 is the context's own. */
  get size(): number {
    return this.#slots.size;
  }

  /** The slot of the record at a path from the context. */
  slotOf(names: readonly string[]): number {
    const key = JSON.stringify(names);
    const slot = this.#slots.get(key) ?? this.#slots.size;
    this.#slots.set(key, slot);
    return slot;
  }
}

/** The attribute names of an expression such as `context.a.b`. */
export interface ContextPath {
  readonly names: readonly string[];
  readonly layout: ContextLayout;
}

/** How to get at a record in the context: what its slot holds or, while that is undefined, what `find` returns. */
export interface ContextRecord {
  readonly slot: number;
  /** Fills the slot. Null where there is no plain record at the path: an escape, another value or nothing. */
  readonly find: (frame: Frame) => Json | null;
}

/** Compiles the finding of the record at a path. */
export function compileRecord({ names, layout }: ContextPath): ContextRecord {
  const slot = layout.slotOf(names);
  const name = names.at(-1);
  if (name === undefined) return { slot, find: (frame) => frame.context };
  const parent = compileRecord({ names: names.slice(0, -1), layout });
  const find = (frame: Frame): Json | null => {
    const owner = frame.records[parent.slot] ?? parent.find(frame);
    const json = owner !== null && Object.hasOwn(owner, name) ? owner[name] : undefined;
    const found = isObject(json) && isPlainRecord(json) ? json : null;
    frame.records[slot] = found;
    return found;
  };
  return { slot, find };
}
