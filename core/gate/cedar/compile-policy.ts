import { compileExpression } from './compile-expr.ts';
import { type ActionScope, compileSubjectScope, readActionScope, type SlotValues } from './compile-scope.ts';
import type { ContextLayout } from './context-path.ts';
import type { Test } from './frame.ts';
import { asTest } from './node.ts';
import { malformedPolicy, readArray, readExact } from './policy-json.ts';

/** A policy as functions. */
export interface CompiledPolicy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly action: ActionScope;
  /** Principal and resource constraints and conditions. The action constraint is the index's. */
  readonly test: Test;
  /** Just the id: the determining list of a decision that only this policy determined. */
  readonly ids: readonly string[];
  /** The slots its scope used. */
  readonly slots: readonly string[];
}

/** When conditions become functions: at once, which finds what is wrong with them, or when they are first asked. */
export type CompileTime = 'at-once' | 'when-asked';

/**
 * Compiles one policy, or one link of a template given the values of its slots.
 *
 * @param layout that of the whole policy set
 * @param time `when-asked` only for policies that were compiled at once before: it finds a malformed condition late
 * @throws {CedarInputError} `malformed_policy_set`
 */
export function compilePolicy(
  id: string,
  json: unknown,
  slots: SlotValues,
  layout: ContextLayout,
  time: CompileTime = 'at-once',
): CompiledPolicy {
  const required = ['effect', 'principal', 'action', 'resource', 'conditions'];
  const policy = readExact(json, `policy \`${id}\``, required, ['annotations']);
  const { effect } = policy;
  if (effect !== 'permit' && effect !== 'forbid') throw malformedPolicy(`expected an effect in policy \`${id}\``);
  const principal = compileSubjectScope(policy['principal'], 'principal', slots);
  const resource = compileSubjectScope(policy['resource'], 'resource', slots);
  const conditions = readArray(policy['conditions'], `conditions of policy \`${id}\``);
  const compileTest = (): Test => {
    const tests = conditions.map((condition) => compileCondition(condition, layout));
    return allOf([principal.test, resource.test, ...tests].filter((test) => test !== null));
  };
  return {
    id,
    effect,
    action: readActionScope(policy['action']),
    test: time === 'at-once' ? compileTest() : whenAsked(compileTest),
    ids: Object.freeze([id]),
    slots: [...principal.slots, ...resource.slots],
  };
}

function compileCondition(json: unknown, layout: ContextLayout): Test {
  const { kind, body } = readExact(json, 'a condition', ['kind', 'body']);
  const test = asTest(compileExpression(body, layout));
  if (kind === 'when') return test;
  if (kind === 'unless') return (frame) => !test(frame);
  throw malformedPolicy('expected a condition `when` or `unless`');
}

function whenAsked(compileTest: () => Test): Test {
  let compiled: Test | undefined;
  return (frame) => {
    compiled ??= compileTest();
    return compiled(frame);
  };
}

function allOf(tests: readonly Test[]): Test {
  const [first, ...rest] = tests;
  if (first === undefined) return () => true;
  return rest.reduce((left, right) => (frame) => left(frame) && right(frame), first);
}
