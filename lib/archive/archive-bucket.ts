import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, AnyPrincipal, Effect, type Grant, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from '../acknowledge.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { functionRoleArn, POLICY_PUBLISHER_ROLE_NAME, roleArn } from '../names.ts';
import type { Conditions } from '../state/key-conditions.ts';
import { holdRefusals } from './hold-refusals.ts';

/** Properties of {@link ArchiveBucket}. */
export interface ArchiveBucketProps {
  /** `COMPLIANCE` cannot be undone by anyone; `GOVERNANCE` by a permission this bucket refuses to everyone. */
  readonly lock: 'GOVERNANCE' | 'COMPLIANCE';
  /** Days each object stays locked. */
  readonly lockDays: number;
  /** @default - no other account may read */
  readonly readerAccount?: string | undefined;
}

/** Ledger segments: exact event bytes, one chain and one date an object. */
export const EVENTS_PREFIX = 'events/';
/** Policy bundles by hash, for replay. */
export const BUNDLES_PREFIX = 'bundles/';

/** What would change a bucket's own protection. */
export const BUCKET_ADMINISTRATION = [
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketVersioning',
  's3:PutLifecycleConfiguration',
  's3:DeleteBucket',
] as const;

/**
 * Where ledger events are kept: versioned, locked, and written once. A lock alone protects a version, not a key, so
 * the bucket also refuses every write that could lay a new version on top of an existing one.
 */
export class ArchiveBucket extends Construct {
  readonly bucket: Bucket;
  private readonly props: ArchiveBucketProps;

