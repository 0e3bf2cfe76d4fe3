import { CedarInputError } from './errors.ts';
import { isObject } from './json.ts';

/** What a fact is. Integers are whole, not negative and exact; names are a list of at most {@link MAX_NAMES} texts. */
export type FactKind = 'flag' | 'integer' | 'names';

/** The records of a context down to its facts. */
export type ContextShape = FactKind | RecordShape;

/** A record of facts, by name. */
export interface RecordShape {
  readonly [name: string]: ContextShape;
}

/** How many names one fact may hold. */
export const MAX_NAMES = 16;

const KINDS: ReadonlyMap<string, FactKind> = new Map([
  ['Bool', 'flag'],
  ['Long', 'integer'],
  ['Set<String>', 'names'],
]);
const TOKEN = /\s*(?:\/\/[^\n]*\s*)*([A-Za-z_][A-Za-z0-9_]*(?:\s*<\s*[A-Za-z_]+\s*>)?|[{}:,;=?]|$)/y;

/**
 * Reads the shape of a context from a record type of a Cedar schema, so that a bundle says itself which facts it needs.
 *
 * @param schema Cedar schema text that declares `type <typeName> = { … };` of `Bool`, `Long`, `Set<String>` and records
 * @throws {CedarInputError} `malformed_schema` on a type that is not there, or has anything else in it
 * @see https://docs.cedarpolicy.com/schema/human-readable-schema.html
 */
export function readContextShape(schema: string, typeName: string): RecordShape {
  const declaration = new RegExp(`^\\s*type\\s+${typeName}\\s*=`, 'm').exec(schema);
  if (declaration === null) throw malformed(`expected a type \`${typeName}\``);
  const next = tokens(schema, declaration.index + declaration[0].length);
  const shape = readType(next, next());
  if (typeof shape === 'string') throw malformed(`expected \`${typeName}\` as a record`);
  return shape;
}

function malformed(message: string): CedarInputError {
  return new CedarInputError('malformed_schema', message);
}

function tokens(schema: string, from: number): () => string {
  let position = from;
  return () => {
    TOKEN.lastIndex = position;
    const found = TOKEN.exec(schema)?.[1];
    if (found === undefined || found === '') throw malformed(`expected a type at offset ${position}`);
    position = TOKEN.lastIndex;
    return found.replaceAll(/\s/g, '');
  };
}

function readType(next: () => string, first: string): ContextShape {
  if (first !== '{') {
    const kind = KINDS.get(first);
    if (kind === undefined) throw malformed(`expected Bool, Long, Set<String> or a record, got \`${first}\``);
    return kind;
  }
  const members: [string, ContextShape][] = [];
  for (let name = next(); name !== '}'; ) {
    // What every object inherits would be found where the fact is missing.
    if (!/^[A-Za-z_]\w*$/.test(name) || name in Object.prototype) throw malformed(`expected a fact, got \`${name}\``);
    if (next() !== ':') throw malformed(`expected a type of \`${name}\``);
    members.push([name, readType(next, next())]);
    const after = next();
    if (after !== ',' && after !== '}') throw malformed(`expected \`,\` or \`}\` after \`${name}\`, got \`${after}\``);
    name = after === ',' ? next() : after;
  }
  return Object.fromEntries(members);
}

/** True when `value` has exactly the members of `shape`, each of its kind. Total. */
export function fitsShape(value: unknown, shape: ContextShape): boolean {
  switch (shape) {
    case 'flag':
      return typeof value === 'boolean';
    case 'integer':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    case 'names':
      return isNames(value);
    default: {
      if (!isObject(value)) return false;
      const names = Object.keys(shape);
      if (Object.keys(value).length !== names.length) return false;
      return names.every((name) => {
        const member = shape[name];
        return Object.hasOwn(value, name) && member !== undefined && fitsShape(value[name], member);
      });
    }
  }
}

/** True for a list of names. */
export function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= MAX_NAMES && value.every((name) => typeof name === 'string');
}

/** A fact's place in the context, and what it is. */
export interface FactPath {
  readonly path: readonly string[];
  readonly kind: FactKind;
}

/** Every fact of a shape, in the order of the schema. */
export function factPaths(shape: RecordShape, prefix: readonly string[] = []): readonly FactPath[] {
  return Object.entries(shape).flatMap(([name, member]) => {
    const path = [...prefix, name];
    return typeof member === 'string' ? [{ path, kind: member }] : factPaths(member, path);
  });
}

/** What is at a path of own properties; undefined where there is nothing. */
export function factAt(context: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    context,
  );
}
