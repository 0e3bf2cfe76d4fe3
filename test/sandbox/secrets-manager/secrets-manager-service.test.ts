import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSecretsManager } from '../../../sandbox/services/secrets-manager/secrets-manager-service.ts';
import { accountId, allow, openTestSandbox, role, type TestSandbox, temporaryFolder } from '../front/fixture.ts';

const pepper = { Ref: 'Pepper' };
const template = {
  Resources: {
    Key: {
      Type: 'AWS::KMS::Key',
      Properties: {
        KeyPolicy: {
          Statement: [
            { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'kms:*', Resource: '*' },
          ],
        },
      },
    },
    Pepper: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        Name: 'pepper',
        KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] },
        GenerateSecretString: {
          SecretStringTemplate: '{"version":1}',
          GenerateStringKey: 'pepper',
          PasswordLength: 64,
          ExcludePunctuation: true,
          ExcludeCharacters: 'abc',
        },
      },
    },
    Fixed: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'fixed', SecretString: 'value' } },
    Gate: role('gate', [
      allow('secretsmanager:GetSecretValue', pepper),
      allow(
        'kms:Decrypt',
        { 'Fn::GetAtt': ['Key', 'Arn'] },
        {
          StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' },
        },
      ),
    ]),
    Keyless: role('keyless', [allow('secretsmanager:*', '*')]),
  },
};

const folder = temporaryFolder();
let sandbox: TestSandbox;
const client = (name: string) => new SecretsManagerClient({ ...sandbox.clientOf(name), maxAttempts: 1 });

async function open(): Promise<void> {
  sandbox = await openTestSandbox(folder.path, { Secrets: template }, (context) => [openSecretsManager(context)]);
}
beforeAll(open);
afterAll(async () => {
  await sandbox.close();
  folder.remove();
});

test('gives a generated value that stays the same over a restart', async () => {
  const read = async () => (await client('gate').send(new GetSecretValueCommand({ SecretId: 'pepper' }))).SecretString;
  const first = await read();
  const parsed: unknown = JSON.parse(first ?? '');
  expect(parsed).toEqual({ version: 1, pepper: expect.stringMatching(/^[d-zA-Z0-9]{64}$/) });
  await sandbox.close();
  await open();
  expect(await read()).toBe(first);
});

test('gives a fixed value by name and by ARN', async () => {
  const secrets = client('keyless');
  const byName = await secrets.send(new GetSecretValueCommand({ SecretId: 'fixed' }));
  const byArn = await secrets.send(new GetSecretValueCommand({ SecretId: byName.ARN }));
  expect([byName.SecretString, byArn.SecretString]).toEqual(['value', 'value']);
});

test('refuses the value when the role may not use the key of the secret', async () => {
  await expect(client('keyless').send(new GetSecretValueCommand({ SecretId: 'pepper' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('kms:Decrypt'),
  });
});

test('refuses another secret, a description and a change when only one value is granted', async () => {
  const gate = client('gate');
  for (const command of [
    new GetSecretValueCommand({ SecretId: 'fixed' }),
    new DescribeSecretCommand({ SecretId: 'pepper' }),
    new PutSecretValueCommand({ SecretId: 'pepper', SecretString: 'x' }),
  ]) {
    await expect(gate.send(command)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  }
});

test('answers a secret or a stage that is not there', async () => {
  await expect(client('keyless').send(new GetSecretValueCommand({ SecretId: 'none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await expect(
    client('keyless').send(new GetSecretValueCommand({ SecretId: 'fixed', VersionStage: 'AWSPREVIOUS' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
