import { expect, test } from 'vitest';
import type { Caller, ConditionContext } from '../../../sandbox/contract.ts';
import { evaluatePolicies } from '../../../sandbox/iam/evaluate-policies.ts';
import { mergeContexts } from '../../../sandbox/iam/request-context.ts';
import { compilePolicy } from '../../../sandbox/iam/statement.ts';

const account = '111122223333';
const roleArn = `arn:aws:iam::${account}:role/worker`;
const caller: Caller = { arn: `arn:aws:sts::${account}:assumed-role/worker/one`, roleArn, accountId: account };
const service: Caller = {
  arn: 'apigateway.amazonaws.com',
  accountId: account,
  servicePrincipal: 'apigateway.amazonaws.com',
};
const root: Caller = { arn: `arn:aws:iam::${account}:root`, accountId: account };
const resourceArn = `arn:aws:dynamodb:eu-west-1:${account}:table/state`;

const allow = { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: resourceArn };
const deny = { ...allow, Effect: 'Deny' };
const to = (principal: unknown, statement: object = allow) => ({ ...statement, Principal: principal });

interface Case {
  readonly name: string;
  readonly identity?: readonly object[];
  readonly boundary?: readonly object[];
  readonly resource?: readonly object[];
  readonly by?: Caller;
  readonly decidesAlone?: boolean;
  readonly expected: string;
}

function decide(entry: Case, context: ConditionContext = {}): string {
  const compile = (statements: readonly object[]) => compilePolicy({ Statement: statements }, 'test');
  const decision = evaluatePolicies(
    { caller: entry.by ?? caller, action: 'dynamodb:PutItem', resourceArn, context: mergeContexts(context) },
    {
      identity: compile(entry.identity ?? []),
      ...(entry.boundary !== undefined && { boundary: compile(entry.boundary) }),
      ...(entry.resource !== undefined && { resource: compile(entry.resource) }),
      resourceDecides: entry.decidesAlone ?? false,
    },
  );
  return decision.allowed ? 'allowed' : decision.reason;
}

const cases: readonly Case[] = [
  { name: 'nothing allows', expected: 'no-identity-allow' },
  { name: 'the role allows', identity: [allow], expected: 'allowed' },
  { name: 'the role allows and denies', identity: [allow, deny], expected: 'identity-deny' },
  { name: 'the resource names the role', resource: [to({ AWS: roleArn })], expected: 'allowed' },
  { name: 'the resource names the session', resource: [to({ AWS: caller.arn })], expected: 'allowed' },
  { name: 'the resource names everyone', resource: [to('*')], expected: 'allowed' },
  { name: 'the resource names the account only', resource: [to({ AWS: root.arn })], expected: 'no-identity-allow' },
  { name: 'the resource names another role', resource: [to({ AWS: `${roleArn}-2` })], expected: 'no-identity-allow' },
  { name: 'the resource denies everyone', identity: [allow], resource: [to('*', deny)], expected: 'resource-deny' },
  {
    name: 'the resource denies the account',
    identity: [allow],
    resource: [to({ AWS: account }, deny)],
    expected: 'resource-deny',
  },
  { name: 'the boundary does not allow', identity: [allow], boundary: [], expected: 'no-boundary-allow' },
  { name: 'the boundary allows', identity: [allow], boundary: [allow], expected: 'allowed' },
  { name: 'the boundary denies', identity: [allow], boundary: [allow, deny], expected: 'boundary-deny' },
  {
    name: 'the boundary limits what is given to the role',
    boundary: [],
    resource: [to({ AWS: roleArn })],
    expected: 'no-boundary-allow',
  },
  {
    name: 'the boundary does not limit what is given to the session',
    boundary: [],
    resource: [to({ AWS: caller.arn })],
    expected: 'allowed',
  },
  { name: 'a key has no policy', identity: [allow], decidesAlone: true, expected: 'no-resource-allow' },
  {
    name: 'a key hands over to the account',
    identity: [allow],
    resource: [to({ AWS: root.arn })],
    decidesAlone: true,
    expected: 'allowed',
  },
  {
    name: 'a key hands over and the role does not allow',
    resource: [to({ AWS: root.arn })],
    decidesAlone: true,
    expected: 'no-identity-allow',
  },
  { name: 'a key names the role', resource: [to({ AWS: roleArn })], decidesAlone: true, expected: 'allowed' },
  {
    name: 'a service is named',
    by: service,
    resource: [to({ Service: 'apigateway.amazonaws.com' })],
    expected: 'allowed',
  },
  {
    name: 'another service is named',
    by: service,
    resource: [to({ Service: 'sns.amazonaws.com' })],
    expected: 'no-resource-allow',
  },
  { name: 'a service has no policy to stand on', by: service, identity: [allow], expected: 'no-resource-allow' },
  { name: 'the root user asks', by: root, expected: 'allowed' },
  {
    name: 'the root user asks for a key without the account statement',
    by: root,
    resource: [to({ AWS: roleArn })],
    decidesAlone: true,
    expected: 'no-resource-allow',
  },
  {
    name: 'a deny spares no principal but others',
    identity: [allow],
    resource: [{ ...deny, NotPrincipal: { AWS: roleArn } }],
    expected: 'resource-deny',
  },
  {
    name: 'a deny spares account, role and session',
    identity: [allow],
    resource: [{ ...deny, NotPrincipal: { AWS: [root.arn, roleArn, caller.arn] } }],
    expected: 'allowed',
  },
  {
    name: 'another action is allowed',
    identity: [{ ...allow, Action: 'dynamodb:GetItem' }],
    expected: 'no-identity-allow',
  },
  {
    name: 'the action is spelled in other case',
    identity: [{ ...allow, Action: 'DynamoDB:putitem' }],
    expected: 'allowed',
  },
  { name: 'the action is a wildcard', identity: [{ ...allow, Action: 'dynamodb:P?t*' }], expected: 'allowed' },
  {
    name: 'all but this action is allowed',
    identity: [{ Effect: 'Allow', NotAction: 'dynamodb:PutItem', Resource: '*' }],
    expected: 'no-identity-allow',
  },
  {
    name: 'all but another resource is allowed',
    identity: [{ Effect: 'Allow', Action: '*', NotResource: `${resourceArn}2` }],
    expected: 'allowed',
  },
  {
    name: 'a resource wildcard would have to cross a colon',
    identity: [{ ...allow, Resource: 'arn:aws:*:table/state' }],
    expected: 'no-identity-allow',
  },
  {
    name: 'the resource is spelled in other case',
    identity: [{ ...allow, Resource: resourceArn.replace('state', 'State') }],
    expected: 'no-identity-allow',
  },
];

