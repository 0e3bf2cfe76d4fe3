import { isRawObject, type RawObject } from './raw-template.ts';
import { TemplateError } from './template-error.ts';

/**
 * CloudFormation's intrinsic functions. Kept: Ref, GetAtt, Sub, Join, Select, Split, If, Equals, And, Or, Not,
 * Condition, ImportValue, GetStackOutput, FindInMap, Base64. Not kept: Cidr, GetAZs, Transform and the language
 * extensions; they are refused by name. Dynamic references (`{{resolve:…}}`) stay as they are for their service.
 */

/** What a template's functions look names up in. */
export interface IntrinsicScope {
  readonly stackName: string;
  ref(name: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  condition(name: string): boolean;
  importValue(exportName: string): unknown;
  stackOutput(stackName: string, outputName: string): unknown;
  findInMap(map: string, first: string, second: string): unknown;
}

/** What `Ref: AWS::NoValue` gives: the member that holds it is left out. */
export const noValue = Symbol('AWS::NoValue');

type Evaluate = (argument: unknown, scope: IntrinsicScope) => unknown;

function fail(scope: IntrinsicScope, name: string, expected: string, got: unknown): TemplateError {
  const shown = JSON.stringify(got) ?? String(got);
  return new TemplateError(
    'malformed_template',
    `${name} in stack \`${scope.stackName}\`: expected ${expected}, got \`${shown}\``,
  );
}

function textArgument(argument: unknown, scope: IntrinsicScope, name: string): string {
  const value = resolveValue(argument, scope);
  if (typeof value === 'string') {
    return value;
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  throw fail(scope, name, 'text', value);
}

function listArgument(argument: unknown, scope: IntrinsicScope, name: string, length?: number): readonly unknown[] {
  if (!Array.isArray(argument) || (length !== undefined && argument.length !== length)) {
    throw fail(scope, name, length === undefined ? 'a list' : `a list of ${length}`, argument);
  }
  return argument;
}

function resolvedList(argument: unknown, scope: IntrinsicScope, name: string): readonly unknown[] {
  return listArgument(resolveValue(argument, scope), scope, name);
}

function getAtt(argument: unknown, scope: IntrinsicScope): unknown {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return scope.getAtt(argument.slice(0, dot), argument.slice(dot + 1));
  }
  const [logicalId, attribute] = listArgument(argument, scope, 'Fn::GetAtt', 2);
  return scope.getAtt(textArgument(logicalId, scope, 'Fn::GetAtt'), textArgument(attribute, scope, 'Fn::GetAtt'));
}

function sub(argument: unknown, scope: IntrinsicScope): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof template !== 'string' || !isRawObject(variables)) {
    throw fail(scope, 'Fn::Sub', 'a text and variables', argument);
  }
  return template.replaceAll(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, expression: string) => {
    const name = expression.trim();
    if (literal === '!') {
      return `\${${name}}`;
    }
    if (Object.hasOwn(variables, name)) {
      return textArgument(variables[name], scope, 'Fn::Sub');
    }
    const value = name.includes('.') ? getAtt(name, scope) : scope.ref(name);
    return textArgument(value, scope, 'Fn::Sub');
  });
}

function select(argument: unknown, scope: IntrinsicScope): unknown {
  const [index, list] = listArgument(argument, scope, 'Fn::Select', 2);
  const values = resolvedList(list, scope, 'Fn::Select');
  const value = values[Number(resolveValue(index, scope))];
  if (value === undefined) {
    throw fail(scope, 'Fn::Select', `an index below ${values.length}`, index);
  }
  return value;
}

function conditionValue(argument: unknown, scope: IntrinsicScope): boolean {
  const value = resolveValue(argument, scope);
  if (typeof value !== 'boolean') {
    throw fail(scope, 'a condition', 'true or false', value);
  }
  return value;
}

function choose(argument: unknown, scope: IntrinsicScope): unknown {
  const [condition, whenTrue, whenFalse] = listArgument(argument, scope, 'Fn::If', 3);
  return resolveValue(scope.condition(textArgument(condition, scope, 'Fn::If')) ? whenTrue : whenFalse, scope);
}

