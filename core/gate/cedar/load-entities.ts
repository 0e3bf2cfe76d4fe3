import { EntityRef, isActionType, isEntityTypeName } from './entity-ref.ts';
import { type Entity, EntityStore } from './entity-store.ts';
import { canonicalKey } from './equality.ts';
import { CedarInputError, RequestProblem } from './errors.ts';
import { addAncestors, type UnlinkedEntity } from './hierarchy.ts';
import { isObject } from './json.ts';
import { objectForm, readTypeAndId, recordOfValues, toCheckedValue } from './json-value.ts';
import type { Value } from './value.ts';

/**
 * Loads entities from Cedar's entities JSON: an array of `{ uid, attrs, parents, tags? }`, references as
 * `{ type, id }` or `{ __entity: { type, id } }`, attribute values with explicit `__entity` and `__extn` escapes. Run
 * them through `CedarSchema.explicitEntities` first when escapes are left to the schema.
 *
 * @throws {CedarInputError} `malformed_entities`, also on two different entities of one uid and on a cycle of parents
 * @see https://docs.cedarpolicy.com/auth/entities-syntax.html
 */
export function loadEntities(entitiesJson: unknown): EntityStore {
  if (!Array.isArray(entitiesJson)) throw malformed('expected an array of entities');
  const entities = new Map<string, UnlinkedEntity>();
  for (const json of entitiesJson) {
    const entity = readEntity(json);
    const earlier = entities.get(entity.ref.key);
    if (earlier !== undefined && fingerprint(earlier) !== fingerprint(entity)) {
      throw malformed(`expected one entity \`${entity.ref}\`, got two that differ`);
    }
    entities.set(entity.ref.key, entity);
  }
  return new EntityStore(addAncestors(entities).map(withAncestorKeys));
}

function malformed(message: string): CedarInputError {
  return new CedarInputError('malformed_entities', message);
}

function withAncestorKeys(entity: Omit<Entity, 'ancestorKeys'>): Entity {
  return { ...entity, ancestorKeys: new Set(entity.ancestors.map((ancestor) => ancestor.key)) };
}

function readEntity(json: unknown): UnlinkedEntity {
  if (!isObject(json)) throw malformed('expected an entity object');
  const ref = readEntityRef(member(json, 'uid'));
  const parentsJson = member(json, 'parents');
  if (!Array.isArray(parentsJson)) throw malformed(`expected an array of parents of \`${ref}\``);
  const parents = parentsJson.map(readEntityRef);
  const stranger = isActionType(ref.type) ? parents.find((parent) => !isActionType(parent.type)) : undefined;
  if (stranger !== undefined) throw malformed(`expected actions as parents of \`${ref}\`, got \`${stranger}\``);
  return {
    ref,
    parents,
    attributes: readAttributes(ref, member(json, 'attrs')),
    tags: Object.hasOwn(json, 'tags') ? readAttributes(ref, json['tags']) : new Map(),
  };
}

function member(json: Readonly<Record<string, unknown>>, name: string): unknown {
  if (!Object.hasOwn(json, name)) throw malformed(`expected an entity with \`${name}\``);
  return json[name];
}

/**
 * Reads an entity reference in either form.
 *
 * @throws {CedarInputError} `malformed_entities`
 */
export function readEntityRef(json: unknown): EntityRef {
  const form = isObject(json) ? objectForm(json) : null;
  const read = form?.form === 'entity' ? form : readTypeAndId(json);
  if (read === null || !isEntityTypeName(read.type)) {
    throw malformed('expected an entity reference `{ type, id }` with a type name of identifiers');
  }
  return new EntityRef(read.type, read.id);
}

function readAttributes(ref: EntityRef, json: unknown): ReadonlyMap<string, Value> {
  if (!isObject(json)) throw malformed(`expected attributes of \`${ref}\` as an object`);
  return new Map(Object.keys(json).map((name) => [name, readAttribute(ref, name, json[name])]));
}

function readAttribute(ref: EntityRef, name: string, json: unknown): Value {
  try {
    return toCheckedValue(json);
  } catch (error) {
    if (error instanceof RequestProblem) throw malformed(`in attribute \`${name}\` of \`${ref}\`: ${error.message}`);
    throw error;
  }
}

function fingerprint(entity: UnlinkedEntity): string {
  const parents = entity.parents.map((parent) => parent.key).sort();
  return [entity.attributes, entity.tags]
    .map((values) => canonicalKey(recordOfValues(Object.fromEntries(values))))
    .concat(JSON.stringify(parents))
    .join('\n');
}
