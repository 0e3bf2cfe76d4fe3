import { EntityRef } from './entity-ref.ts';
import { EvaluationError } from './errors.ts';
import type { Frame, Run, Test } from './frame.ts';
import { isObject } from './json.ts';
import { isPlainRecord, toValue } from './json-value.ts';
import { asBoolean, type Node, valueNode } from './node.ts';
import { typeError } from './type-error.ts';
import { RecordValue, type Value } from './value.ts';

/** The context itself. */
export const CONTEXT_NODE: Node = valueNode((frame) => toValue(frame.context), []);

/** Compiles `left.attribute`. A path from the context reads properties directly and converts the last one only. */
export function compileGet(left: Node, attribute: string): Node {
  const missing = new EvaluationError('attribute_missing', `record does not have the attribute \`${attribute}\``);
  const { run, contextPath } = left;
  if (contextPath === null) return valueNode((frame) => getAttribute(run(frame), attribute, missing, frame));
  const path = [...contextPath, attribute];
  const read = compilePath(path);
  const get: Run = (frame) => {
    const json = read(frame.context);
    return json === undefined ? getAttribute(run(frame), attribute, missing, frame) : toValue(json);
  };
  const condition: Test = (frame) => {
    const json = read(frame.context);
    return json === true || json === false ? json : asBoolean(get(frame));
  };
  return { ...valueNode(get, path), condition };
}

/** Compiles `left has a.b.c`: each step must be there before the next is looked at. */
export function compileHas(left: Node, attribute: string, deeper: readonly string[]): Test {
  const has = compileHasOne(left, attribute);
  const [next, ...rest] = deeper;
  if (next === undefined) return has;
  const hasDeeper = compileHas(compileGet(left, attribute), next, rest);
  return (frame) => has(frame) && hasDeeper(frame);
}

function compileHasOne({ run, contextPath }: Node, attribute: string): Test {
  if (contextPath === null) return (frame) => hasAttribute(run(frame), attribute, frame);
  const readParent = compilePath(contextPath);
  return (frame) => {
    const parent = readParent(frame.context);
    return isObject(parent) && isPlainRecord(parent)
      ? Object.hasOwn(parent, attribute)
      : hasAttribute(run(frame), attribute, frame);
  };
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Compiles the reading of the JSON at `path`: undefined where the path is absent or leads through anything but plain
 * records. The root is a record by `evaluate`'s check.
 */
function compilePath(path: readonly string[]): (context: Json) => unknown {
  const name = path.at(-1);
  if (name === undefined) return (context) => context;
  const readName = compileField(name);
  const [first = name] = path;
  if (path.length === 1) return readName;
  if (path.length === 2 && isOrdinary(first) && isOrdinary(name)) {
    // The commonest path by far, in one function.
    return (context) => {
      const parent = context[first];
      return isObject(parent) && isPlainRecord(parent) ? parent[name] : undefined;
    };
  }
  const readParent = compilePath(path.slice(0, -1));
  return (context) => {
    const parent = readParent(context);
    return isObject(parent) && isPlainRecord(parent) ? readName(parent) : undefined;
  };
}

/** Compiles the reading of an own property; a plain property load except for names every object inherits. */
function compileField(name: string): (record: Json) => unknown {
  if (isOrdinary(name)) return (record) => record[name];
  return (record) => (Object.hasOwn(record, name) ? record[name] : undefined);
}

/** True when no object has a property of this name by inheritance. */
function isOrdinary(name: string): boolean {
  return !(name in Object.prototype);
}

function getAttribute(value: Value, attribute: string, missing: EvaluationError, frame: Frame): Value {
  if (value instanceof RecordValue) {
    const field = value.get(attribute);
    if (field === undefined) throw missing;
    return field;
  }
  if (!(value instanceof EntityRef)) throw typeError('record or entity', value);
  const entity = frame.entities.get(value);
  if (entity === undefined) throw new EvaluationError('entity_missing', `entity \`${value}\` does not exist`);
  const field = entity.attributes.get(attribute);
  if (field === undefined) {
    throw new EvaluationError('attribute_missing', `\`${value}\` does not have the attribute \`${attribute}\``);
  }
  return field;
}

function hasAttribute(value: Value, attribute: string, frame: Frame): boolean {
  if (value instanceof RecordValue) return value.has(attribute);
  if (value instanceof EntityRef) return frame.entities.get(value)?.attributes.has(attribute) ?? false;
  throw typeError('record or entity', value);
}
