import { makeSet } from './equality.ts';
import { EvaluationError } from './errors.ts';
import { callExtension, type ExtensionFunction } from './extension/functions.ts';
import type { Run } from './frame.ts';
import { recordOfValues } from './json-value.ts';
import { constantNode, type Node, valueNode } from './node.ts';
import type { Value } from './value.ts';

/** Compiles a set; one of constants is made once. */
export function compileSet(members: readonly Node[]): Node {
  const constants = constantsOf(members);
  if (constants !== null) return constantNode(makeSet(constants));
  const runs = members.map((member) => member.run);
  return valueNode((frame) => makeSet(runs.map((run) => run(frame))));
}

/** Compiles a record; one of constants is made once. */
export function compileRecord(fields: readonly (readonly [name: string, node: Node])[]): Node {
  const names = fields.map(([name]) => name);
  const constants = constantsOf(fields.map(([, node]) => node));
  if (constants !== null) return constantNode(buildRecord(names, constants));
  const runs = fields.map(([, node]) => node.run);
  return valueNode((frame) =>
    buildRecord(
      names,
      runs.map((run) => run(frame)),
    ),
  );
}

function buildRecord(names: readonly string[], values: readonly Value[]): Value {
  return recordOfValues(Object.fromEntries(values.map((value, index) => [names[index], value])));
}

/**
 * Compiles an extension call. One of constants is made once; where that fails it fails for every request, as Cedar
 * does, and not when it is compiled.
 */
export function compileCall(name: string, callee: ExtensionFunction, args: readonly Node[]): Node {
  const constants = constantsOf(args);
  if (constants !== null) return compileConstantCall(name, callee, constants);
  const runs: readonly Run[] = args.map((argument) => argument.run);
  return valueNode((frame) =>
    callExtension(
      name,
      callee,
      runs.map((run) => run(frame)),
    ),
  );
}

function compileConstantCall(name: string, callee: ExtensionFunction, args: readonly Value[]): Node {
  try {
    return constantNode(callExtension(name, callee, args));
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    return valueNode(() => {
      throw error;
    });
  }
}

function constantsOf(nodes: readonly Node[]): Value[] | null {
  const constants = nodes.map((node) => node.constant).filter((constant) => constant !== undefined);
  return constants.length === nodes.length ? constants : null;
}
