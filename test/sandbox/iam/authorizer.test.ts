import { afterAll, describe, expect, test } from 'vitest';
import { createAuthorizer } from '../../../sandbox/iam/authorizer.ts';
import { whoCan } from '../../../sandbox/iam/who-can.ts';
import { loadAssembly } from '../../../sandbox/template/load-assembly.ts';
import { callerOf } from '../../../sandbox/vault.ts';
import { accountId, allow, region, role, temporaryFolder, writeAssembly } from '../front/fixture.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const roleArn = (name: string): string => `arn:aws:iam::${accountId}:role/${name}`;
const caller = (name: string) => callerOf(roleArn(name), 'session', accountId);
const gateway = { arn: 'apigateway.amazonaws.com', accountId, servicePrincipal: 'apigateway.amazonaws.com' };
const functionArn = `arn:aws:lambda:${region}:${accountId}:function:submit`;
const apiArn = `arn:aws:execute-api:${region}:${accountId}:api/v1/POST/actions`;

const resources = {
  Key: {
    Type: 'AWS::KMS::Key',
    Properties: {
      KeyPolicy: {
        Statement: [
          { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'kms:*', Resource: '*' },
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 'kms:GenerateMac',
            Resource: '*',
            Condition: { ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': ['Sealer', 'Arn'] } } },
          },
        ],
      },
    },
  },
  Sealer: role('sealer', [allow(['kms:GenerateMac'], '*')], { Tags: [{ Key: 'team', Value: 'seal' }] }),
  Verifier: role('verifier', [allow('kms:VerifyMac', '*')]),
  Administrator: role('administrator', [allow('*', '*')]),
  Bounded: role('bounded', [allow('*', '*')], { PermissionsBoundary: { Ref: 'Boundary' } }),
  Boundary: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: { Statement: [allow('s3:*', '*')] } } },
  Attached: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      Roles: [{ Ref: 'Verifier' }],
      PolicyDocument: {
        Statement: [
          allow('s3:GetObject', `arn:aws:s3:::\${aws:PrincipalTag/team}/*`),
          allow('execute-api:Invoke', apiArn),
        ],
      },
    },
  },
  Tagged: {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      Roles: [{ Ref: 'Sealer' }],
      PolicyDocument: { Statement: [allow('s3:GetObject', `arn:aws:s3:::\${aws:PrincipalTag/team}/*`)] },
    },
  },
  Invoke: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: functionArn,
      Principal: 'apigateway.amazonaws.com',
      SourceArn: `arn:aws:execute-api:${region}:${accountId}:api/v1/POST/*`,
    },
  },
};

const assembly = loadAssembly(writeAssembly(folder.path, { Stack: { Resources: resources } }), { accountId, region });
const authorizer = createAuthorizer(assembly, { nowMs: () => 0 });
const keyArn = assembly.byType('AWS::KMS::Key')[0]?.arn ?? '';

describe('whoCan', () => {
  test.each([
    ['kms:GenerateMac', keyArn, ['sealer']],
    ['kms:VerifyMac', keyArn, ['administrator', 'verifier']],
    ['kms:Sign', keyArn, ['administrator']],
    ['s3:GetObject', 'arn:aws:s3:::seal/x', ['administrator', 'bounded', 'sealer']],
    ['s3:GetObject', 'arn:aws:s3:::other/x', ['administrator', 'bounded']],
    ['execute-api:Invoke', apiArn, ['administrator', 'verifier']],
    ['kms:VerifyMac', `${keyArn}0`, []],
  ])('finds who may %s on %s', (action, resource, names) => {
    expect(whoCan(assembly, action, resource)).toEqual(names);
  });
});

describe('authorize', () => {
  test.each([
    ['administrator', 'kms:GenerateMac', 'with an explicit deny in a resource-based policy'],
    ['verifier', 'kms:Sign', 'because no identity-based policy allows the kms:Sign action'],
    ['bounded', 'kms:VerifyMac', 'because no permissions boundary allows the kms:VerifyMac action'],
  ])('tells %s why it may not %s', (name, action, reason) => {
    const message = `User: arn:aws:sts::${accountId}:assumed-role/${name}/session is not authorized to perform: ${action} on resource: ${keyArn} ${reason}`;
    expect(() => authorizer.authorize(caller(name), action, keyArn)).toThrow(
      expect.objectContaining({ code: 'AccessDeniedException', status: 400, message }),
    );
  });

  test('lets a service in by the permission of a function, from the named source only', () => {
    const invoke = (source: string) =>
      authorizer.decide(gateway, 'lambda:InvokeFunction', functionArn, { 'aws:SourceArn': source }).allowed;
    expect(invoke(apiArn)).toBe(true);
    expect(invoke(apiArn.replace('POST', 'GET'))).toBe(false);
  });

  test('does not let a caller set what only the signature proves', () => {
    const forged = { 'aws:PrincipalArn': roleArn('sealer'), 'AWS:principalarn': roleArn('sealer') };
    expect(authorizer.decide(caller('administrator'), 'kms:GenerateMac', keyArn, forged).allowed).toBe(false);
  });

  test('takes a policy that is passed in place of the one in the templates', () => {
    const closed = { Statement: [] };
    expect(authorizer.decide(caller('sealer'), 'kms:GenerateMac', keyArn, {}, closed).allowed).toBe(false);
  });

  test('knows no role outside the templates', () => {
    expect(authorizer.decide(caller('stranger'), 's3:GetObject', 'arn:aws:s3:::seal/x').allowed).toBe(false);
  });

  test('refuses to start with a managed policy it does not know', () => {
    const unknown = role('odd', [], { ManagedPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess'] });
    const other = temporaryFolder();
    const out = writeAssembly(other.path, { Stack: { Resources: { Odd: unknown } } });
    expect(() => createAuthorizer(loadAssembly(out, { accountId, region }))).toThrow(
      'role `Stack/Odd`: the sandbox does not know the policy `arn:aws:iam::aws:policy/PowerUserAccess`',
    );
    other.remove();
  });
});
