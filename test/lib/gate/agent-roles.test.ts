import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../../lib/gate/routes.ts';
import { buildApp, configWith, resources, templateOf } from '../support/synthesize.ts';

const agents = [
  { roleName: 'countersign-agent-a', trustedPrincipals: ['arn:aws:iam::111122223333:role/task'] },
  { roleName: 'countersign-agent-b', trustedPrincipals: ['lambda.amazonaws.com', 'arn:aws:iam::111122223333:root'] },
];
const template = templateOf(buildApp(configWith({ agents })), 'CountersignGate');

describe('agent roles', () => {
  it('are made with their trust and one boundary when they are configured', () => {
    const [boundaryId] = [...resources(template, 'AWS::IAM::ManagedPolicy').keys()];
    for (const [roleName, principal] of [
      ['countersign-agent-a', { AWS: 'arn:aws:iam::111122223333:role/task' }],
      ['countersign-agent-b', { AWS: 'arn:aws:iam::111122223333:root', Service: 'lambda.amazonaws.com' }],
    ] as const) {
      const statements = Object.entries(principal).map(([kind, name]) =>
        Match.objectLike({ Effect: 'Allow', Principal: Match.objectLike({ [kind]: name }) }),
      );
      template.hasResourceProperties('AWS::IAM::Role', {
        RoleName: roleName,
        PermissionsBoundary: { Ref: boundaryId },
        AssumeRolePolicyDocument: { Statement: Match.arrayWith(statements.slice(0, 1)) },
      });
    }
  });

  it('refuse everything but the agent routes when the boundary is applied', () => {
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Sid: 'CallTheGate', Effect: 'Allow', Action: 'execute-api:Invoke' }),
          { Sid: 'NothingElse', Effect: 'Deny', NotAction: 'execute-api:Invoke', Resource: '*' },
        ],
      },
    });
  });

  it('name every agent route and no other when they are granted', () => {
    const [boundary] = [...resources(template, 'AWS::IAM::ManagedPolicy').values()];
    const granted = [...JSON.stringify(boundary?.properties).matchAll(/"\/v1\/((?:GET|POST)\/[^"]*)"/g)].map(
      (match) => match[1],
    );
    const expected = ROUTES.filter((route) => route.audience === 'agent').map(
      (route) => `${route.method}${route.path.replaceAll(/\{\w+\}/g, '*')}`,
    );
    expect(granted.sort()).toEqual(expected.sort());
  });
});