function split(argument: unknown, scope: IntrinsicScope): readonly string[] {
  const [separator, text] = listArgument(argument, scope, 'Fn::Split', 2);
  return textArgument(text, scope, 'Fn::Split').split(textArgument(separator, scope, 'Fn::Split'));
}

function join(argument: unknown, scope: IntrinsicScope): string {
  const [separator, list] = listArgument(argument, scope, 'Fn::Join', 2);
  const parts = resolvedList(list, scope, 'Fn::Join').map((part) => textArgument(part, scope, 'Fn::Join'));
  return parts.join(textArgument(separator, scope, 'Fn::Join'));
}

function findInMap(argument: unknown, scope: IntrinsicScope): unknown {
  const [map, first, second] = listArgument(argument, scope, 'Fn::FindInMap', 3).map((part) =>
    textArgument(part, scope, 'Fn::FindInMap'),
  );
  return scope.findInMap(map ?? '', first ?? '', second ?? '');
}

function stackOutput(argument: unknown, scope: IntrinsicScope): unknown {
  const parts = isRawObject(argument) ? argument : {};
  const name = 'Fn::GetStackOutput';
  return scope.stackOutput(
    textArgument(parts['StackName'], scope, name),
    textArgument(parts['OutputName'], scope, name),
  );
}

const functions: { readonly [name: string]: Evaluate } = {
  Ref: (argument, scope) => scope.ref(textArgument(argument, scope, 'Ref')),
  Condition: (argument, scope) => scope.condition(textArgument(argument, scope, 'Condition')),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::If': choose,
  'Fn::Equals': (argument, scope) => {
    const [left, right] = listArgument(argument, scope, 'Fn::Equals', 2);
    return textArgument(left, scope, 'Fn::Equals') === textArgument(right, scope, 'Fn::Equals');
  },
  'Fn::And': (argument, scope) => listArgument(argument, scope, 'Fn::And').every((part) => conditionValue(part, scope)),
  'Fn::Or': (argument, scope) => listArgument(argument, scope, 'Fn::Or').some((part) => conditionValue(part, scope)),
  'Fn::Not': (argument, scope) => !conditionValue(listArgument(argument, scope, 'Fn::Not', 1)[0], scope),
  'Fn::ImportValue': (argument, scope) => scope.importValue(textArgument(argument, scope, 'Fn::ImportValue')),
  'Fn::GetStackOutput': stackOutput,
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, scope) => Buffer.from(textArgument(argument, scope, 'Fn::Base64')).toString('base64'),
};

function resolveMembers(value: RawObject, scope: IntrinsicScope): RawObject {
  const members = Object.entries(value).map(([name, member]) => [name, resolveValue(member, scope)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== noValue));
}

// A policy's `Condition` block is an object, the function of that name takes the name of a template condition.
function functionOf(value: RawObject): string | undefined {
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) {
    return undefined;
  }
  const isFunction =
    name === 'Ref' || name.startsWith('Fn::') || (name === 'Condition' && typeof value[name] === 'string');
  return isFunction ? name : undefined;
}

/**
 * Evaluates `value` with every function inside it.
 *
 * @returns the value, or {@link noValue}
 * @throws {TemplateError} for a function the sandbox does not know, a malformed argument or an unresolved reference
 */
export function resolveValue(value: unknown, scope: IntrinsicScope): unknown {
  if (Array.isArray(value)) {
    return value.map((entry) => resolveValue(entry, scope)).filter((entry) => entry !== noValue);
  }
  if (!isRawObject(value)) {
    return value;
  }
  const name = functionOf(value);
  if (name === undefined) {
    return resolveMembers(value, scope);
  }
  const evaluate = functions[name];
  if (evaluate === undefined) {
    throw new TemplateError(
      'unknown_function',
      `stack \`${scope.stackName}\` uses \`${name}\`, which the sandbox does not know`,
    );
  }
  return evaluate(value[name], scope);
}
