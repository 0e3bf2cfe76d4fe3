import { Duration, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Alarm, ComparisonOperator, type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';
import { METRICS_NAMESPACE, SERVICE_NAME } from '../names.ts';

/** Names of the metrics that functions report and alarms watch. */
export const METRICS = {
  selfApprovalRefused: 'SelfApprovalRefused',
  budgetAlert: 'BudgetAlert',
  archiveGap: 'ArchiveGap',
  archiveMismatch: 'ArchiveMismatch',
  receiptUnavailable: 'ReceiptUnavailable',
  logStopped: 'LogStopped',
  logChainHeld: 'LogChainHeld',
  logOverdue: 'LogOverdue',
  witnessAlarm: 'WitnessAlarm',
  reconciliationMismatch: 'ReconciliationMismatch',
} as const;

/** Properties of {@link GateAlarms}. */
export interface GateAlarmsProps {
  readonly api: RestApi;
  readonly workflow: StateMachine;
  readonly sweep: ProductFunction;
  readonly archiver: ProductFunction;
  readonly reconciler: ProductFunction;
  readonly holdKeeper: ProductFunction;
  readonly archiveFailures: Queue;
  readonly sequencer: ProductFunction;
  /** Within which every event must be in the log. */
  readonly mergeDelaySeconds: number;
  readonly encryptionKey: IKey;
  /** @default - nobody is subscribed; subscribe to the topic later */
  readonly email?: string | undefined;
}

interface AlarmSpec {
  readonly id: string;
  readonly what: string;
  /** Heading of the runbook, as its link spells it. @default - the page */
  readonly section?: string;
  readonly metric: IMetric;
  /** @default 1 */
  readonly threshold?: number;
  /** @default 1 */
  readonly periods?: number;
  /** Goes off below the threshold, and when nothing is reported. @default false */
  readonly isMinimum?: boolean;
}

const PERIOD = Duration.minutes(5);
/** A single fault is retried by its caller with the same idempotency key. */
const SERVER_ERROR_LIMIT = 5;
/** Single ones happen: a function that stood still between a decision and its receipt gives none. */
const RECEIPT_LIMIT = 5;
const ITERATOR_AGE_LIMIT_MS = 5 * 60 * 1_000;

const REACHED = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};
const BELOW = {
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.BREACHING,
};

/** Alarms, each with the runbook section that says what to do. */
export class GateAlarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: GateAlarmsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      displayName: 'Countersign alarms',
      masterKey: props.encryptionKey,
      enforceSSL: true,
    });
    // Requiring TLS gives the topic a policy of its own, and with it the default that lets alarms publish is gone.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (props.email !== undefined) this.topic.addSubscription(new EmailSubscription(props.email));
    for (const spec of specs(props)) this.addAlarm(spec);
  }

  private addAlarm(spec: AlarmSpec): void {
    const alarm = new Alarm(this, spec.id, {
      alarmDescription: `${spec.what}. Runbook: docs/runbook.md${spec.section === undefined ? '' : `#${spec.section}`}`,
      metric: spec.metric,
      threshold: spec.threshold ?? 1,
      evaluationPeriods: spec.periods ?? 1,
      ...(spec.isMinimum === true ? BELOW : REACHED),
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }
}

function reported(metricName: string): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service: SERVICE_NAME },
    statistic: Stats.SUM,
    period: PERIOD,
  });
}

const LOG_SECTION = 'log-behind-or-stopped';
const ARCHIVE_SECTION = 'archive-behind-or-refusing';
const RECONCILIATION_SECTION = 'reconciliation-differs';

