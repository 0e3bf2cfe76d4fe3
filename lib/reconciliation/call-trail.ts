import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** Properties of {@link CallTrail}. */
export interface CallTrailProps {
  /** Days AWS's record of calls is kept. */
  readonly keptDays: number;
}

/** Fixed, so that the bucket's policy can name the trail before it exists. */
const TRAIL_NAME = 'countersign-calls';

/** Where log files lie. */
export interface TrailFiles {
  readonly bucketName: string;
  /** Empty, or ending in `/`. */
  readonly prefix: string;
}

/**
 * AWS's own record of the management calls of this account and region, KMS's included, for institutions that name no
 * trail of theirs. CloudTrail alone writes it, with digests that show whether a file was changed or removed.
 */
export class CallTrail extends Construct {
  readonly files: TrailFiles;

  constructor(scope: Construct, id: string, props: CallTrailProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { expiration: Duration.days(props.keptDays), noncurrentVersionExpiration: Duration.days(props.keptDays) },
      ],
    });
    for (const statement of this.deliveries(bucket)) bucket.addToResourcePolicy(statement);
    const trail = new CfnTrail(this, 'Trail', {
      trailName: TRAIL_NAME,
      s3BucketName: bucket.bucketName,
      isLogging: true,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
      enableLogFileValidation: true,
      // GenerateMac counts as a read.
      eventSelectors: [{ includeManagementEvents: true, readWriteType: 'All' }],
    });
    // CloudTrail looks at the bucket's policy when the trail is made.
    if (bucket.policy !== undefined) trail.node.addDependency(bucket.policy);
    // Only another stack reads it.
    this.files = { bucketName: Stack.of(this).exportValue(bucket.bucketName), prefix: '' };
    const noAccessLogs = 'holds the record of calls itself; a log of reading it would be another trail of the account';
    acknowledge(bucket, {
      'AwsSolutions-S1': noAccessLogs,
      'NIST.800.53.R5-S3BucketLoggingEnabled': noAccessLogs,
      'NIST.800.53.R5-S3DefaultEncryptionKMS': 'names of calls and callers, no content; SSE-S3 cannot be lost',
      'NIST.800.53.R5-S3BucketReplicationEnabled': 'an institution that keeps trails elsewhere names its own bucket',
    });
    acknowledge(trail, {
      'NIST.800.53.R5-CloudTrailCloudWatchLogsEnabled': 'read once a day from its files; nobody watches it live',
      'NIST.800.53.R5-CloudTrailEncryptionEnabled': 'names of calls and callers, no content; SSE-S3 cannot be lost',
    });
  }

  /** What CloudTrail asks of a bucket. @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html */
  private deliveries(bucket: Bucket): readonly PolicyStatement[] {
    const { account } = Stack.of(this);
    const principals = [new ServicePrincipal('cloudtrail.amazonaws.com')];
    const sourceArn = Stack.of(this).formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: TRAIL_NAME });
    return [
      new PolicyStatement({
        sid: 'TrailLooksAtTheBucket',
        principals,
        actions: ['s3:GetBucketAcl'],
        resources: [bucket.bucketArn],
        conditions: { StringEquals: { 'aws:SourceArn': sourceArn } },
      }),
      new PolicyStatement({
        sid: 'TrailDelivers',
        principals,
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`AWSLogs/${account}/*`)],
        conditions: { StringEquals: { 'aws:SourceArn': sourceArn, 's3:x-amz-acl': 'bucket-owner-full-control' } },
      }),
    ];
  }
}
