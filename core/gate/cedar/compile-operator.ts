import { EntityRef } from './entity-ref.ts';
import { contains, containsAll, containsAny, valuesEqual } from './equality.ts';
import { EvaluationError } from './errors.ts';
import { DatetimeValue, DurationValue } from './extension/datetime.ts';
import type { Frame, Test } from './frame.ts';
import { addLongs, compareLongs, isLong, type Long, multiplyLongs, negateLong, subtractLongs } from './long.ts';
import { asTest, type Node, testNode, valueNode } from './node.ts';
import { typeError } from './type-error.ts';
import { isPrimitive, SetValue, type Value } from './value.ts';

type Compile = (left: Node, right: Node) => Node;

/** Every operator of two operands by its name in Cedar's JSON form. */
export const BINARY_OPERATORS: ReadonlyMap<string, Compile> = new Map<string, Compile>([
  ['==', (left, right) => testNode(compileEqual(left, right))],
  ['!=', (left, right) => compileNot(testNode(compileEqual(left, right)))],
  ['<', compileLess],
  ['<=', compileLessOrEqual],
  ['>', compileGreater],
  ['>=', compileGreaterOrEqual],
  ['&&', compileAnd],
  ['||', compileOr],
  ['+', (left, right) => compileArithmetic(left, right, addLongs)],
  ['-', (left, right) => compileArithmetic(left, right, subtractLongs)],
  ['*', (left, right) => compileArithmetic(left, right, multiplyLongs)],
  ['in', (left, right) => testNode(compileIn(left, right))],
  ['contains', compileContains],
  ['containsAll', (left, right) => compileSetTest(left, right, containsAll)],
  ['containsAny', (left, right) => compileSetTest(left, right, containsAny)],
  ['hasTag', compileHasTag],
  ['getTag', compileGetTag],
]);

/** Every operator of one operand by its name in Cedar's JSON form. */
export const UNARY_OPERATORS: ReadonlyMap<string, (operand: Node) => Node> = new Map([
  ['!', compileNot],
  ['neg', ({ run }: Node) => valueNode((frame) => negateLong(asLong(run(frame))))],
  ['isEmpty', ({ run }: Node) => testNode((frame) => asSet(run(frame)).size === 0)],
]);

function asLong(value: Value): Long {
  if (!isLong(value)) throw typeError('long', value);
  return value;
}

function asSet(value: Value): SetValue {
  if (!(value instanceof SetValue)) throw typeError('set', value);
  return value;
}

function asEntity(value: Value): EntityRef {
  if (!(value instanceof EntityRef)) throw typeError('entity', value);
  return value;
}

function compileNot(operand: Node): Node {
  const test = asTest(operand);
  return testNode((frame) => !test(frame));
}

function compileAnd(left: Node, right: Node): Node {
  const [first, second] = [asTest(left), asTest(right)];
  return testNode((frame) => first(frame) && second(frame));
}

function compileOr(left: Node, right: Node): Node {
  const [first, second] = [asTest(left), asTest(right)];
  return testNode((frame) => first(frame) || second(frame));
}

function compileEqual(left: Node, right: Node): Test {
  const { run } = left;
  const { run: runRight, constant } = right;
  if (constant !== undefined && isPrimitive(constant)) return (frame) => run(frame) === constant;
  return (frame) => valuesEqual(run(frame), runRight(frame));
}

function compileLess({ run }: Node, { run: runRight }: Node): Node {
  return testNode((frame) => {
    const left = run(frame);
    const right = runRight(frame);
    return typeof left === 'number' && typeof right === 'number' ? left < right : compareValues(left, right) < 0;
  });
}

function compileLessOrEqual({ run }: Node, { run: runRight }: Node): Node {
  return testNode((frame) => {
    const left = run(frame);
    const right = runRight(frame);
    return typeof left === 'number' && typeof right === 'number' ? left <= right : compareValues(left, right) <= 0;
  });
}

