import { expect, test } from 'vitest';
import type { Caller } from '../../../sandbox/contract.ts';
import { compilePolicy } from '../../../sandbox/iam/statement.ts';
import { account, allow, type Case, caller, decide, deny, resourceArn, roleArn } from './decide.ts';

const service: Caller = {
  arn: 'apigateway.amazonaws.com',
  accountId: account,
  servicePrincipal: 'apigateway.amazonaws.com',
};
const root: Caller = { arn: `arn:aws:iam::${account}:root`, accountId: account };
const to = (principal: unknown, statement: object = allow) => ({ ...statement, Principal: principal });

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

test.each([
  [{ Effect: 'Allow', Action: 'a:b', Resources: '*' }, 'a statement has no element `Resources`'],
  [{ Effect: 'allow', Action: 'a:b', Resource: '*' }, 'expected the effect Allow or Deny'],
  [{ Effect: 'Allow', Resource: '*' }, 'expected either Action or NotAction'],
])('refuses the statement %j', (statement, message) => {
  expect(() => compilePolicy({ Statement: statement }, 'policy')).toThrow(message);
});
