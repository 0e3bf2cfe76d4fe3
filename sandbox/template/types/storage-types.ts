import { derivedId, derivedUuid } from '../physical-name.ts';
import { arnOf, namedType, plainType, type ResourceTypeTable, type TypeContext } from '../resource-type.ts';

/** Tables, buckets, keys, secrets. */

// Fixed, because the stream of a table the sandbox keeps is never switched off and on again.
const streamLabel = '2026-01-01T00:00:00.000';

function tableAttributes(_context: TypeContext, name: string, arn: string): { readonly [name: string]: unknown } {
  return { StreamArn: `${arn}/stream/${streamLabel}`, TableId: derivedUuid(`${arn}/${name}`) };
}

export const storageTypes: ResourceTypeTable = {
  'AWS::DynamoDB::Table': namedType({
    keptBy: 'dynamodb',
    notEmulated: 'backups, capacity and throttling, import, replicas, Kinesis streams',
    nameProperty: 'TableName',
    maxLength: 255,
    arn: (context, name) => arnOf(context, 'dynamodb', `table/${name}`),
    attributes: tableAttributes,
  }),
  'AWS::DynamoDB::GlobalTable': namedType({
    keptBy: 'dynamodb',
    notEmulated: 'backups, capacity and throttling, replicas in other regions',
    nameProperty: 'TableName',
    maxLength: 255,
    arn: (context, name) => arnOf(context, 'dynamodb', `table/${name}`),
    attributes: tableAttributes,
  }),
  'AWS::S3::Bucket': {
    keptBy: 's3',
    notEmulated: 'lifecycle, replication, notifications, ACLs, website, access logs',
    identify: (context) => {
      const name = context.text('BucketName') ?? context.generatedName(63).toLowerCase();
      const attributes = {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${context.region}.amazonaws.com`,
        DualStackDomainName: `${name}.s3.dualstack.${context.region}.amazonaws.com`,
      };
      return { ref: name, arn: attributes.Arn, attributes };
    },
  },
  'AWS::S3::BucketPolicy': {
    keptBy: 'iam',
    notEmulated: 'nothing',
    identify: (context) => ({ ref: context.text('Bucket') ?? '', arn: '', attributes: {} }),
  },
  'AWS::KMS::Key': {
    keptBy: 'kms',
    notEmulated: 'rotation, import, multi-region, grants, deletion',
    identify: (context) => {
      const keyId = derivedUuid(context.seed);
      const arn = arnOf(context, 'kms', `key/${keyId}`);
      return { ref: keyId, arn, attributes: { Arn: arn, KeyId: keyId } };
    },
  },
  'AWS::KMS::Alias': namedType({
    keptBy: 'kms',
    notEmulated: 'nothing',
    nameProperty: 'AliasName',
    arn: (context, name) => arnOf(context, 'kms', name),
  }),
  'AWS::CloudTrail::Trail': namedType({
    keptBy: 'cloudtrail',
    notEmulated: 'events of other services than KMS, delays, digests, CloudWatch Logs, Insights',
    nameProperty: 'TrailName',
    maxLength: 128,
    arn: (context, name) => arnOf(context, 'cloudtrail', `trail/${name}`),
  }),
  'AWS::SecretsManager::Secret': namedType({
    keptBy: 'secretsmanager',
    notEmulated: 'rotation, replicas, deletion',
    nameProperty: 'Name',
    maxLength: 512,
    arn: (context, name) => arnOf(context, 'secretsmanager', `secret:${name}-${derivedId(context.seed, 6)}`),
    refIsArn: true,
    attributes: (_context, _name, arn) => ({ Id: arn }),
  }),
  'AWS::SecretsManager::ResourcePolicy': plainType('iam', 'nothing'),
  'AWS::SSM::Parameter': namedType({
    keptBy: 'recorded',
    notEmulated: 'the Systems Manager API',
    nameProperty: 'Name',
    arn: (context, name) => arnOf(context, 'ssm', `parameter/${name.replace(/^\//, '')}`),
    attributes: (context) => ({ Type: context.text('Type'), Value: context.text('Value') }),
  }),
};