function compileGreater({ run }: Node, { run: runRight }: Node): Node {
  return testNode((frame) => {
    const left = run(frame);
    const right = runRight(frame);
    return typeof left === 'number' && typeof right === 'number' ? left > right : compareValues(left, right) > 0;
  });
}

function compileGreaterOrEqual({ run }: Node, { run: runRight }: Node): Node {
  return testNode((frame) => {
    const left = run(frame);
    const right = runRight(frame);
    return typeof left === 'number' && typeof right === 'number' ? left >= right : compareValues(left, right) >= 0;
  });
}

/** Longs, datetimes and durations are ordered, each among themselves. */
function compareValues(left: Value, right: Value): number {
  if (isLong(left)) return compareLongs(left, asLong(right));
  if (left instanceof DatetimeValue) {
    if (!(right instanceof DatetimeValue)) throw typeError('datetime', right);
    return compareLongs(left.epochMs, right.epochMs);
  }
  if (left instanceof DurationValue) {
    if (!(right instanceof DurationValue)) throw typeError('duration', right);
    return compareLongs(left.ms, right.ms);
  }
  throw typeError('long, datetime or duration', left);
}

function compileArithmetic(left: Node, right: Node, apply: (left: Long, right: Long) => Long): Node {
  const { run } = left;
  const { run: runRight } = right;
  return valueNode((frame) => {
    const leftValue = run(frame);
    const rightValue = runRight(frame);
    return apply(asLong(leftValue), asLong(rightValue));
  });
}

/** Compiles `left in right`, right being an entity or a set of entities. */
export function compileIn(left: Node, right: Node): Test {
  const { run } = left;
  const { run: runRight } = right;
  return (frame) => {
    const leftValue = run(frame);
    const rightValue = runRight(frame);
    const entity = asEntity(leftValue);
    return rightValue instanceof EntityRef
      ? frame.entities.isIn(entity, rightValue)
      : isInAny(entity, rightValue, frame);
  };
}

/** Every member must be an entity, also those after one that would have answered. */
function isInAny(entity: EntityRef, targets: Value, frame: Frame): boolean {
  if (!(targets instanceof SetValue)) throw typeError('entity or set of entities', targets);
  let found = false;
  for (const target of targets) found = frame.entities.isIn(entity, asEntity(target)) || found;
  return found;
}

function compileContains(left: Node, right: Node): Node {
  const { run } = left;
  const { run: runRight } = right;
  return testNode((frame) => {
    const set = run(frame);
    const member = runRight(frame);
    return contains(asSet(set), member);
  });
}

function compileSetTest(left: Node, right: Node, holds: (left: SetValue, right: SetValue) => boolean): Node {
  const { run } = left;
  const { run: runRight } = right;
  return testNode((frame) => {
    const leftValue = run(frame);
    const rightValue = runRight(frame);
    return holds(asSet(leftValue), asSet(rightValue));
  });
}

function asTagName(value: Value): string {
  if (typeof value !== 'string') throw typeError('string', value);
  return value;
}

function compileHasTag(left: Node, right: Node): Node {
  const { run } = left;
  const { run: runRight } = right;
  return testNode((frame) => {
    const entity = run(frame);
    const tag = runRight(frame);
    const ref = asEntity(entity);
    const name = asTagName(tag);
    return frame.entities.get(ref)?.tags.has(name) ?? false;
  });
}

function compileGetTag(left: Node, right: Node): Node {
  const { run } = left;
  const { run: runRight } = right;
  return valueNode((frame) => {
    const leftValue = run(frame);
    const rightValue = runRight(frame);
    const ref = asEntity(leftValue);
    const name = asTagName(rightValue);
    const entity = frame.entities.get(ref);
    if (entity === undefined) throw new EvaluationError('entity_missing', `entity \`${ref}\` does not exist`);
    const value = entity.tags.get(name);
    if (value === undefined) throw new EvaluationError('tag_missing', `\`${ref}\` does not have the tag \`${name}\``);
    return value;
  });
}