test.each(cases)('decides $expected when $name', (entry) => {
  expect(decide(entry)).toBe(entry.expected);
});

interface ConditionCase {
  readonly name: string;
  readonly condition: object;
  readonly context?: ConditionContext;
  readonly met: boolean | 'unknown';
}

const keys = (...values: string[]): ConditionContext => ({ 'dynamodb:LeadingKeys': values });

const conditionCases: readonly ConditionCase[] = [
  { name: 'StringEquals fits', condition: { StringEquals: { 'a:b': ['x', 'y'] } }, context: { 'A:B': 'y' }, met: true },
  {
    name: 'StringEquals takes a wildcard literally',
    condition: { StringEquals: { 'a:b': '*' } },
    context: { 'a:b': 'x' },
    met: false,
  },
  { name: 'StringEquals has no value', condition: { StringEquals: { 'a:b': 'x' } }, met: false },
  { name: 'StringNotEquals has no value', condition: { StringNotEquals: { 'a:b': 'x' } }, met: true },
  {
    name: 'StringNotEquals has one of several',
    condition: { StringNotEquals: { 'a:b': ['x', 'y'] } },
    context: { 'a:b': 'y' },
    met: false,
  },
  { name: 'StringEqualsIfExists has no value', condition: { StringEqualsIfExists: { 'a:b': 'x' } }, met: true },
  {
    name: 'StringEqualsIfExists has another value',
    condition: { StringEqualsIfExists: { 'a:b': 'x' } },
    context: { 'a:b': 'y' },
    met: false,
  },
  {
    name: 'StringEqualsIgnoreCase fits',
    condition: { StringEqualsIgnoreCase: { 'a:b': 'X' } },
    context: { 'a:b': 'x' },
    met: true,
  },
  {
    name: 'StringLike fits',
    condition: { StringLike: { 'a:b': 'AGENT#*' } },
    context: { 'a:b': 'AGENT#1\n2' },
    met: true,
  },
  {
    name: 'StringNotLike fits',
    condition: { StringNotLike: { 'a:b': 'AGENT#*' } },
    context: { 'a:b': 'AGENT#1' },
    met: false,
  },
  {
    name: 'ArnLike stays within a part',
    condition: { ArnLike: { 'a:b': 'arn:aws:iam::*:role/x' } },
    context: { 'a:b': 'arn:aws:iam::1:role/x' },
    met: true,
  },
  {
    name: 'ArnLike would cross a part',
    condition: { ArnLike: { 'a:b': 'arn:aws:iam:*:role/x' } },
    context: { 'a:b': 'arn:aws:iam::1:role/x' },
    met: false,
  },
  {
    name: 'ArnNotEquals has the value',
    condition: { ArnNotEquals: { 'a:b': roleArn } },
    context: { 'a:b': roleArn },
    met: false,
  },
  { name: 'Null asks for absence', condition: { Null: { 'a:b': 'true' } }, met: true },
  { name: 'Null asks for presence', condition: { Null: { 'a:b': false } }, met: false },
  { name: 'Bool fits', condition: { Bool: { 'a:b': true } }, context: { 'a:b': true }, met: true },
  { name: 'NumericLessThan fits', condition: { NumericLessThan: { 'a:b': '30' } }, context: { 'a:b': 5 }, met: true },
  {
    name: 'NumericLessThan has no number',
    condition: { NumericLessThan: { 'a:b': '30' } },
    context: { 'a:b': '' },
    met: false,
  },
  {
    name: 'NumericGreaterThanEquals fits',
    condition: { NumericGreaterThanEquals: { 'a:b': 30 } },
    context: { 'a:b': 30 },
    met: true,
  },
  {
    name: 'DateLessThan compares both spellings',
    condition: { DateLessThan: { 'a:b': '2026-01-01T00:00:00Z' } },
    context: { 'a:b': '1700000000' },
    met: true,
  },
  {
    name: 'IpAddress is in the block',
    condition: { IpAddress: { 'a:b': '10.0.0.0/8' } },
    context: { 'a:b': '10.1.2.3' },
    met: true,
  },
  {
    name: 'NotIpAddress is in the block',
    condition: { NotIpAddress: { 'a:b': ['10.0.0.0/8', '::1'] } },
    context: { 'a:b': '::1' },
    met: false,
  },
  {
    name: 'ForAllValues fits every value',
    condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'A#*' } },
    context: keys('A#1', 'A#2'),
    met: true,
  },
  {
    name: 'ForAllValues does not fit one',
    condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'A#*' } },
    context: keys('A#1', 'B'),
    met: false,
  },
  {
    name: 'ForAllValues has no value',
    condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'A#*' } },
    met: true,
  },
  {
    name: 'ForAnyValue fits one',
    condition: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': 'B' } },
    context: keys('A#1', 'B'),
    met: true,
  },
  {
    name: 'ForAnyValue has no value',
    condition: { 'ForAnyValue:StringNotEquals': { 'dynamodb:LeadingKeys': 'B' } },
    met: false,
  },
  {
    name: 'several values meet no set prefix',
    condition: { StringEquals: { 'dynamodb:LeadingKeys': 'B' } },
    context: keys('A#1', 'B'),
    met: false,
  },
  {
    name: 'a policy variable fits',
    condition: { StringEquals: { 'a:b': `\${aws:PrincipalTag/team}` } },
    context: { 'a:b': 'x', 'aws:PrincipalTag/team': 'x' },
    met: true,
  },
  {
    name: 'a policy variable holds a wildcard',
    condition: { StringLike: { 'a:b': `\${aws:PrincipalTag/team}` } },
    context: { 'a:b': 'x', 'aws:PrincipalTag/team': '*' },
    met: false,
  },
  {
    name: 'a policy variable has no value',
    condition: { StringLike: { 'a:b': `\${aws:PrincipalTag/team}*` } },
    context: { 'a:b': 'x' },
    met: false,
  },
  {
    name: 'a policy variable has a default',
    condition: { StringEquals: { 'a:b': `\${aws:PrincipalTag/team, 'x'}` } },
    context: { 'a:b': 'x' },
    met: true,
  },
  {
    name: 'two keys and one does not fit',
    condition: { StringEquals: { 'a:b': 'x', 'a:c': 'x' } },
    context: { 'a:b': 'x', 'a:c': 'y' },
    met: false,
  },
  {
    name: 'the operator is not known',
    condition: { StringMatches: { 'a:b': 'x' } },
    context: { 'a:b': 'x' },
    met: 'unknown',
  },
];

