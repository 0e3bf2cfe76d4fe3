import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';

/** Properties of {@link SweepSchedule}. */
export interface SweepScheduleProps {
  readonly sweep: ProductFunction;
}

/**
 * Once a minute, finishes what a crash left half-done: lapsed reservations, approvals recorded but never started,
 * answers recorded but never delivered.
 */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, props: SweepScheduleProps) {
    super(scope, id);
    new Rule(this, 'EveryMinute', {
      description: 'Countersign: finish what was left half-done',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(props.sweep.lambda, {
          // The next minute does the same work; a late repeat would only compete with it.
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
        }),
      ],
    });
  }
}
