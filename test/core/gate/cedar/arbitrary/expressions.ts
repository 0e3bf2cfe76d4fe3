import fc from 'fast-check';
import type { CedarJson } from '../../../../../core/gate/cedar/json.ts';
import {
  ATTRIBUTES,
  anyUid,
  constructorText,
  ENTITY_TYPES,
  entityUid,
  KINDS,
  type Kind,
  long,
  text,
} from './values.ts';

type Expression = fc.Arbitrary<CedarJson>;

const anyKind = fc.constantFrom(...KINDS);
const anyAttribute = fc.constantFrom(...KINDS.flatMap((kind) => ATTRIBUTES[kind]));
const typeName = fc.constantFrom(...ENTITY_TYPES, 'Action');

function value(json: fc.Arbitrary<CedarJson>): Expression {
  return json.map((Value) => ({ Value }));
}

function variable(...names: string[]): Expression {
  return fc.constantFrom(...names).map((Var) => ({ Var }));
}

function binary(operators: readonly string[], left: Expression, right: Expression): Expression {
  return fc.tuple(fc.constantFrom(...operators), left, right).map(([op, l, r]) => ({ [op]: { left: l, right: r } }));
}

function unary(operator: string, arg: Expression): Expression {
  return arg.map((operand) => ({ [operator]: { arg: operand } }));
}

function call(names: readonly string[], ...args: Expression[]): Expression {
  return fc.tuple(fc.constantFrom(...names), fc.tuple(...args)).map(([name, all]) => ({ [name]: all }));
}

/** Paths that lead through records, through an entity, and through what has no attributes. */
const contextPath: Expression = fc
  .tuple(
    fc.constantFrom('r', 'r', 'r', 'e', 'e', 'hasOwnProperty', 'ip', 'set', 'n'),
    fc.array(fc.constantFrom('r', 'e'), { maxLength: 2 }),
  )
  .map(([first, rest]) =>
    [first, ...rest].reduce<CedarJson>((left, attr) => ({ '.': { left, attr } }), { Var: 'context' }),
  );

/** What has attributes: the context, a record in it, an entity. */
function owner(depth: number): Expression {
  return fc.oneof(
    { weight: 5, arbitrary: variable('context') },
    { weight: 6, arbitrary: contextPath },
    { weight: 3, arbitrary: variable('principal', 'resource', 'action') },
    ...(depth > 0
      ? [
          { weight: 3, arbitrary: expression('record', depth - 1) },
          { weight: 1, arbitrary: expression('entity', depth - 1) },
        ]
      : []),
  );
}

function access(kind: Kind, depth: number): Expression {
  return fc.tuple(owner(depth), fc.constantFrom(...ATTRIBUTES[kind])).map(([left, attr]) => ({ '.': { left, attr } }));
}

/** Expressions for each kind that need no operand of their own kind at greater depth. */
function leaf(kind: Kind): Expression {
  switch (kind) {
    case 'bool':
      return value(fc.boolean());
    case 'long':
      return value(long);
    case 'string':
      return value(text);
    case 'entity':
      return fc.oneof(variable('principal', 'action', 'resource'), value(anyUid.map((uid) => ({ __entity: uid }))));
    case 'set':
      return fc
        .array(fc.oneof(leaf('long'), leaf('string'), leaf('entity')), { maxLength: 3 })
        .map((members) => ({ Set: members }));
    case 'record':
      return fc.oneof(variable('context'), fc.constant({ Record: {} }));
    default:
      return call([kind], value(constructorText[kind]));
  }
}

/** An expression usually of `kind`, sometimes of another so that type errors are met. */
export function expression(kind: Kind, depth: number): Expression {
  if (depth === 0) return fc.oneof({ weight: 2, arbitrary: leaf(kind) }, { weight: 1, arbitrary: access(kind, 0) });
  const next = depth - 1;
  return fc.oneof(
    { weight: 3, arbitrary: leaf(kind) },
    { weight: 5, arbitrary: access(kind, next) },
    { weight: 8, arbitrary: compound(kind, next) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(expression('bool', next), expression(kind, next), expression(kind, next))
        .map(([test, then, other]) => ({ 'if-then-else': { if: test, then, else: other } })),
    },
    { weight: 1, arbitrary: fc.tuple(entityOf(next), text).map(([left, tag]) => getTag(left, tag)) },
    { weight: 1, arbitrary: anyKind.chain((other) => expression(other, next)) },
  );
}

function getTag(left: CedarJson, tag: CedarJson): CedarJson {
  return { getTag: { left, right: { Value: tag } } };
}

