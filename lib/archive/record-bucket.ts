import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, type Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { FunctionName } from '../functions/function-names.ts';
import type { Conditions } from '../state/key-conditions.ts';
import { holdRefusals } from './hold-refusals.ts';

/** How long and how firmly the objects of a bucket of records are locked, and who else may read them. */
export interface RecordBucketProps {
  /** `COMPLIANCE` cannot be undone by anyone; `GOVERNANCE` by a permission the bucket refuses to everyone. */
  readonly lock: 'GOVERNANCE' | 'COMPLIANCE';
  /** Days each object stays locked. */
  readonly lockDays: number;
  /** @default - no other account may read */
  readonly readerAccount?: string | undefined;
}

/** What would change a bucket's own protection. */
const BUCKET_ADMINISTRATION = [
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketVersioning',
  's3:PutLifecycleConfiguration',
  's3:DeleteBucket',
] as const;

/** What every bucket of records is: versioned, lockable, closed, and kept when the stack goes. */
export const RECORD_BUCKET = {
  versioned: true,
  objectLockEnabled: true,
  // The bucket's own key: a customer key that is lost makes locked records unreadable for years.
  encryption: BucketEncryption.S3_MANAGED,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  removalPolicy: RemovalPolicy.RETAIN,
} as const;

/** Refuses actions on objects, or on all but some, to everybody. */
export function denyAll(
  sid: string,
  actions: readonly string[],
  target: { readonly resources: readonly string[] } | { readonly notResources: readonly string[] },
  conditions: Conditions = {},
): PolicyStatement {
  const where =
    'resources' in target ? { resources: [...target.resources] } : { notResources: [...target.notResources] };
  return new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [...actions],
    ...where,
    conditions,
  });
}

/** What is refused to everybody on every bucket of records: deletion, bypass, holds nobody approved, administration. */
export function recordRefusals(scope: Construct, bucket: Bucket, writer: FunctionName): readonly PolicyStatement[] {
  const objects = bucket.arnForObjects('*');
  const { partition, account } = Stack.of(scope);
  return [
    denyAll('NoDeletion', ['s3:DeleteObject', 's3:DeleteObjectVersion'], { resources: [objects] }),
    denyAll('NoBypass', ['s3:BypassGovernanceRetention'], { resources: [objects] }),
    ...holdRefusals(scope, objects, writer),
    denyAll(
      'ProductNeverAdministers',
      BUCKET_ADMINISTRATION,
      { resources: [bucket.bucketArn] },
      { ArnLike: { 'aws:PrincipalArn': `arn:${partition}:iam::${account}:role/countersign-*` } },
    ),
  ];
}

/** Lets another account read objects with their locks, and list the bucket. */
export function admitReader(bucket: Bucket, account: string, objects: readonly string[]): void {
  const principals = [new AccountPrincipal(account)];
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'ArchiveAccountReads',
      principals,
      actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectRetention', 's3:GetObjectLegalHold'],
      resources: [...objects],
    }),
  );
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'ArchiveAccountLists',
      principals,
      actions: ['s3:ListBucket', 's3:ListBucketVersions', 's3:GetBucketObjectLockConfiguration'],
      resources: [bucket.bucketArn],
    }),
  );
}

/** Says why findings about a bucket of records are accepted; `more` are the bucket's own. */
export function acknowledgeRecordBucket(bucket: Bucket, more: { readonly [rule: string]: string } = {}): void {
  const noAccessLogs =
    'object-level access is recorded by CloudTrail data events of the account; a bucket of access logs beside it would need the same guard';
  acknowledge(bucket, {
    'AwsSolutions-S1': noAccessLogs,
    'NIST.800.53.R5-S3BucketLoggingEnabled': noAccessLogs,
    'NIST.800.53.R5-S3DefaultEncryptionKMS':
      'losing a customer key would make locked records unreadable; SSE-S3 cannot be lost',
    'NIST.800.53.R5-S3BucketReplicationEnabled':
      'the archive account named in the configuration pulls copies, so that nothing here can write to its store',
    ...more,
  });
}
