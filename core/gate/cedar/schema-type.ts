import { CedarInputError } from './errors.ts';
import { isObject } from './json.ts';

/** A schema type as far as reading JSON by it needs. */
export type SchemaType =
  | { readonly kind: 'entity' }
  | { readonly kind: 'extension'; readonly constructorName: string }
  | { readonly kind: 'set'; readonly element: SchemaType }
  | { readonly kind: 'record'; readonly attribute: (name: string) => SchemaType | null }
  | { readonly kind: 'other' };

/** What a schema declares, by qualified name. */
export interface SchemaNames {
  readonly commonTypes: ReadonlyMap<string, { readonly namespace: string; readonly json: unknown }>;
  readonly entityTypes: ReadonlySet<string>;
}

const CONSTRUCTORS: ReadonlyMap<string, string> = new Map([
  ['ipaddr', 'ip'],
  ['decimal', 'decimal'],
  ['datetime', 'datetime'],
  ['duration', 'duration'],
]);
const OTHER: SchemaType = { kind: 'other' };
const BUILT_IN_PREFIX = '__cedar::';

/**
 * Resolves a type of Cedar's JSON schema form. Attributes of records are resolved when they are asked for.
 *
 * @throws {CedarInputError} `malformed_schema` on a type without a name
 */
export function resolveType(json: unknown, namespace: string, names: SchemaNames): SchemaType {
  const type = isObject(json) ? json['type'] : null;
  if (!isObject(json) || typeof type !== 'string') {
    throw new CedarInputError('malformed_schema', 'expected a type with a `type` name');
  }
  switch (type) {
    case 'Set':
      return { kind: 'set', element: resolveType(json['element'], namespace, names) };
    case 'Record':
      return recordType(json['attributes'], namespace, names);
    case 'Entity':
      return { kind: 'entity' };
    case 'Extension':
      return builtInType(typeof json['name'] === 'string' ? json['name'] : '');
    case 'EntityOrCommon':
      return resolveName(typeof json['name'] === 'string' ? json['name'] : '', namespace, names);
    default:
      return resolveName(type, namespace, names);
  }
}

function recordType(attributes: unknown, namespace: string, names: SchemaNames): SchemaType {
  return {
    kind: 'record',
    attribute: (name) =>
      isObject(attributes) && Object.hasOwn(attributes, name) ? resolveType(attributes[name], namespace, names) : null,
  };
}

/** A name means what its own namespace declares, then what the empty one does, then a built-in type. */
function resolveName(name: string, namespace: string, names: SchemaNames): SchemaType {
  if (name.startsWith(BUILT_IN_PREFIX)) return builtInType(name.slice(BUILT_IN_PREFIX.length));
  const candidates = name.includes('::') || namespace === '' ? [name] : [`${namespace}::${name}`, name];
  for (const candidate of candidates) {
    const common = names.commonTypes.get(candidate);
    if (common !== undefined) return resolveType(common.json, common.namespace, names);
    if (names.entityTypes.has(candidate)) return { kind: 'entity' };
  }
  return builtInType(name);
}

function builtInType(name: string): SchemaType {
  const constructorName = CONSTRUCTORS.get(name);
  return constructorName === undefined ? OTHER : { kind: 'extension', constructorName };
}