function entityOf(depth: number): Expression {
  return expression('entity', depth);
}

function compound(kind: Kind, depth: number): Expression {
  const of = (operand: Kind) => expression(operand, depth);
  switch (kind) {
    case 'bool':
      return booleans(depth);
    case 'long':
      return fc.oneof(
        { weight: 3, arbitrary: binary(['+', '-', '*'], of('long'), of('long')) },
        unary('neg', of('long')),
        call(['toMilliseconds', 'toSeconds', 'toMinutes', 'toHours', 'toDays'], of('duration')),
      );
    case 'set':
      return fc
        .array(fc.constantFrom<Kind>('long', 'entity', ...KINDS).chain(of), { maxLength: 3 })
        .map((members) => ({ Set: members }));
    case 'record':
      return fc
        .array(fc.tuple(anyAttribute, anyKind.chain(of)), { maxLength: 3 })
        .map((fields) => ({ Record: Object.fromEntries(fields) }));
    case 'datetime':
      return fc.oneof(call(['offset'], of('datetime'), of('duration')), call(['toDate'], of('datetime')));
    case 'duration':
      return fc.oneof(call(['durationSince'], of('datetime'), of('datetime')), call(['toTime'], of('datetime')));
    default:
      return leaf(kind);
  }
}

/** Sets that are often equal, or equal but for one member. */
const smallSet: Expression = fc
  .array(
    fc.oneof(
      fc.constantFrom<CedarJson>({ Var: 'principal' }, { Value: { __entity: { type: 'User', id: 'a' } } }),
      fc.constantFrom<CedarJson>(
        { Value: 1 },
        { Set: [] },
        { Record: {} },
        { Set: [{ Value: 1 }] },
        { Var: 'resource' },
      ),
    ),
    { maxLength: 3 },
  )
  .map((members) => ({ Set: members }));

const pattern = fc.array(
  fc.oneof(
    fc.constant<CedarJson>('Wildcard'),
    fc.constantFrom('a', 'b', 'ab', 'c', '*', '😀').map((Literal) => ({ Literal })),
  ),
  { maxLength: 5 },
);

function booleans(depth: number): Expression {
  const of = (operand: Kind) => expression(operand, depth);
  const pair = (operators: readonly string[], kinds: readonly Kind[]) =>
    fc.constantFrom(...kinds).chain((kind) => binary(operators, of(kind), of(kind)));
  return fc.oneof(
    { weight: 4, arbitrary: pair(['&&', '||'], ['bool']) },
    unary('!', of('bool')),
    { weight: 3, arbitrary: pair(['==', '!='], KINDS) },
    { weight: 2, arbitrary: fc.tuple(smallSet, smallSet).map(([left, right]) => ({ '==': { left, right } })) },
    {
      weight: 2,
      arbitrary: fc.tuple(entityOf(depth), smallSet).map(([left, right]) => ({ in: { left, right } })),
    },
    { weight: 3, arbitrary: pair(['<', '<=', '>', '>='], ['long', 'long', 'datetime', 'duration', 'decimal']) },
    { weight: 2, arbitrary: binary(['in'], of('entity'), fc.oneof(of('entity'), of('set'))) },
    { weight: 2, arbitrary: binary(['contains'], of('set'), anyKind.chain(of)) },
    binary(['containsAll', 'containsAny'], of('set'), of('set')),
    unary('isEmpty', of('set')),
    binary(['hasTag'], of('entity'), of('string')),
    { weight: 3, arbitrary: fc.tuple(owner(depth), anyAttribute).map(([left, attr]) => ({ has: { left, attr } })) },
    fc
      .tuple(owner(depth), fc.array(anyAttribute, { minLength: 1, maxLength: 3 }))
      .map(([left, attr]) => ({ has: { left, attr } })),
    fc.tuple(of('string'), pattern).map(([left, parts]) => ({ like: { left, pattern: parts } })),
    fc.tuple(of('entity'), typeName).map(([left, type]) => ({ is: { left, entity_type: type } })),
    fc
      .tuple(of('entity'), typeName, fc.oneof(value(entityUid.map((uid) => ({ __entity: uid }))), of('entity')))
      .map(([left, type, target]) => ({ is: { left, entity_type: type, in: target } })),
    pair(['=='], ['decimal', 'ip', 'datetime', 'duration']),
    call(['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'], of('decimal'), of('decimal')),
    call(['isIpv4', 'isIpv6', 'isLoopback', 'isMulticast'], of('ip')),
    call(['isInRange'], of('ip'), of('ip')),
  );
}