test.each(conditionCases)('finds the condition $met when $name', ({ condition, context, met }) => {
  const allowed = decide({ name: '', expected: '', identity: [{ ...allow, Condition: condition }] }, context);
  expect(allowed).toBe(met === true ? 'allowed' : 'no-identity-allow');
});

test.each(conditionCases.filter((entry) => entry.met !== false))(
  'denies by a condition when $name',
  ({ condition, context }) => {
    const denied = decide({ name: '', expected: '', identity: [allow, { ...deny, Condition: condition }] }, context);
    expect(denied).toBe('identity-deny');
  },
);

test('denies when one of several values meets a deny without set prefix', () => {
  const condition = { StringEquals: { 'dynamodb:LeadingKeys': 'B' } };
  const entry = { name: '', expected: '', identity: [allow, { ...deny, Condition: condition }] };
  expect(decide(entry, keys('A', 'B'))).toBe('identity-deny');
});

test.each([
  [{ Effect: 'Allow', Action: 'a:b', Resources: '*' }, 'a statement has no element `Resources`'],
  [{ Effect: 'allow', Action: 'a:b', Resource: '*' }, 'expected the effect Allow or Deny'],
  [{ Effect: 'Allow', Resource: '*' }, 'expected either Action or NotAction'],
])('refuses the statement %j', (statement, message) => {
  expect(() => compilePolicy({ Statement: statement }, 'policy')).toThrow(message);
});
