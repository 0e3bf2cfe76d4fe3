import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { buildApp, configWith, resources, templateOf } from './support/synthesize.ts';

const NAME = 'countersign-policy-publisher';

describe('the policy publisher', () => {
  it('may put and read bundles and nothing else', () => {
    const gate = templateOf(buildApp(), 'CountersignGate');
    gate.hasResourceProperties('AWS::IAM::Role', { RoleName: NAME, ManagedPolicyArns: Match.absent() });
    const policies = [...resources(gate, 'AWS::IAM::Policy')].filter(([id]) => id.includes('PolicyPublisher'));
    expect(policies).toHaveLength(1);
    expect(policies[0]?.[1].properties['PolicyDocument']).toMatchObject({
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'] }],
    });
    expect(JSON.stringify(policies[0]?.[1].properties)).toContain('/bundles/*');
    expect(JSON.stringify(policies[0]?.[1].properties)).not.toContain('/events/*');
  });

  it('is not made when nobody is configured to be one', () => {
    const gate = templateOf(buildApp(configWith({ policyPublishers: undefined })), 'CountersignGate');
    const names = [...resources(gate, 'AWS::IAM::Role').values()].map(({ properties }) => properties['RoleName']);
    expect(names).toContain('countersign-activate-bundle');
    expect(names).not.toContain(NAME);
  });
});
