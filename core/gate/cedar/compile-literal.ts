import { compileCall, compileRecord, compileSet } from './compile-value.ts';
import { EntityRef } from './entity-ref.ts';
import { MAX_VALUE_DEPTH } from './equality.ts';
import { EXTENSION_FUNCTIONS } from './extension/functions.ts';
import { isObject } from './json.ts';
import { objectForm } from './json-value.ts';
import { longFromJson } from './long.ts';
import { constantNode, type Node } from './node.ts';
import { malformedPolicy, readTypeName } from './policy-json.ts';

/**
 * Compiles the value of a `Value` expression. An extension call in it that fails does so when the policy is evaluated.
 *
 * @throws {CedarInputError} `malformed_policy_set`, also on an integer that was rounded when its JSON was read
 */
export function compileLiteral(json: unknown, depth = 0): Node {
  if (depth > MAX_VALUE_DEPTH) throw malformedPolicy(`expected values nested at most ${MAX_VALUE_DEPTH} deep`);
  if (typeof json === 'boolean' || typeof json === 'string') return constantNode(json);
  if (typeof json === 'number' || typeof json === 'bigint') {
    const long = longFromJson(json);
    if (long === null) throw malformedPolicy(`expected an exact 64-bit integer, got \`${json}\``);
    return constantNode(long);
  }
  if (Array.isArray(json)) return compileSet(json.map((member) => compileLiteral(member, depth + 1)));
  if (isObject(json)) return compileObjectLiteral(json, depth);
  throw malformedPolicy(`expected a Cedar value, got \`${json === null ? 'null' : typeof json}\``);
}

function compileObjectLiteral(object: Readonly<Record<string, unknown>>, depth: number): Node {
  const read = objectForm(object);
  switch (read.form) {
    case 'entity':
      return constantNode(new EntityRef(readTypeName(read.type), read.id));
    case 'extension': {
      const callee = EXTENSION_FUNCTIONS.get(read.name);
      if (callee === undefined) throw malformedPolicy(`expected an extension function, got \`${read.name}\``);
      return compileCall(
        read.name,
        callee,
        read.args.map((argument) => compileLiteral(argument, depth + 1)),
      );
    }
    case 'expression':
      throw malformedPolicy('expected a Cedar value, got the `__expr` escape, which is no longer supported');
    case 'record':
      return compileRecord(Object.keys(object).map((name) => [name, compileLiteral(object[name], depth + 1)] as const));
  }
}
