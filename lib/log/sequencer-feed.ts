import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';
import type { LedgerTable } from '../ledger/ledger-table.ts';

/** Properties of {@link SequencerFeed}. */
export interface SequencerFeedProps {
  readonly ledger: LedgerTable;
  readonly sequencer: ProductFunction;
}

const BATCH_ROWS = 1_000;
/** A wider window means fewer checkpoints to sign and store, and longer until a proof can be had. */
const BATCH_SECONDS = 5;
const ATTEMPTS = 3;

/**
 * Feeds the sequencer: new ledger rows as they come, and once a minute a look through all chains. A batch that keeps
 * failing is dropped, because the ledger still has its rows and the next minute's look finds them.
 */
export class SequencerFeed extends Construct {
  constructor(scope: Construct, id: string, props: SequencerFeedProps) {
    super(scope, id);
    const { ledger, sequencer } = props;
    const followed = ledger.grantFollow(sequencer);
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: sequencer.lambda,
      eventSourceArn: ledger.streamArn(),
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_ROWS,
      maxBatchingWindow: Duration.seconds(BATCH_SECONDS),
      retryAttempts: ATTEMPTS,
    });
    followed.applyBefore(mapping);
    new Rule(this, 'EveryMinute', {
      description: 'Countersign: sequence what the stream left out, publish what a crash left unpublished',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(sequencer.lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
  }
}
