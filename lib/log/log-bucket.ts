import { Duration, Stack } from 'aws-cdk-lib';
import type { Grant, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PROJECTION_PREFIX } from '../../core/ledger/log/projection.ts';
import { acknowledgeWildcards } from '../acknowledge.ts';
import type { RecordBucketProps } from '../archive/record-bucket.ts';
import {
  acknowledgeRecordBucket,
  admitReader,
  denyAll,
  RECORD_BUCKET,
  recordRefusals,
} from '../archive/record-bucket.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { functionRoleArn } from '../names.ts';

/**
 * What may be replaced: the pointer to the newest checkpoint, tiles that are not full yet, and the copies for SQL, which
 * are made of the others and can be made again.
 */
const MUTABLE = ['checkpoint', 'tile/*.p/*', `${PROJECTION_PREFIX}*`] as const;

/** What readers of the log read: everything but the files of a batch that is under way. */
const READABLE = ['checkpoint', 'checkpoints/*', 'tile/*', `${PROJECTION_PREFIX}*`] as const;

/** How long the files of a batch are kept for recovery. Recovery is a matter of minutes. */
const STAGING_LOCK_DAYS = 7;

/**
 * The transparency log: tiles, entry bundles and checkpoints. The bucket has no default retention, since the pointer and
 * partial tiles must stay replaceable; everything else is refused unless it is written once, and locked as it is written.
 */
export class LogBucket extends Construct {
  readonly bucket: Bucket;
  private readonly props: RecordBucketProps;

  constructor(scope: Construct, id: string, props: RecordBucketProps) {
    super(scope, id);
    this.props = props;
    this.bucket = new Bucket(this, 'Bucket', {
      ...RECORD_BUCKET,
      lifecycleRules: [
        // Only pointers and partial tiles are ever replaced; a locked version outlives any rule.
        { id: 'ReplacedVersions', noncurrentVersionExpiration: Duration.days(1) },
        { id: 'Staging', prefix: 'staging/', expiration: Duration.days(STAGING_LOCK_DAYS + 1) },
      ],
    });
    for (const refusal of this.refusals()) this.bucket.addToResourcePolicy(refusal);
    if (props.readerAccount !== undefined)
      admitReader(this.bucket, props.readerAccount, [this.bucket.arnForObjects('*')]);
    acknowledgeRecordBucket(this.bucket, {
      'NIST.800.53.R5-S3BucketDefaultLockEnabled':
        'the pointer, partial tiles and copies for SQL must be replaceable; the bucket policy refuses anything else without a lock of its own',
    });
  }

  /** Lets the sequencer write the log and read it back, and tells it how long to lock what it writes. */
  grantSequence(sequencer: ProductFunction): Grant {
    this.grantRead(sequencer);
    return sequencer.allow({
      actions: ['s3:PutObject', 's3:PutObjectRetention', 's3:PutObjectLegalHold'],
      resources: [`${this.arnFor(sequencer)}/*`],
      environment: {
        LOG_LOCK_MODE: this.props.lock,
        LOG_LOCK_DAYS: String(this.props.lockDays),
        LOG_STAGING_LOCK_DAYS: String(STAGING_LOCK_DAYS),
      },
    });
  }

  /** Sets the variable that names the bucket and lets a function read the log; listing tells absent from forbidden. */
  grantRead(reader: ProductFunction): Grant {
    const arn = this.arnFor(reader);
    acknowledgeWildcards(reader, [`${arn}/*`], 'one object per tile and checkpoint: names are made as the log grows');
    reader.allow({ actions: ['s3:ListBucket'], resources: [arn] });
    return reader.allow({
      actions: ['s3:GetObject'],
      resources: [`${arn}/*`],
      environment: { LOG_BUCKET_NAME: this.bucket.bucketName },
    });
  }

  /** ARNs of what readers of the log read, as `user`'s stack writes them. */
  readableArns(user: Construct): readonly string[] {
    return READABLE.map((path) => `${this.arnFor(user)}/${path}`);
  }

  /** Sets the variable that names the bucket and lets a function put its objects under legal holds and release them. */
  grantHold(keeper: ProductFunction): Grant {
    const arn = this.arnFor(keeper);
    const objects = ['tile', 'checkpoints'].map((area) => `${arn}/${area}/*`);
    acknowledgeWildcards(keeper, objects, 'a hold covers tiles and checkpoints whatever their names');
    keeper.allow({ actions: ['s3:ListBucket'], resources: [arn] });
    return keeper.allow({
      actions: ['s3:PutObjectLegalHold'],
      resources: objects,
      environment: { LOG_BUCKET_NAME: this.bucket.bucketName },
    });
  }

  /** Lets a function read what proofs are made of: the newest checkpoint and tiles of hashes, but no entries. */
  grantProve(prover: ProductFunction): Grant {
    const arn = this.arnFor(prover);
    const tiles = `${arn}/tile/?/*`;
    acknowledgeWildcards(prover, [tiles], 'one object per tile: names are made as the log grows');
    return prover.allow({
      actions: ['s3:GetObject'],
      resources: [`${arn}/checkpoint`, tiles],
      environment: { LOG_BUCKET_NAME: this.bucket.bucketName },
    });
  }

  /** ARN of the bucket, as `user`'s stack writes it. */
  arnFor(user: Construct): string {
    const home = Stack.of(this);
    const { bucketArn } = this.bucket;
    return Stack.of(user) === home ? bucketArn : home.exportValue(bucketArn);
  }

  private refusals(): readonly PolicyStatement[] {
    const replaceable = MUTABLE.map((path) => this.bucket.arnForObjects(path));
    const writeOnce = { notResources: replaceable };
    return [
      denyAll('WriteOnce', ['s3:PutObject'], writeOnce, { Null: { 's3:if-none-match': 'true' } }),
      denyAll('LockedAsWritten', ['s3:PutObject'], writeOnce, { Null: { 's3:object-lock-retain-until-date': 'true' } }),
      denyAll(
        'OnlyTheSequencerWrites',
        ['s3:PutObject'],
        { resources: [this.bucket.arnForObjects('*')] },
        { ArnNotEquals: { 'aws:PrincipalArn': functionRoleArn(this, 'sequence-ledger') } },
      ),
      denyAll(
        'NoShorterLock',
        ['s3:PutObjectRetention'],
        { notResources: [this.bucket.arnForObjects('staging/*')] },
        { NumericLessThan: { 's3:object-lock-remaining-retention-days': String(this.props.lockDays) } },
      ),
      ...recordRefusals(this, this.bucket, 'sequence-ledger'),
    ];
  }
}
