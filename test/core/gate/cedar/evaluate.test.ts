import { describe, expect, it } from 'vitest';
import { compilePolicySet } from '../../../../core/gate/cedar/compile-policy-set.ts';
import { NO_ENTITIES } from '../../../../core/gate/cedar/entity-store.ts';
import { type AuthorizationRequest, checkContext, evaluate } from '../../../../core/gate/cedar/evaluate.ts';
import { compileText, outcomeOf, requestWith } from './support.ts';

const MIXED = `
  permit(principal, action, resource);
  permit(principal, action, resource) when { context.missing };
  forbid(principal, action, resource) when { context.stop };
  forbid(principal, action, resource) when { context.stop };
  forbid(principal, action, resource) when { 1 };
`;

describe('evaluate', () => {
  it('lists the permits when no forbid holds', () => {
    const answer = evaluate(compileText(MIXED), requestWith({ context: { stop: false } }), NO_ENTITIES);
    expect(answer).toMatchObject({ decision: 'allow', determining: ['policy0'], problem: null });
    expect(answer.erroring.map((failure) => failure.policyId)).toEqual(['policy1', 'policy4']);
  });

  it('lists every forbid that holds, in the order of the set, when any does', () => {
    const answer = evaluate(compileText(MIXED), requestWith({ context: { stop: true } }), NO_ENTITIES);
    expect(answer).toMatchObject({ decision: 'deny', determining: ['policy2', 'policy3'] });
  });

  it('denies without a determining policy when none holds', () => {
    const answer = evaluate(compilePolicySet({}), requestWith({}), NO_ENTITIES);
    expect(answer).toEqual({ decision: 'deny', determining: [], erroring: [], problem: null });
  });

  it('says which attribute is missing when a policy errors', () => {
    const policies = compileText('permit(principal, action, resource) when { context.a.b };');
    const [failure] = evaluate(policies, requestWith({ context: { a: {} } }), NO_ENTITIES).erroring;
    expect(failure).toEqual({ policyId: 'policy0', message: 'record does not have the attribute `b`' });
  });

  it('does not change its answer when asked again', () => {
    const policies = compileText(MIXED);
    const request = requestWith({ context: { stop: true } });
    expect(evaluate(policies, request, NO_ENTITIES)).toEqual(evaluate(policies, request, NO_ENTITIES));
  });

  it('reads no policy for another action when actions differ', () => {
    const policies = compileText('forbid(principal, action == Action::"edit", resource) when { 1 };');
    expect(evaluate(policies, requestWith({}), NO_ENTITIES).erroring).toEqual([]);
  });
});

describe('evaluate on a bad request', () => {
  const policies = compileText('permit(principal, action, resource) when { context has a && [context.a] == [] };');
  const hostile = (parts: unknown): AuthorizationRequest => ({ ...requestWith({}), ...(parts as object) });

  it.each([
    ['malformed_principal', { principal: { type: 'not a type', id: 'x' } }],
    ['malformed_principal', { principal: null }],
    ['malformed_principal', { principal: { type: 'if', id: 'x' } }],
    ['malformed_action', { action: { type: 'Action' } }],
    ['malformed_resource', { resource: { type: 'Photo', id: 7 } }],
    ['malformed_context', { context: null }],
    ['malformed_context', { context: [] }],
    ['malformed_context', { context: { __extn: { fn: 'ip', arg: '::1' } } }],
    ['malformed_context', { context: { a: null } }],
    ['malformed_context', { context: { a: undefined } }],
    ['malformed_context', { context: { a: 0.5 } }],
    ['malformed_context', { context: { a: 2 ** 53 } }],
    ['malformed_context', { context: { a: 2n ** 63n } }],
    ['malformed_context', { context: { a: { __expr: '1' } } }],
    ['malformed_context', { context: { a: { __entity: { type: 'no type', id: 'x' } } } }],
    ['malformed_context', { context: { a: { __extn: { fn: 'ip', arg: 'no address' } } } }],
    ['malformed_context', { context: { a: { __extn: { fn: 'nothing', arg: 'x' } } } }],
    ['malformed_context', { context: { a: nested(100_000, []) } }],
    ['malformed_context', { context: { a: nestedRecord(100_000) } }],
  ])('denies with the problem %s', (code, parts) => {
    const answer = evaluate(policies, hostile(parts), NO_ENTITIES);
    expect(answer).toMatchObject({ decision: 'deny', determining: [], erroring: [], problem: { code } });
  });

  it('denies even when a forbid policy would have been skipped for reading the bad value', () => {
    const permitAll = compileText(
      'permit(principal, action, resource); forbid(principal, action, resource) when { context.a };',
    );
    expect(evaluate(permitAll, requestWith({ context: { a: null } }), NO_ENTITIES).decision).toBe('deny');
  });

  it('takes a bigint for the number it is when it is a long', () => {
    expect(
      outcomeOf('context.a == 5 && context.b == 9223372036854775807', { context: { a: 5n, b: 2n ** 63n - 1n } }),
    ).toBe('allow');
  });
});

describe('checkContext', () => {
  it('finds a bad value that no policy reads', () => {
    const context = { fine: 1, deep: { list: [{ bad: null }] } };
    expect(outcomeOf('context.fine == 1', { context })).toBe('allow');
    expect(checkContext(context)?.code).toBe('malformed_context');
    expect(checkContext({ fine: 1 })).toBeNull();
  });
});

function nested(depth: number, innermost: unknown): unknown {
  let value = innermost;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

function nestedRecord(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
}
