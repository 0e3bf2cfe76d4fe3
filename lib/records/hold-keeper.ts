import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { ArchiveBucket } from '../archive/archive-bucket.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import type { LogBucket } from '../log/log-bucket.ts';

/** Properties of {@link HoldKeeper}. */
export interface HoldKeeperProps {
  readonly keeper: ProductFunction;
  readonly archive: ArchiveBucket;
  readonly log: LogBucket;
}

const EVERY_MINUTES = 5;

/** Every five minutes, brings the objects of archive and log under the holds in force; mostly there is nothing to do. */
export class HoldKeeper extends Construct {
  constructor(scope: Construct, id: string, props: HoldKeeperProps) {
    super(scope, id);
    const { keeper, archive, log } = props;
    archive.grantHold(keeper);
    log.grantHold(keeper);
    new Rule(this, 'EveryFiveMinutes', {
      description: 'Countersign: put legal holds on objects, and take released ones off',
      schedule: Schedule.rate(Duration.minutes(EVERY_MINUTES)),
      targets: [
        new LambdaFunction(keeper.lambda, {
          // The next one goes on where this one ended.
          retryAttempts: 0,
          maxEventAge: Duration.minutes(EVERY_MINUTES),
        }),
      ],
    });
  }
}