function specs(props: GateAlarmsProps): readonly AlarmSpec[] {
  const errors = (watched: ProductFunction): Metric => watched.lambda.metricErrors({ period: PERIOD });
  return [
    {
      id: 'ApiFails',
      what: 'the API answers with server errors; agents are refused meanwhile',
      metric: props.api.metricServerError({ period: PERIOD, statistic: Stats.SUM }),
      threshold: SERVER_ERROR_LIMIT,
    },
    {
      id: 'ApprovalFails',
      section: 'approvals-hang',
      what: 'an approval workflow ended in a failure nobody decided',
      metric: props.workflow.metricFailed({ period: PERIOD }),
    },
    {
      id: 'SweepFails',
      section: 'approvals-hang',
      what: 'half-done work is not being finished',
      metric: errors(props.sweep),
      periods: 2,
    },
    {
      id: 'ArchiveFails',
      section: ARCHIVE_SECTION,
      what: 'ledger rows are not reaching the archive',
      metric: errors(props.archiver),
      periods: 2,
    },
    {
      id: 'ArchiveLags',
      section: ARCHIVE_SECTION,
      what: 'ledger rows wait too long for the archive; the stream forgets them after 24 hours',
      metric: props.archiver.lambda.metric('IteratorAge', { period: PERIOD, statistic: Stats.MAXIMUM }),
      threshold: ITERATOR_AGE_LIMIT_MS,
    },
    {
      id: 'ArchiveBatchPutAside',
      section: ARCHIVE_SECTION,
      what: 'a batch of ledger rows was put aside after repeated failures',
      metric: props.archiveFailures.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
    },
    {
      id: 'ArchiveGap',
      section: ARCHIVE_SECTION,
      what: 'a chain lacks a row between two others',
      metric: reported(METRICS.archiveGap),
    },
    {
      id: 'ArchiveMismatch',
      section: ARCHIVE_SECTION,
      what: 'a ledger row or archived object is not what its chain says',
      metric: reported(METRICS.archiveMismatch),
    },
    ...logSpecs(props),
    ...reconciliationSpecs(errors(props.reconciler)),
    {
      id: 'HoldsFail',
      section: 'set-or-release-a-hold',
      what: 'legal holds are not being put on objects, or not taken off',
      metric: errors(props.holdKeeper),
      periods: 3,
    },
    {
      id: 'SelfApprovalRefused',
      section: 'self-approval-attempts',
      what: 'somebody tried to approve an action of their own agent',
      metric: reported(METRICS.selfApprovalRefused),
    },
    {
      id: 'BudgetAlert',
      section: 'budget-alerts-and-overruns',
      what: 'an agent or unit nears its budget',
      metric: reported(METRICS.budgetAlert),
    },
  ];
}

function logSpecs({ sequencer, mergeDelaySeconds }: GateAlarmsProps): readonly AlarmSpec[] {
  return [
    {
      id: 'LogStopped',
      section: LOG_SECTION,
      what: 'the sequencer found the log, its lock or its key not as they must be, and signs nothing meanwhile',
      metric: reported(METRICS.logStopped),
    },
    {
      id: 'LogChainHeld',
      section: LOG_SECTION,
      what: 'a chain cannot go on in the log: a row is missing, broken or too large',
      metric: reported(METRICS.logChainHeld),
    },
    {
      id: 'LogFails',
      section: LOG_SECTION,
      what: 'ledger rows are not reaching the log',
      metric: sequencer.lambda.metricErrors({ period: PERIOD }),
      periods: 2,
    },
    {
      id: 'LogLags',
      section: LOG_SECTION,
      what: 'events wait longer for the log than receipts promise',
      metric: sequencer.lambda.metric('IteratorAge', { period: PERIOD, statistic: Stats.MAXIMUM }),
      threshold: mergeDelaySeconds * 1_000,
    },
    {
      id: 'LogOverdue',
      section: LOG_SECTION,
      what: 'an event reached the log after the merge delay that receipts promise',
      metric: reported(METRICS.logOverdue),
    },
    {
      id: 'LogSilent',
      section: LOG_SECTION,
      what: 'the sequencer does not run, though it must every minute: receipts promise what nobody keeps',
      metric: sequencer.lambda.metricInvocations({ period: PERIOD }),
      isMinimum: true,
    },
    ...gateSpecs(),
  ];
}

/** What decisions themselves report. */
function gateSpecs(): readonly AlarmSpec[] {
  return [
    {
      id: 'ReceiptUnavailable',
      section: 'no-receipts',
      what: 'decisions go out without receipts, because their keys get no certificates',
      metric: reported(METRICS.receiptUnavailable),
      threshold: RECEIPT_LIMIT,
      periods: 2,
    },
    {
      id: 'WitnessAlarm',
      section: LOG_SECTION,
      what: 'a witness knows another log than ours, a larger one, or none: somebody else may sign for it',
      metric: reported(METRICS.witnessAlarm),
    },
  ];
}

function reconciliationSpecs(failures: IMetric): readonly AlarmSpec[] {
  return [
    {
      id: 'ReconciliationFails',
      section: RECONCILIATION_SECTION,
      what: 'the ledger could not be compared with what must agree with it',
      metric: failures,
    },
    {
      id: 'ReconciliationMismatch',
      section: RECONCILIATION_SECTION,
      what: 'the ledger does not agree with state, log or AWS’s record of envelope MACs',
      metric: reported(METRICS.reconciliationMismatch),
    },
  ];
}
