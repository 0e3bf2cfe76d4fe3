import { Duration, Stack } from 'aws-cdk-lib';
import type { Grant, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from '../acknowledge.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { functionRoleArn, POLICY_PUBLISHER_ROLE_NAME, roleArn } from '../names.ts';
import type { RecordBucketProps } from './record-bucket.ts';
import { acknowledgeRecordBucket, admitReader, denyAll, RECORD_BUCKET, recordRefusals } from './record-bucket.ts';

/** Ledger segments: exact event bytes, one chain and one date an object. */
export const EVENTS_PREFIX = 'events/';
/** Policy bundles by hash, for replay. */
export const BUNDLES_PREFIX = 'bundles/';

/**
 * Where ledger events are kept: versioned, locked, and written once. A lock alone protects a version, not a key, so
 * the bucket also refuses every write that could lay a new version on top of an existing one.
 */
export class ArchiveBucket extends Construct {
  readonly bucket: Bucket;
  private readonly props: RecordBucketProps;

  constructor(scope: Construct, id: string, props: RecordBucketProps) {
    super(scope, id);
    this.props = props;
    const lockPeriod = Duration.days(props.lockDays);
    this.bucket = new Bucket(this, 'Bucket', {
      ...RECORD_BUCKET,
      objectLockDefaultRetention:
        props.lock === 'COMPLIANCE'
          ? ObjectLockRetention.compliance(lockPeriod)
          : ObjectLockRetention.governance(lockPeriod),
    });
    for (const refusal of this.refusals(props.lockDays)) this.bucket.addToResourcePolicy(refusal);
    if (props.readerAccount !== undefined) admitReader(this.bucket, props.readerAccount, this.recordArns(this));
    acknowledgeRecordBucket(this.bucket);
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
    const bundles = [this.bucket.arnForObjects(`${BUNDLES_PREFIX}*`)];
    const objects = this.bucket.arnForObjects('*');
    const archiver = functionRoleArn(this, 'archive-ledger');
    const unless = (...roles: readonly string[]) => ({ ArnNotEquals: { 'aws:PrincipalArn': roles } });
    return [
      denyAll('WriteOnce', ['s3:PutObject'], { resources: [objects] }, { Null: { 's3:if-none-match': 'true' } }),
      denyAll('OnlyTheArchiverWrites', ['s3:PutObject'], { notResources: bundles }, unless(archiver)),
      denyAll(
        'OnlyPublishersWriteBundles',
        ['s3:PutObject'],
        { resources: bundles },
        unless(archiver, roleArn(this, POLICY_PUBLISHER_ROLE_NAME)),
      ),
      denyAll(
        'NoShorterLock',
        ['s3:PutObjectRetention'],
        { resources: [objects] },
        { NumericLessThan: { 's3:object-lock-remaining-retention-days': String(lockDays) } },
      ),
      ...recordRefusals(this, this.bucket, 'archive-ledger'),
    ];
  }
}
