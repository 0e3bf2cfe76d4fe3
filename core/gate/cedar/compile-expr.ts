import { compileGet, compileHas, contextNode } from './compile-access.ts';
import { compileLiteral } from './compile-literal.ts';
import { BINARY_OPERATORS, compileIn, UNARY_OPERATORS } from './compile-operator.ts';
import { compileCall, compileRecord, compileSet } from './compile-value.ts';
import type { ContextLayout } from './context-path.ts';
import { EntityRef } from './entity-ref.ts';
import { EXTENSION_FUNCTIONS } from './extension/functions.ts';
import { compilePattern, type PatternPart } from './like.ts';
import { asTest, type Node, testNode, valueNode } from './node.ts';
import { malformedPolicy, readArray, readExact, readObject, readText, readTypeName } from './policy-json.ts';
import { typeError } from './type-error.ts';
import type { Value } from './value.ts';

/** Deeper expressions would exhaust the stack when they are compiled or run. */
const MAX_EXPRESSION_DEPTH = 1_000;

type Form = (body: unknown, compile: (json: unknown) => Node, layout: ContextLayout) => Node;

const VARIABLES: ReadonlyMap<string, Node> = new Map([
  ['principal', valueNode((frame) => frame.principal)],
  ['action', valueNode((frame) => frame.action)],
  ['resource', valueNode((frame) => frame.resource)],
]);

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['Value', (body) => compileLiteral(body)],
  ['Var', (body, _compile, layout) => compileVariable(body, layout)],
  ['.', compileGetForm],
  ['has', compileHasForm],
  ['like', compileLike],
  ['is', compileIs],
  ['if-then-else', compileIf],
  ['Set', (body, compile) => compileSet(readArray(body, 'a set').map(compile))],
  ['Record', compileRecordForm],
  ...[...UNARY_OPERATORS].map(([name, operator]): [string, Form] => [
    name,
    (body, compile) => operator(compile(readExact(body, name, ['arg'])['arg'])),
  ]),
  ...[...BINARY_OPERATORS].map(([name, operator]): [string, Form] => [
    name,
    (body, compile) => {
      const { left, right } = readExact(body, name, ['left', 'right']);
      return operator(compile(left), compile(right));
    },
  ]),
  ...[...EXTENSION_FUNCTIONS].map(([name, callee]): [string, Form] => [
    name,
    (body, compile) => compileCall(name, callee, readArray(body, `arguments of ${name}`).map(compile)),
  ]),
]);

/**
 * Compiles an expression of Cedar's JSON form.
 *
 * @param layout that of the whole policy set
 * @throws {CedarInputError} `malformed_policy_set`
 * @see https://docs.cedarpolicy.com/policies/json-format.html
 */
export function compileExpression(json: unknown, layout: ContextLayout, depth = 0): Node {
  if (depth > MAX_EXPRESSION_DEPTH) {
    throw malformedPolicy(`expected expressions nested at most ${MAX_EXPRESSION_DEPTH} deep`);
  }
  const object = readObject(json, 'an expression');
  const names = Object.keys(object);
  const name = names[0];
  const form = name === undefined ? undefined : FORMS.get(name);
  if (name === undefined || form === undefined || names.length > 1) {
    throw malformedPolicy(`expected an expression with one known key, got \`${names.join('`, `')}\``);
  }
  return form(object[name], (child) => compileExpression(child, layout, depth + 1), layout);
}

function compileVariable(body: unknown, layout: ContextLayout): Node {
  const name = readText(body, 'a variable');
  if (name === 'context') return contextNode(layout);
  const node = VARIABLES.get(name);
  if (node === undefined) throw malformedPolicy(`expected a variable, got \`${name}\``);
  return node;
}

function compileGetForm(body: unknown, compile: (json: unknown) => Node): Node {
  const { left, attr } = readExact(body, '`.`', ['left', 'attr']);
  return compileGet(compile(left), readText(attr, 'an attribute name'));
}

function compileHasForm(body: unknown, compile: (json: unknown) => Node): Node {
  const { left, attr } = readExact(body, '`has`', ['left', 'attr']);
  const names = (Array.isArray(attr) ? attr : [attr]).map((name) => readText(name, 'an attribute name'));
  const [name, ...deeper] = names;
  if (name === undefined) throw malformedPolicy('expected `has` with an attribute, got none');
  return testNode(compileHas(compile(left), name, deeper));
}

function compileLike(body: unknown, compile: (json: unknown) => Node): Node {
  const { left, pattern } = readExact(body, '`like`', ['left', 'pattern']);
  const { run } = compile(left);
  const matches = compilePattern(readArray(pattern, 'a pattern').map(readPatternPart));
  return testNode((frame) => {
    const text = run(frame);
    if (typeof text !== 'string') throw typeError('string', text);
    return matches(text);
  });
}

function readPatternPart(json: unknown): PatternPart {
  if (json === 'Wildcard') return 'wildcard';
  const { Literal: literal } = readExact(json, 'a pattern element', ['Literal']);
  return { literal: readText(literal, 'pattern text') };
}

function compileIs(body: unknown, compile: (json: unknown) => Node): Node {
  const { left, entity_type: typeJson, in: target } = readExact(body, '`is`', ['left', 'entity_type'], ['in']);
  const type = readTypeName(typeJson);
  const subject = compile(left);
  const { run } = subject;
  const isType = (value: Value): boolean => {
    if (!(value instanceof EntityRef)) throw typeError('entity', value);
    return value.type === type;
  };
  if (target === undefined) return testNode((frame) => isType(run(frame)));
  const isIn = compileIn(subject, compile(target));
  return testNode((frame) => isType(run(frame)) && isIn(frame));
}

function compileIf(body: unknown, compile: (json: unknown) => Node): Node {
  const branches = readExact(body, '`if-then-else`', ['if', 'then', 'else']);
  const condition = asTest(compile(branches['if']));
  const [consequent, alternative] = [compile(branches['then']), compile(branches['else'])];
  if (consequent.test !== null && alternative.test !== null) {
    const [whenTrue, whenFalse] = [consequent.test, alternative.test];
    return testNode((frame) => (condition(frame) ? whenTrue(frame) : whenFalse(frame)));
  }
  const [whenTrue, whenFalse] = [consequent.run, alternative.run];
  return valueNode((frame) => (condition(frame) ? whenTrue(frame) : whenFalse(frame)));
}

function compileRecordForm(body: unknown, compile: (json: unknown) => Node): Node {
  const fields = readObject(body, 'a record');
  return compileRecord(Object.keys(fields).map((name) => [name, compile(fields[name])] as const));
}
