import { type AuthorizationCall, isAuthorized, schemaToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../core/gate/cedar/evaluate.ts';
import { isObject } from '../../../../core/gate/cedar/json.ts';
import { loadEntities } from '../../../../core/gate/cedar/load-entities.ts';
import { CedarSchema } from '../../../../core/gate/cedar/schema.ts';
import { compileText } from './support.ts';

/** A schema whose action's context has one attribute `x` of `type`, with `declarations` beside it. */
function schemaOf(type: string, declarations = ''): string {
  return `
    type Shared = ipaddr;
    entity Plain;
    namespace Shop {
      type Price = decimal;
      type Prices = Set<{ price: Price, "at": datetime }>;
      entity Customer { x?: ${type} } tags ${type};
      entity Color enum ["red", "blue"];
      ${declarations}
      action "all";
      action "part" in ["all"];
      action "buy" in ["part"] appliesTo { principal: Customer, resource: Customer, context: { x?: ${type} } };
    }
  `;
}

const CUSTOMER = { type: 'Shop::Customer', id: 'a' };
const BUY = { type: 'Shop::Action', id: 'buy' };

function schemaJson(text: string): unknown {
  const answer = schemaToJson(text);
  if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join());
  return answer.json;
}

/** Whether `expression` over `context.x`, `principal.x` and the tag `x` holds, in both engines. */
function answers(
  schemaText: string,
  x: unknown,
  expression: string,
): { readonly compiled: string; readonly official: string } {
  const everywhere = ['context.x', 'principal.x', 'principal.getTag("x")'].map((place) =>
    expression.replaceAll('X', place),
  );
  const policy = `permit(principal, action in Shop::Action::"all", resource) when { ${everywhere.join(' && ')} };`;
  const entities = [{ uid: CUSTOMER, attrs: { x }, parents: [], tags: { x } }];
  const request = { principal: CUSTOMER, action: BUY, resource: CUSTOMER, context: { x } };
  const schema = new CedarSchema(schemaJson(schemaText));
  const context = schema.explicitContext(BUY, request.context);
  if (!isObject(context)) throw new Error('expected a context object');
  const store = loadEntities(schema.explicitEntities(entities));
  const compiled = evaluate(compileText(policy), { ...request, context }, store);
  const call = { ...request, entities, schema: schemaText, policies: { staticPolicies: policy } };
  // The generated `x` has a type the package's declarations cannot express.
  // The package's type does not know every shape it accepts.
  const official = isAuthorized(call as unknown as AuthorizationCall);
  return {
    compiled: compiled.problem?.message ?? compiled.decision,
    official:
      official.type === 'failure' ? official.errors.map((error) => error.message).join() : official.response.decision,
  };
}

const IP = 'X == ip("10.0.0.1")';
const BOB = 'X == Shop::Customer::"b"';