  constructor(scope: Construct, id: string, props: ArchiveBucketProps) {
    super(scope, id);
    this.props = props;
    const lockPeriod = Duration.days(props.lockDays);
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention:
        props.lock === 'COMPLIANCE'
          ? ObjectLockRetention.compliance(lockPeriod)
          : ObjectLockRetention.governance(lockPeriod),
      // The bucket's own key: a customer key that is lost makes locked records unreadable for years.
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const refusal of this.refusals(props.lockDays)) this.bucket.addToResourcePolicy(refusal);
    if (props.readerAccount !== undefined) this.admitReader(props.readerAccount);
    this.acknowledgeFindings();
  }

  /** Sets the variable that names the bucket and lets the archiver write and read back its objects. */
  grantArchive(archiver: ProductFunction): Grant {
    const objects = this.recordArns(archiver);
    acknowledgeWildcards(
      archiver,
      objects,
      'one object per chain and date, and one per bundle: names are made as records come',
    );
    return archiver.allow({
      actions: ['s3:PutObject', 's3:GetObject', 's3:PutObjectLegalHold', 's3:PutObjectRetention'],
      resources: objects,
      environment: {
        ARCHIVE_BUCKET_NAME: this.bucket.bucketName,
        ARCHIVE_LOCK_MODE: this.props.lock,
        ARCHIVE_LOCK_DAYS: String(this.props.lockDays),
      },
    });
  }

  /** Sets the variable that names the bucket and lets a function fetch published policy bundles. */
  grantReadBundles(reader: ProductFunction): Grant {
    const bundles = this.bundlesArn(reader);
    acknowledgeWildcards(reader, [bundles], 'one object per policy bundle: the stop record names which is in force');
    return reader.allow({
      actions: ['s3:GetObject'],
      resources: [bundles],
      environment: { ARCHIVE_BUCKET_NAME: this.bucket.bucketName },
    });
  }

  /** Sets the variable that names the bucket and lets a function put its objects under legal holds and release them. */
  grantHold(keeper: ProductFunction): Grant {
    const objects = this.recordArns(keeper);
    acknowledgeWildcards(keeper, objects, 'a hold covers objects by chain and date, whatever their names');
    keeper.allow({ actions: ['s3:ListBucket'], resources: [this.arnFor(keeper)] });
    return keeper.allow({
      actions: ['s3:PutObjectLegalHold'],
      resources: objects,
      environment: { ARCHIVE_BUCKET_NAME: this.bucket.bucketName },
    });
  }

  /** Sets the variable that names the bucket and lets a function see which chains have events on a date. */
  grantListSegments(reader: ProductFunction): Grant {
    return reader.allow({
      actions: ['s3:ListBucket'],
      resources: [this.arnFor(reader)],
      conditions: { StringLike: { 's3:prefix': `${EVENTS_PREFIX}*` } },
      environment: { ARCHIVE_BUCKET_NAME: this.bucket.bucketName },
    });
  }

  /** ARN of all policy bundles, as `user`'s stack writes it. */
  bundlesArn(user: Construct): string {
    return `${this.arnFor(user)}/${BUNDLES_PREFIX}*`;
  }

  /** ARNs of all records, as `user`'s stack writes them. */
  recordArns(user: Construct): readonly string[] {
    return [`${this.arnFor(user)}/${EVENTS_PREFIX}*`, this.bundlesArn(user)];
  }

  private arnFor(user: Construct): string {
    const home = Stack.of(this);
    const { bucketArn } = this.bucket;
    return Stack.of(user) === home ? bucketArn : home.exportValue(bucketArn);
  }

  private refusals(lockDays: number): readonly PolicyStatement[] {
    const objects = this.bucket.arnForObjects('*');
    const deny = (sid: string, actions: readonly string[], resource: string, conditions: Conditions = {}) =>
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [...actions],
        resources: [resource],
        conditions,
      });
    const { partition, account } = Stack.of(this);
    const productRoles = `arn:${partition}:iam::${account}:role/countersign-*`;
    return [
      deny('WriteOnce', ['s3:PutObject'], objects, { Null: { 's3:if-none-match': 'true' } }),
      this.onlyTheArchiverWritesEvents(),
      deny('OnlyPublishersWriteBundles', ['s3:PutObject'], this.bucket.arnForObjects(`${BUNDLES_PREFIX}*`), {
        ArnNotEquals: {
          'aws:PrincipalArn': [functionRoleArn(this, 'archive-ledger'), roleArn(this, POLICY_PUBLISHER_ROLE_NAME)],
        },
      }),
      deny('NoDeletion', ['s3:DeleteObject', 's3:DeleteObjectVersion'], objects),
      deny('NoBypass', ['s3:BypassGovernanceRetention'], objects),
      deny('NoShorterLock', ['s3:PutObjectRetention'], objects, {
        NumericLessThan: { 's3:object-lock-remaining-retention-days': String(lockDays) },
      }),
      ...holdRefusals(this, objects, 'archive-ledger'),
      deny('ProductNeverAdministers', BUCKET_ADMINISTRATION, this.bucket.bucketArn, {
        ArnLike: { 'aws:PrincipalArn': productRoles },
      }),
    ];
  }

  /** Whatever is not a bundle is the archiver's alone. */
  private onlyTheArchiverWritesEvents(): PolicyStatement {
    return new PolicyStatement({
      sid: 'OnlyTheArchiverWrites',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      notResources: [this.bucket.arnForObjects(`${BUNDLES_PREFIX}*`)],
      conditions: { ArnNotEquals: { 'aws:PrincipalArn': functionRoleArn(this, 'archive-ledger') } },
    });
  }

  private admitReader(account: string): void {
    const principals = [new AccountPrincipal(account)];
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'ArchiveAccountReads',
        principals,
        actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectRetention', 's3:GetObjectLegalHold'],
        resources: [...this.recordArns(this)],
      }),
    );
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'ArchiveAccountLists',
        principals,
        actions: ['s3:ListBucket', 's3:ListBucketVersions', 's3:GetBucketObjectLockConfiguration'],
        resources: [this.bucket.bucketArn],
      }),
    );
  }

  private acknowledgeFindings(): void {
    const noAccessLogs =
      'object-level access is recorded by CloudTrail data events of the account; a log bucket beside the archive would need the same guard';
    acknowledge(this.bucket, {
      'AwsSolutions-S1': noAccessLogs,
      'NIST.800.53.R5-S3BucketLoggingEnabled': noAccessLogs,
      'NIST.800.53.R5-S3DefaultEncryptionKMS':
        'losing a customer key would make locked records unreadable; SSE-S3 cannot be lost',
      'NIST.800.53.R5-S3BucketReplicationEnabled':
        'the archive account named in the configuration pulls copies, so that nothing here can write to its store',
    });
  }
}
