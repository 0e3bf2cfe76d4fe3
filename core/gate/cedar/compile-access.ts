import { type ContextLayout, compileRecord } from './context-path.ts';
import { EntityRef } from './entity-ref.ts';
import { EvaluationError } from './errors.ts';
import type { Frame, Run, Test } from './frame.ts';
import { toValue } from './json-value.ts';
import { asBoolean, type Node, valueNode } from './node.ts';
import { typeError } from './type-error.ts';
import { RecordValue, type Value } from './value.ts';

/** The node of the context itself. */
export function contextNode(layout: ContextLayout): Node {
  return valueNode((frame) => toValue(frame.context), { names: [], layout });
}

/** Compiles `left.attribute`. A path from the context reads properties directly and converts the last one only. */
export function compileGet(left: Node, attribute: string): Node {
  const missing = new EvaluationError('attribute_missing', `record does not have the attribute \`${attribute}\``);
  const { run, contextPath } = left;
  const getSlowly: Run = (frame) => getAttribute(run(frame), attribute, missing, frame);
  if (contextPath === null) return valueNode(getSlowly);
  const path = { ...contextPath, names: [...contextPath.names, attribute] };
  // A plain property load below would find what every object inherits.
  if (attribute in Object.prototype) return valueNode(getSlowly, path);
  const { slot, find } = compileRecord(contextPath);
  const get: Run = (frame) => {
    const json = (frame.records[slot] ?? find(frame))?.[attribute];
    return json === undefined ? getSlowly(frame) : toValue(json);
  };
  const condition: Test = (frame) => {
    const json = (frame.records[slot] ?? find(frame))?.[attribute];
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
  const { slot, find } = compileRecord(contextPath);
  return (frame) => {
    const record = frame.records[slot] ?? find(frame);
    return record === null ? hasAttribute(run(frame), attribute, frame) : Object.hasOwn(record, attribute);
  };
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
