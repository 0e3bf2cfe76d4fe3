import type { EntityRef } from './entity-ref.ts';
import type { Value } from './value.ts';

/** A stored entity with all its ancestors. */
export interface Entity {
  readonly ref: EntityRef;
  readonly attributes: ReadonlyMap<string, Value>;
  readonly tags: ReadonlyMap<string, Value>;
  readonly ancestors: readonly EntityRef[];
  /** The keys of `ancestors`. */
  readonly ancestorKeys: ReadonlySet<string>;
}

/** The entities a request is decided against. Immutable; made by `loadEntities`. */
export class EntityStore {
  readonly #byType = new Map<string, Map<string, Entity>>();

  constructor(entities: Iterable<Entity>) {
    for (const entity of entities) {
      const sameType = this.#byType.get(entity.ref.type) ?? new Map<string, Entity>();
      sameType.set(entity.ref.id, entity);
      this.#byType.set(entity.ref.type, sameType);
    }
  }

  /** The stored entity, or undefined: a reference to an entity that is not stored is not an error. */
  get(ref: { readonly type: string; readonly id: string }): Entity | undefined {
    return this.#byType.get(ref.type)?.get(ref.id);
  }

  /** Cedar's `in` for two entities: the same one, or the second is an ancestor of the first. */
  isIn(ref: EntityRef, ancestor: EntityRef): boolean {
    return ref.equals(ancestor) || (this.get(ref)?.ancestorKeys.has(ancestor.key) ?? false);
  }
}

/** No entities: enough where policies only look at the request and its context. */
export const NO_ENTITIES = new EntityStore([]);
