import type { ContextPath } from './context-path.ts';
import type { Run, Test } from './frame.ts';
import { typeError } from './type-error.ts';
import type { Value } from './value.ts';

/** A compiled expression and what is known about it before any request. */
export interface Node {
  readonly run: Run;
  /** The same function where the expression is known to be boolean. */
  readonly test: Test | null;
  /** The expression as a condition, where that is faster than checking what `run` returns. */
  readonly condition: Test | null;
  /** The value, where it is the same for every request. */
  readonly constant: Value | undefined;
  /** Where the expression leads from the context by attribute names only. */
  readonly contextPath: ContextPath | null;
}

/** A node that is the same for every request. */
export function constantNode(constant: Value): Node {
  return {
    run: () => constant,
    test: constant === true || constant === false ? () => constant : null,
    condition: null,
    constant,
    contextPath: null,
  };
}

/** A node of unknown type. */
export function valueNode(run: Run, contextPath: ContextPath | null = null): Node {
  return { run, test: null, condition: null, constant: undefined, contextPath };
}

/** A node known to be boolean. */
export function testNode(test: Test): Node {
  return { run: test, test, condition: null, constant: undefined, contextPath: null };
}

/** The node as a condition: a value that is not a boolean is a type error. */
export function asTest(node: Node): Test {
  const { run, test, condition } = node;
  return test ?? condition ?? ((frame) => asBoolean(run(frame)));
}

/** @throws {EvaluationError} `type_error` when `value` is not a boolean */
export function asBoolean(value: Value): boolean {
  if (value === true || value === false) return value;
  throw typeError('bool', value);
}
