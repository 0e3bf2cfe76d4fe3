import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { ATHENA_WORKGROUP_NAME, GLUE_DATABASE_NAME } from '../names.ts';
import type { SqlFile } from './sql-files.ts';

/** Properties of {@link AuditWorkgroup}. */
export interface AuditWorkgroupProps {
  readonly encryptionKey: IKey;
  readonly queries: readonly SqlFile[];
}

/** A query that would scan more is a mistake: 100 GB are years of events, and cost half a dollar. */
const SCAN_LIMIT_BYTES = 100_000_000_000;
const RESULT_DAYS = 30;

/** Where auditors query: settings they cannot override, results that expire. */
export class AuditWorkgroup extends Construct {
  readonly results: Bucket;
  readonly workgroup: CfnWorkGroup;

  constructor(scope: Construct, id: string, props: AuditWorkgroupProps) {
    super(scope, id);
    this.results = new Bucket(this, 'Results', {
      encryption: BucketEncryption.KMS,
      encryptionKey: props.encryptionKey,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        {
          id: 'ResultsExpire',
          expiration: Duration.days(RESULT_DAYS),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.workgroup = new CfnWorkGroup(this, 'Workgroup', {
      name: ATHENA_WORKGROUP_NAME,
      description: 'Countersign ledger queries',
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: SCAN_LIMIT_BYTES,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: this.results.s3UrlForObject('results/'),
          encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKey: props.encryptionKey.keyArn },
        },
      },
    });
    for (const query of props.queries) this.addQuery(query);
    const copies = 'query results are copies that expire; the archive they were read from is what is kept';
    acknowledge(this.results, {
      'AwsSolutions-S1': copies,
      'NIST.800.53.R5-S3BucketLoggingEnabled': copies,
      'NIST.800.53.R5-S3BucketReplicationEnabled': copies,
    });
  }

  private addQuery(query: SqlFile): void {
    const named = new CfnNamedQuery(this, `Query-${query.name}`, {
      name: query.name,
      description: query.description,
      database: GLUE_DATABASE_NAME,
      queryString: query.sql,
      workGroup: ATHENA_WORKGROUP_NAME,
    });
    named.addResourceDependency(this.workgroup);
  }
}
