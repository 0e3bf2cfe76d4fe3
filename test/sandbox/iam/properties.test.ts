import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Caller } from '../../../sandbox/contract.ts';
import { evaluatePolicies, type PolicySet } from '../../../sandbox/iam/evaluate-policies.ts';
import { mergeContexts } from '../../../sandbox/iam/request-context.ts';
import { compilePolicy } from '../../../sandbox/iam/statement.ts';

const account = '111122223333';
const roleArn = `arn:aws:iam::${account}:role/a`;
const caller: Caller = { arn: `arn:aws:sts::${account}:assumed-role/a/s`, roleArn, accountId: account };

const action = fc.constantFrom('s3:GetObject', 's3:PutObject', 's3:*', '*');
const resource = fc.constantFrom('arn:aws:s3:::b/x', 'arn:aws:s3:::b/y', 'arn:aws:s3:::b/*', '*');
const principal = fc.constantFrom('*', { AWS: roleArn }, { AWS: caller.arn }, { AWS: account }, { AWS: `${roleArn}b` });
const condition = fc.constantFrom(
  {},
  { StringEquals: { 'x:y': 'one' } },
  { StringNotEquals: { 'x:y': 'one' } },
  { Null: { 'x:y': 'true' } },
  { StringSomething: { 'x:y': 'one' } },
);
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: action,
  Resource: resource,
  Condition: condition,
});
const identityPolicy = fc.array(statement, { maxLength: 4 });
const resourcePolicy = fc.array(
  fc.tuple(statement, principal).map(([entry, Principal]) => ({ ...entry, Principal })),
  { maxLength: 4 },
);
const request = fc.record({
  action: fc.constantFrom('s3:GetObject', 's3:PutObject'),
  resourceArn: fc.constantFrom('arn:aws:s3:::b/x', 'arn:aws:s3:::b/y'),
  value: fc.option(fc.constantFrom('one', 'two')),
});
const policies = fc.record({
  identity: identityPolicy,
  boundary: fc.option(identityPolicy),
  resource: fc.option(resourcePolicy),
  resourceDecides: fc.boolean(),
});

interface Policies {
  readonly identity: readonly object[];
  readonly boundary: readonly object[] | null;
  readonly resource: readonly object[] | null;
  readonly resourceDecides: boolean;
}

interface Request {
  readonly action: string;
  readonly resourceArn: string;
  readonly value: string | null;
}

function compile(set: Policies): PolicySet {
  const statements = (list: readonly object[]) => compilePolicy({ Statement: list }, 'test');
  return {
    identity: statements(set.identity),
    ...(set.boundary !== null && { boundary: statements(set.boundary) }),
    ...(set.resource !== null && { resource: statements(set.resource) }),
    resourceDecides: set.resourceDecides,
  };
}

function isAllowed(asked: Request, set: Policies): boolean {
  const context = mergeContexts(asked.value === null ? {} : { 'x:y': asked.value });
  const { allowed } = evaluatePolicies(
    { caller, action: asked.action, resourceArn: asked.resourceArn, context },
    compile(set),
  );
  return allowed;
}

test('adding a deny never allows more', () => {
  fc.assert(
    fc.property(
      request,
      policies,
      statement,
      principal,
      fc.constantFrom('identity', 'boundary', 'resource'),
      (asked, set, extra, Principal, where) => {
        const deny = { ...extra, Effect: 'Deny' };
        const more: Policies = {
          ...set,
          identity: where === 'identity' ? [...set.identity, deny] : set.identity,
          boundary: where === 'boundary' && set.boundary !== null ? [...set.boundary, deny] : set.boundary,
          resource: where === 'resource' ? [...(set.resource ?? []), { ...deny, Principal }] : set.resource,
        };
        return isAllowed(asked, set) || !isAllowed(asked, more);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a permission boundary never allows more', () => {
  fc.assert(
    fc.property(request, policies, identityPolicy, (asked, set, boundary) => {
      return isAllowed(asked, { ...set, boundary: null }) || !isAllowed(asked, { ...set, boundary });
    }),
    { numRuns: 2_000 },
  );
});

test('the order of statements does not matter', () => {
  fc.assert(
    fc.property(request, policies, (asked, set) => {
      const reversed = {
        ...set,
        identity: [...set.identity].reverse(),
        resource: set.resource === null ? null : [...set.resource].reverse(),
      };
      expect(isAllowed(asked, reversed)).toBe(isAllowed(asked, set));
    }),
    { numRuns: 1_000 },
  );
});
