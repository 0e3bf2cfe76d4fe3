import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Assembly } from '../../../sandbox/contract.ts';
import { loadAssembly } from '../../../sandbox/template/load-assembly.ts';
import { accountId, region, type Stacks, temporaryFolder, writeAssembly } from '../front/fixture.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

function load(stacks: Stacks, parameters: { readonly [name: string]: string } = {}): Assembly {
  return loadAssembly(writeAssembly(folder.path, stacks), { accountId, region, parameters });
}

/** What `value` becomes as a property of a resource beside a few others. */
function resolve(value: unknown, template: object = {}): unknown {
  const resources = {
    Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'state' } },
    Key: { Type: 'AWS::KMS::Key', Properties: {} },
    Subject: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: value } },
  };
  const assembly = load({
    Stack: { Conditions: { Yes: { 'Fn::Equals': ['a', 'a'] } }, ...template, Resources: resources },
  });
  return assembly.byType('AWS::CloudWatch::Dashboard')[0]?.properties['DashboardBody'];
}

describe('intrinsic functions', () => {
  test.each([
    ['Ref to a resource', { Ref: 'Table' }, 'state'],
    ['Ref to the account', { Ref: 'AWS::AccountId' }, accountId],
    ['GetAtt', { 'Fn::GetAtt': ['Table', 'Arn'] }, `arn:aws:dynamodb:${region}:${accountId}:table/state`],
    ['GetAtt with a dot', { 'Fn::GetAtt': 'Table.Arn' }, `arn:aws:dynamodb:${region}:${accountId}:table/state`],
    [
      'Sub',
      { 'Fn::Sub': `\${AWS::Region}/\${Table}/\${Table.Arn}/\${!kept}` },
      `${region}/state/arn:aws:dynamodb:${region}:${accountId}:table/state/\${kept}`,
    ],
    ['Sub with variables', { 'Fn::Sub': [`\${name}-\${Table}`, { name: { Ref: 'AWS::Region' } }] }, `${region}-state`],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Table' }, 1]] }, 'a-state-1'],
    ['Split and Select', { 'Fn::Select': ['1', { 'Fn::Split': ['|', 'a|b|c'] }] }, 'b'],
    ['If that holds', { 'Fn::If': ['Yes', 'then', 'else'] }, 'then'],
    ['If without a value', [{ 'Fn::If': ['Yes', { Ref: 'AWS::NoValue' }, 'x'] }, 'kept'], ['kept']],
    ['a member without a value', { gone: { Ref: 'AWS::NoValue' }, kept: 1 }, { kept: 1 }],
    ['Base64', { 'Fn::Base64': 'text' }, 'dGV4dA=='],
    ['a policy condition', { Condition: { StringEquals: { a: 'b' } } }, { Condition: { StringEquals: { a: 'b' } } }],
    [
      'a dynamic reference',
      '{{resolve:secretsmanager:name:SecretString}}',
      '{{resolve:secretsmanager:name:SecretString}}',
    ],
  ])('give %s', (_name, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  test.each([
    ['Not', { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }, true],
    ['And', { 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Equals': ['a', 'b'] }] }, false],
    ['Or', { 'Fn::Or': [{ 'Fn::Equals': ['a', 'b'] }, { Condition: 'Yes' }] }, true],
  ])('evaluate the condition %s', (_name, condition, holds) => {
    const Conditions = { Yes: { 'Fn::Equals': ['a', 'a'] }, Asked: condition };
    expect(resolve({ 'Fn::If': ['Asked', true, false] }, { Conditions })).toBe(holds);
  });

  test('find values in mappings and parameters', () => {
    const template = {
      Parameters: {
        Level: { Type: 'String', Default: 'low' },
        BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
      },
      Mappings: { Sizes: { [region]: { low: '1' } } },
    };
    expect(resolve({ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, { Ref: 'Level' }] }, template)).toBe('1');
    expect(Number(resolve({ Ref: 'BootstrapVersion' }, template))).toBeGreaterThan(20);
  });

  test.each([
    ['an unknown function', { 'Fn::Cidr': ['10.0.0.0/8', 1, 8] }, 'uses `Fn::Cidr`'],
    [
      'an unknown attribute',
      { 'Fn::GetAtt': ['Table', 'Colour'] },
      'stack `Stack`, resource `Table` of type `AWS::DynamoDB::Table`: the sandbox does not know the attribute `Colour`',
    ],
    ['an unknown reference', { Ref: 'Nowhere' }, 'stack `Stack` has no resource `Nowhere`'],
    ['an unknown import', { 'Fn::ImportValue': 'nothing' }, 'no stack exports `nothing`'],
    ['an index out of range', { 'Fn::Select': [3, ['a']] }, 'expected an index below 1'],
    ['text where a list belongs', { 'Fn::Join': ['-', 'a'] }, 'expected a list'],
  ])('refuse %s', (_name, value, message) => {
    expect(() => resolve(value)).toThrow(message);
  });
});

describe('stacks', () => {
  test('refuse a resource type that is not known, naming where it is', () => {
    const Resources = { Broker: { Type: 'AWS::AmazonMQ::Broker', Properties: {} } };
    expect(() => load({ Messages: { Resources } })).toThrow(
      'stack `Messages`, resource `Broker`: the sandbox does not know the type `AWS::AmazonMQ::Broker`',
    );
  });

  test('leave a resource out when its condition does not hold', () => {
    const Resources = { Data: { Type: 'AWS::CDK::Metadata', Condition: 'Never', Properties: {} } };
    expect(load({ Stack: { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } }, Resources } }).resources).toEqual([]);
  });

  test('read each other through exports and outputs, in whatever order they come', () => {
    const dashboard = (value: unknown) => ({
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: { DashboardBody: value },
    });
    const assembly = load({
      Reader: {
        Resources: {
          Strong: dashboard({ 'Fn::ImportValue': 'Keys:ExportsOutputRefKey' }),
          Weak: dashboard({ 'Fn::GetStackOutput': { StackName: 'Keys', OutputName: 'KeyArn' } }),
        },
      },
      Keys: {
        Resources: { Key: { Type: 'AWS::KMS::Key', Properties: {} } },
        Outputs: {
          ExportsOutputRefKey: {
            Value: { Ref: 'Key' },
            Export: { Name: { 'Fn::Sub': `\${AWS::StackName}:ExportsOutputRefKey` } },
          },
          KeyArn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } },
        },
      },
    });
    const key = assembly.byType('AWS::KMS::Key')[0];
    expect(assembly.byType('AWS::CloudWatch::Dashboard').map((entry) => entry.properties['DashboardBody'])).toEqual([
      key?.ref,
      key?.arn,
    ]);
  });

  test('let a key and a role name each other', () => {
    const assembly = load({
      Stack: {
        Resources: {
          Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Principal: { 'Fn::GetAtt': ['Role', 'Arn'] } } } },
          Role: { Type: 'AWS::IAM::Role', Properties: { Description: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
        },
      },
    });
    const [key, role] = assembly.resources;
    expect(key?.properties['KeyPolicy']).toEqual({ Principal: role?.arn });
    expect(role?.properties['Description']).toBe(key?.arn);
  });

  test('refuse names that depend on themselves', () => {
    const table = (other: string) => ({ Type: 'AWS::DynamoDB::Table', Properties: { TableName: { Ref: other } } });
    expect(() => load({ Stack: { Resources: { A: table('B'), B: table('A') } } })).toThrow('depends on itself');
  });

  test('want a value for a parameter without a default', () => {
    const template = {
      Parameters: { Email: { Type: 'String' } },
      Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { Ref: 'Email' } } } },
    };
    expect(() => load({ Stack: template })).toThrow('stack `Stack` needs a value for its parameter `Email`');
    expect(load({ Stack: template }, { 'Stack.Email': 'x' }).resources[0]?.ref).toBe(
      `arn:aws:sns:${region}:${accountId}:x`,
    );
  });

  test('give generated names that are the same at every start and differ between resources', () => {
    const bucket = { Type: 'AWS::S3::Bucket', Properties: {} };
    const stacks = {
      AStackWithAQuiteLongNameIndeed: { Resources: { ABucketWithALongLogicalId0123: bucket, B: bucket } },
    };
    const [first, second] = [load(stacks), load(stacks)].map((assembly) =>
      assembly.resources.map((entry) => entry.ref),
    );
    expect(first).toEqual(second);
    expect(new Set(first).size).toBe(2);
    for (const name of first ?? []) {
      expect(name).toMatch(/^[a-z0-9-]{3,63}$/);
    }
  });
});

describe('assets', () => {
  test('are found by hash and by key', () => {
    const out = writeAssembly(folder.path, {});
    const asset = {
      source: { path: 'asset.abc', packaging: 'zip' },
      destinations: { current: { objectKey: 'abc.zip' } },
    };
    const artifacts = { 'Stack.assets': { type: 'cdk:asset-manifest', properties: { file: 'Stack.assets.json' } } };
    writeFileSync(join(out, 'manifest.json'), JSON.stringify({ artifacts }));
    writeFileSync(join(out, 'Stack.assets.json'), JSON.stringify({ files: { abc: asset } }));
    const assembly = loadAssembly(out, { accountId, region });
    expect(assembly.assetPath('abc')).toBe(join(out, 'asset.abc'));
    expect(assembly.assetPath('abc.zip')).toBe(join(out, 'asset.abc'));
    expect(() => assembly.assetPath('def')).toThrow('the assembly has no file asset `def`');
  });
});