describe('CedarSchema', () => {
  it.each<[type: string, x: unknown, expression: string]>([
    ['ipaddr', '10.0.0.1', IP],
    ['ipaddr', { fn: 'ip', arg: '10.0.0.1' }, IP],
    ['ipaddr', { __extn: { fn: 'ip', arg: '10.0.0.1' } }, IP],
    ['__cedar::ipaddr', '10.0.0.1', IP],
    ['Shared', '10.0.0.1', IP],
    ['Price', '1.50', 'X == decimal("1.5")'],
    ['Shop::Price', '1.50', 'X == decimal("1.5")'],
    ['duration', '90m', 'X == duration("1h30m")'],
    ['datetime', '1970-01-01', 'X == datetime("1970-01-01T00:00:00Z")'],
    [
      'datetime',
      {
        fn: 'offset',
        args: [{ __extn: { fn: 'datetime', arg: '1970-01-01' } }, { __extn: { fn: 'duration', arg: '1d' } }],
      },
      'X == datetime("1970-01-02")',
    ],
    ['Customer', { type: 'Shop::Customer', id: 'b' }, BOB],
    ['Shop::Customer', { __entity: { type: 'Shop::Customer', id: 'b' } }, BOB],
    ['Plain', { type: 'Plain', id: 'b' }, 'X == Plain::"b"'],
    ['Color', { type: 'Shop::Color', id: 'red' }, 'X == Shop::Color::"red"'],
    ['Set<Customer>', [{ type: 'Shop::Customer', id: 'b' }], 'X == [Shop::Customer::"b"]'],
    ['Set<Set<ipaddr>>', [['10.0.0.1'], []], 'X == [[], [ip("10.0.0.1")]]'],
    ['Prices', [{ price: '1.0', at: '1970-01-01' }], 'X == [{ price: decimal("1.0"), at: datetime("1970-01-01") }]'],
    ['{ a: { b?: Price } }', { a: { b: '1.0' } }, 'X.a.b == decimal("1.0")'],
    ['{ type: String, id: String }', { type: 'Shop::Customer', id: 'b' }, 'X.id == "b"'],
    ['{ fn: String, arg: String }', { fn: 'ip', arg: '::1' }, 'X.fn == "ip"'],
    ['String', '10.0.0.1', 'X == "10.0.0.1"'],
    ['Long', 7, 'X == 7'],
    ['Bool', true, 'X'],
  ])('reads %s as declared when it is written %j', (type, x, expression) => {
    expect(answers(schemaOf(type), x, expression)).toEqual({ compiled: 'allow', official: 'allow' });
  });

  it('reads by the namespace its own declaration shadows a built-in name in', () => {
    const answer = answers(schemaOf('decimal', 'type decimal = Customer;'), { type: 'Shop::Customer', id: 'b' }, BOB);
    expect(answer).toEqual({ compiled: 'allow', official: 'allow' });
  });

  it('gives the actions their groups, also when the entities repeat one', () => {
    const schema = new CedarSchema(schemaJson(schemaOf('Long')));
    const store = loadEntities(schema.explicitEntities([{ uid: BUY, attrs: {}, parents: [] }]));
    expect(
      store
        .get(BUY)
        ?.ancestors.map((ancestor) => ancestor.id)
        .toSorted(),
    ).toEqual(['all', 'part']);
  });

  it.each([
    ['action "x"; action "buy" in ["x"];', 'A::Action', 'x'],
    ['action "x"; action "buy" in [Action::"x"];', 'A::Action', 'x'],
    ['action "x"; action "buy" in [A::Action::"x"];', 'A::Action', 'x'],
    ['action "buy" in [Action::"root"];', 'Action', 'root'],
  ])('finds the group of an action when it is declared %s', (declarations, type, id) => {
    const text = `action "root"; namespace A { ${declarations} }`;
    const buy = { type: 'A::Action', id: 'buy' };
    const store = loadEntities(new CedarSchema(schemaJson(text)).explicitEntities([]));
    expect(store.get(buy)?.ancestors).toEqual([expect.objectContaining({ type, id })]);
    const policies = {
      staticPolicies: `permit(principal, action == A::Action::"buy", resource) when { action in ${type}::"${id}" };`,
    };
    const call = {
      principal: buy,
      action: buy,
      resource: buy,
      context: {},
      entities: [],
      schema: text,
      policies,
      validateRequest: false,
    };
    expect(isAuthorized(call)).toMatchObject({ response: { decision: 'allow' } });
  });

  it('leaves a context alone when the action is not declared', () => {
    const schema = new CedarSchema(schemaJson(schemaOf('ipaddr')));
    expect(schema.explicitContext({ type: 'Action', id: 'buy' }, { x: '::1' })).toEqual({ x: '::1' });
  });

  it('refuses a schema that is no object', () => {
    expect(() => new CedarSchema([])).toThrow(expect.objectContaining({ code: 'malformed_schema' }));
  });
});
