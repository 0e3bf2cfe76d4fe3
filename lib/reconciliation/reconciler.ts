import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from '../acknowledge.ts';
import type { ArchiveBucket } from '../archive/archive-bucket.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import type { EnvelopeKeys } from '../keys/envelope-keys.ts';
import type { ReconciliationKey } from '../keys/reconciliation-key.ts';
import { functionRoleArn } from '../names.ts';
import type { TrailFiles } from './call-trail.ts';

/** Properties of {@link Reconciler}. */
export interface ReconcilerProps {
  readonly reconciler: ProductFunction;
  readonly archive: ArchiveBucket;
  readonly envelopes: EnvelopeKeys;
  readonly key: ReconciliationKey;
  readonly trail: TrailFiles;
  /** How late AWS's record of a call may come, seconds. */
  readonly delaySeconds: number;
  /** How long an event may wait for the log, seconds. */
  readonly mergeDelaySeconds: number;
}

/** Once a day, compares the ledger with state, log and AWS's record of envelope MACs, and records what came of it. */
export class Reconciler extends Construct {
  constructor(scope: Construct, id: string, props: ReconcilerProps) {
    super(scope, id);
    const { reconciler, envelopes } = props;
    props.key.grantSign(reconciler);
    props.archive.grantListSegments(reconciler);
    this.grantReadTrail(props);
    const settings = {
      ENVELOPE_MAC_KEY_ARNS: envelopes.macKeyArns().join(','),
      SEALER_ROLE_ARN: functionRoleArn(this, 'approval-seal'),
      RECONCILIATION_DELAY_SECONDS: String(props.delaySeconds),
      LOG_MERGE_DELAY_SECONDS: String(props.mergeDelaySeconds),
    };
    for (const [name, value] of Object.entries(settings)) reconciler.lambda.addEnvironment(name, value);
    new Rule(this, 'EveryDay', {
      description: 'Countersign: compare the ledger with everything that must agree with it',
      schedule: Schedule.rate(Duration.days(1)),
      // The next run begins where the last one ended, so a missed one is made up for.
      targets: [new LambdaFunction(reconciler.lambda, { retryAttempts: 2, maxEventAge: Duration.hours(2) })],
    });
  }

  private grantReadTrail({ reconciler, trail }: ReconcilerProps): void {
    const { partition, account, region } = Stack.of(this);
    const bucketArn = `arn:${partition}:s3:::${trail.bucketName}`;
    const folder = `${trail.prefix}AWSLogs/${account}/CloudTrail/${region}/`;
    const files = `${bucketArn}/${folder}*`;
    acknowledgeWildcards(reconciler, [files], 'one object per delivery: CloudTrail names them');
    reconciler.allow({
      actions: ['s3:ListBucket'],
      resources: [bucketArn],
      conditions: { StringLike: { 's3:prefix': `${folder}*` } },
    });
    reconciler.allow({
      actions: ['s3:GetObject'],
      resources: [files],
      environment: { TRAIL_BUCKET_NAME: trail.bucketName, TRAIL_FOLDER: folder },
    });
  }
}
