import { CedarInputError } from './errors.ts';
import { isObject } from './json.ts';
import { readCall, readTypeAndId } from './json-value.ts';
import { resolveType, type SchemaNames, type SchemaType } from './schema-type.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a namespace declares under a name. */
interface Declaration {
  readonly namespace: string;
  readonly json: unknown;
}

/**
 * A schema in Cedar's JSON form, used to read entities and contexts whose references and extension values are written
 * without escapes. It coerces by declared type and does not validate.
 *
 * @see https://docs.cedarpolicy.com/schema/json-schema.html
 */
export class CedarSchema {
  readonly #namespaces: ReadonlyMap<string, Json>;
  readonly #entityTypes: ReadonlyMap<string, Declaration>;
  readonly #names: SchemaNames;

  /** @throws {CedarInputError} `malformed_schema` when it is not an object of namespaces */
  constructor(schemaJson: unknown) {
    if (!isObject(schemaJson)) throw new CedarInputError('malformed_schema', 'expected a schema object');
    this.#namespaces = new Map(Object.keys(schemaJson).map((name) => [name, objectAt(schemaJson, name)]));
    this.#entityTypes = this.#declared('entityTypes');
    this.#names = { commonTypes: this.#declared('commonTypes'), entityTypes: new Set(this.#entityTypes.keys()) };
  }

  /** Entities JSON with explicit escapes by each entity's declared attribute and tag types, and the schema's actions. */
  explicitEntities(entitiesJson: unknown): unknown {
    if (!Array.isArray(entitiesJson)) return entitiesJson;
    const actions = this.#actionEntities();
    const others = entitiesJson.filter((entity) => {
      const uid = isObject(entity) ? uidOf(entity['uid']) : null;
      return uid === null || !actions.has(`${uid.type}::${uid.id}`);
    });
    return [...others.map((entity) => this.#explicitEntity(entity)), ...actions.values()];
  }

  /** A context with explicit escapes by the types the action declares. */
  explicitContext(action: { readonly type: string; readonly id: string }, contextJson: unknown): unknown {
    const split = action.type.lastIndexOf('::');
    const namespace = split < 0 ? '' : action.type.slice(0, split);
    const declaration = objectAt(objectAt(this.#namespaces.get(namespace) ?? {}, 'actions'), action.id);
    const context = objectAt(declaration, 'appliesTo')['context'];
    return context === undefined ? contextJson : explicit(contextJson, resolveType(context, namespace, this.#names));
  }

  #declared(kind: 'commonTypes' | 'entityTypes'): Map<string, Declaration> {
    const found = new Map<string, Declaration>();
    for (const [namespace, declarations] of this.#namespaces) {
      const types = objectAt(declarations, kind);
      for (const name of Object.keys(types)) found.set(qualified(namespace, name), { namespace, json: types[name] });
    }
    return found;
  }

  #explicitEntity(entity: unknown): unknown {
    const uid = isObject(entity) ? uidOf(entity['uid']) : null;
    const declared = uid === null ? undefined : this.#entityTypes.get(uid.type);
    if (!isObject(entity) || declared === undefined || !isObject(declared.json)) return entity;
    const { shape, tags } = declared.json;
    const type = shape === undefined ? null : resolveType(shape, declared.namespace, this.#names);
    const tagType = tags === undefined ? null : resolveType(tags, declared.namespace, this.#names);
    const tagsJson = entity['tags'];
    return {
      ...entity,
      attrs: type === null ? entity['attrs'] : explicitRecord(entity['attrs'], type),
      ...(isObject(tagsJson) && tagType !== null
        ? { tags: mapMembers(tagsJson, (member) => explicit(member, tagType)) }
        : {}),
    };
  }

  /** A group without a type, or of the type `Action` and declared in the namespace, is the namespace's own. */
  #groupOf(group: unknown, namespace: string): unknown {
    if (!isObject(group)) return group;
    const { id, type = 'Action' } = group;
    const own = Object.hasOwn(objectAt(this.#namespaces.get(namespace) ?? {}, 'actions'), String(id));
    return { type: type === 'Action' && own ? qualified(namespace, 'Action') : type, id };
  }

  #actionEntities(): Map<string, unknown> {
    const entities = new Map<string, unknown>();
    for (const [namespace, declarations] of this.#namespaces) {
      const type = qualified(namespace, 'Action');
      const actions = objectAt(declarations, 'actions');
      for (const id of Object.keys(actions)) {
        const memberOf = objectAt(actions, id)['memberOf'];
        const parents = (Array.isArray(memberOf) ? memberOf : []).map((parent: unknown) =>
          this.#groupOf(parent, namespace),
        );
        entities.set(`${type}::${id}`, {
          uid: { type, id },
          attrs: objectAt(objectAt(actions, id), 'attributes'),
          parents,
        });
      }
    }
    return entities;
  }
}

function uidOf(json: unknown): { readonly type: string; readonly id: string } | null {
  return readTypeAndId(isObject(json) && Object.hasOwn(json, '__entity') ? json['__entity'] : json);
}

function qualified(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}::${name}`;
}

function objectAt(json: Json, name: string): Json {
  const member = Object.hasOwn(json, name) ? json[name] : undefined;
  return isObject(member) ? member : {};
}

function mapMembers(json: Json, map: (member: unknown, name: string) => unknown): Json {
  return Object.fromEntries(Object.keys(json).map((name) => [name, map(json[name], name)]));
}

function explicitRecord(json: unknown, type: SchemaType): unknown {
  if (type.kind !== 'record' || !isObject(json)) return json;
  return mapMembers(json, (member, name) => {
    const attribute = type.attribute(name);
    return attribute === null ? member : explicit(member, attribute);
  });
}

/** Rewrites implicit references and extension values of `type` as escapes; leaves everything else as it is. */
function explicit(json: unknown, type: SchemaType): unknown {
  switch (type.kind) {
    case 'entity': {
      const uid = isObject(json) && !Object.hasOwn(json, '__entity') ? readTypeAndId(json) : null;
      return uid === null ? json : { __entity: uid };
    }
    case 'extension':
      if (typeof json === 'string') return { __extn: { fn: type.constructorName, arg: json } };
      return isObject(json) && !Object.hasOwn(json, '__extn') && readCall(json) !== null ? { __extn: json } : json;
    case 'set':
      return Array.isArray(json) ? json.map((member) => explicit(member, type.element)) : json;
    case 'record':
      return explicitRecord(json, type);
    case 'other':
      return json;
  }
}
