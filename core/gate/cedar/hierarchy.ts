import type { EntityRef } from './entity-ref.ts';
import type { Entity } from './entity-store.ts';
import { CedarInputError } from './errors.ts';

/** An entity with its parents only. */
export interface UnlinkedEntity extends Pick<Entity, 'ref' | 'attributes' | 'tags'> {
  readonly parents: readonly EntityRef[];
}

/** An entity whose ancestors are known. */
type LinkedEntity = Omit<Entity, 'ancestorKeys'>;

/**
 * Gives every entity the closure of its parents. A parent that is not stored is an ancestor without ancestors.
 *
 * @throws {CedarInputError} `malformed_entities` on a cycle
 */
export function addAncestors(entities: ReadonlyMap<string, UnlinkedEntity>): LinkedEntity[] {
  const linked = new Map<string, LinkedEntity>();
  for (const start of entities.values()) linkFrom(start, entities, linked);
  return [...linked.values()];
}

/** Links `start` after its ancestors, with a stack of its own: hierarchies may be deeper than the call stack. */
function linkFrom(
  start: UnlinkedEntity,
  entities: ReadonlyMap<string, UnlinkedEntity>,
  linked: Map<string, LinkedEntity>,
): void {
  const stack = [start];
  const onPath = new Set<string>();
  for (let entity = stack.at(-1); entity !== undefined; entity = stack.at(-1)) {
    const waitingFor = entity.parents
      .map((parent) => entities.get(parent.key))
      .filter((parent) => parent !== undefined)
      .filter((parent) => !linked.has(parent.ref.key));
    const next = waitingFor[0];
    if (next === undefined) {
      if (!linked.has(entity.ref.key)) linked.set(entity.ref.key, link(entity, linked));
      onPath.delete(entity.ref.key);
      stack.pop();
      continue;
    }
    onPath.add(entity.ref.key);
    if (onPath.has(next.ref.key)) {
      throw new CedarInputError('malformed_entities', `expected no cycle of parents, got one through \`${next.ref}\``);
    }
    stack.push(next);
  }
}

function link(entity: UnlinkedEntity, linked: ReadonlyMap<string, LinkedEntity>): LinkedEntity {
  const ancestors = new Map<string, EntityRef>();
  for (const parent of entity.parents) {
    ancestors.set(parent.key, parent);
    for (const ancestor of linked.get(parent.key)?.ancestors ?? []) ancestors.set(ancestor.key, ancestor);
  }
  const { ref, attributes, tags } = entity;
  return { ref, attributes, tags, ancestors: [...ancestors.values()] };
}
