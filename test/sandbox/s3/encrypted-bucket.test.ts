import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openS3 } from '../../../sandbox/services/s3/s3-service.ts';
import { openSns } from '../../../sandbox/services/sns/sns-service.ts';
import { accountId, allow, openTestSandbox, role, type TestSandbox, temporaryFolder } from '../front/fixture.ts';

const keyArn = { 'Fn::GetAtt': ['Key', 'Arn'] };
const through = (service: string) => ({ StringEquals: { 'kms:ViaService': `${service}.eu-west-1.amazonaws.com` } });
const useBucket = allow(['s3:PutObject', 's3:GetObject'], 'arn:aws:s3:::sealed/*');
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
    Sealed: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'sealed',
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn } },
          ],
        },
      },
    },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'sealed', KmsMasterKeyId: { Ref: 'Key' } } },
    Keyless: role('keyless', [useBucket, allow('sns:Publish', '*')]),
    Writer: role('writer', [useBucket, allow('kms:GenerateDataKey', keyArn, through('s3'))]),
    User: role('user', [
      useBucket,
      allow('sns:Publish', '*'),
      allow(['kms:GenerateDataKey', 'kms:Decrypt'], keyArn, through('s3')),
      allow(['kms:GenerateDataKey', 'kms:Decrypt'], keyArn, through('sns')),
    ]),
  },
};

const folder = temporaryFolder();
let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await openTestSandbox(folder.path, { Sealed: template }, (context) => [openS3(context), openSns(context)]);
});
afterAll(async () => {
  await sandbox.close();
  folder.remove();
});

const s3 = (name: string) => new S3Client({ ...sandbox.clientOf(name), maxAttempts: 1 });
const place = { Bucket: 'sealed', Key: 'object' };
const put = new PutObjectCommand({ ...place, Body: 'content' });
const get = new GetObjectCommand(place);

test('refuses a write when the role may not use the key of the bucket', async () => {
  await expect(s3('keyless').send(put)).rejects.toMatchObject({
    message: expect.stringContaining('kms:GenerateDataKey'),
  });
});

test('refuses a read when the role may only encrypt', async () => {
  await s3('writer').send(put);
  await expect(s3('writer').send(get)).rejects.toMatchObject({ message: expect.stringContaining('kms:Decrypt') });
});

test('names the key when the role may use it', async () => {
  await s3('user').send(put);
  const { ServerSideEncryption, SSEKMSKeyId } = await s3('user').send(get);
  expect(ServerSideEncryption).toBe('aws:kms');
  expect(SSEKMSKeyId).toBe(sandbox.assembly.byType('AWS::KMS::Key')[0]?.arn);
});

test('refuses to publish on an encrypted topic without its key', async () => {
  const publish = (name: string) =>
    new SNSClient({ ...sandbox.clientOf(name), maxAttempts: 1 }).send(
      new PublishCommand({ TopicArn: `arn:aws:sns:eu-west-1:${accountId}:sealed`, Message: 'x' }),
    );
  await expect(publish('keyless')).rejects.toMatchObject({ message: expect.stringContaining('kms:GenerateDataKey') });
  expect((await publish('user')).MessageId).toBeDefined();
});
