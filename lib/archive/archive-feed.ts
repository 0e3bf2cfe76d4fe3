import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import type { LedgerTable } from '../ledger/ledger-table.ts';

/** Properties of {@link ArchiveFeed}. */
export interface ArchiveFeedProps {
  readonly ledger: LedgerTable;
  readonly archiver: ProductFunction;
  readonly encryptionKey: IKey;
}

const BATCH_ROWS = 100;
const BATCH_SECONDS = 5;
const ATTEMPTS = 10;

/**
 * Feeds new ledger rows to the archiver. A batch that keeps failing is put aside so that others go on; the archiver
 * fetches what is missing from the table by chain and sequence, so nothing put aside is lost.
 */
export class ArchiveFeed extends Construct {
  readonly failures: Queue;

  constructor(scope: Construct, id: string, props: ArchiveFeedProps) {
    super(scope, id);
    const { region, urlSuffix } = Stack.of(this);
    this.failures = new Queue(this, 'Failures', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.encryptionKey,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(this.failures, { 'AwsSolutions-SQS3': 'this queue is the failure queue' });
    props.archiver.allow({ actions: ['sqs:SendMessage'], resources: [this.failures.queueArn] });
    props.archiver.allow({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [props.encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `sqs.${region}.${urlSuffix}` } },
    });
    const followed = props.ledger.grantFollow(props.archiver);
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: props.archiver.lambda,
      eventSourceArn: props.ledger.streamArn(),
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_ROWS,
      maxBatchingWindow: Duration.seconds(BATCH_SECONDS),
      bisectBatchOnError: true,
      retryAttempts: ATTEMPTS,
      reportBatchItemFailures: true,
      onFailure: { bind: () => ({ destination: this.failures.queueArn }) },
    });
    followed.applyBefore(mapping);
  }
}
