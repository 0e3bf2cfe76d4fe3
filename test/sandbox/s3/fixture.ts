import { S3Client } from '@aws-sdk/client-s3';
import { openS3, type S3Service } from '../../../sandbox/services/s3/s3-service.ts';
import { allow, openTestSandbox, role, type TestSandbox } from '../front/fixture.ts';

export const archiveName = 'archive';
export const plainName = 'plain';

const archiveArn = `arn:aws:s3:::${archiveName}`;
const everyone = { AWS: '*' };

const template = {
  Resources: {
    Archive: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: archiveName,
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 30 } },
        },
        VersioningConfiguration: { Status: 'Enabled' },
      },
    },
    ArchivePolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Archive' },
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Principal: everyone,
              Action: 's3:PutObject',
              Resource: `${archiveArn}/events/*`,
              Condition: { Null: { 's3:if-none-match': 'true' } },
            },
            {
              Effect: 'Deny',
              Principal: everyone,
              Action: 's3:PutObjectRetention',
              Resource: `${archiveArn}/*`,
              Condition: { NumericLessThan: { 's3:object-lock-remaining-retention-days': '30' } },
            },
            {
              Effect: 'Deny',
              Principal: everyone,
              Action: 's3:*',
              Resource: [archiveArn, `${archiveArn}/*`],
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      },
    },
    Plain: { Type: 'AWS::S3::Bucket', Properties: { BucketName: plainName } },
    Archiver: role('archiver', [allow(['s3:PutObject', 's3:GetObject'], `${archiveArn}/events/*`)]),
    Administrator: role('administrator', [allow('s3:*', '*')]),
    Unlocker: role('unlocker', [
      allow(['s3:PutObject', 's3:PutObjectRetention', 's3:DeleteObjectVersion', 's3:GetObject'], `${archiveArn}/*`),
    ]),
  },
};

/** A sandbox with a locked and a plain bucket. */
export interface BucketSandbox extends TestSandbox {
  readonly service: S3Service;
  client(roleName: string): S3Client;
}

export async function openBuckets(folder: string): Promise<BucketSandbox> {
  const services: S3Service[] = [];
  const sandbox = await openTestSandbox(folder, { Buckets: template }, (context) => {
    services.push(openS3(context));
    return services;
  });
  const service = services[0];
  if (service === undefined) {
    throw new Error('the service did not open');
  }
  return {
    ...sandbox,
    service,
    client: (roleName) => new S3Client({ ...sandbox.clientOf(roleName), maxAttempts: 1 }),
  };
}
