import { EntityRef } from './entity-ref.ts';
import { EvaluationError } from './errors.ts';
import type { Frame, Test } from './frame.ts';
import { isObject } from './json.ts';
import { isPlainRecord, toValue } from './json-value.ts';
import { type Node, valueNode } from './node.ts';
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
  return valueNode((frame) => {
    const json = readPath(frame.context, path);
    return json === undefined ? getAttribute(run(frame), attribute, missing, frame) : toValue(json);
  }, path);
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
  return (frame) => {
    const parent = readPath(frame.context, contextPath);
    return isObject(parent) && isPlainRecord(parent)
      ? Object.hasOwn(parent, attribute)
      : hasAttribute(run(frame), attribute, frame);
  };
}

/** The JSON at `path`, or undefined where the path is absent or leads through anything but plain records. */
function readPath(context: Frame['context'], path: readonly string[]): unknown {
  let json: unknown = context;
  for (const name of path) {
    if (!isObject(json) || !isPlainRecord(json) || !Object.hasOwn(json, name)) return undefined;
    json = json[name];
  }
  return json;
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
