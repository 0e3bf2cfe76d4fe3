import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
import type { Verdict } from '../../core/gate/decision.ts';

/** Structured logs. Bodies, tokens, envelopes and parameters are never logged. */
export const logger = new Logger();

const metrics = new Metrics();

/** What is counted. Names are a contract with the alarms. */
export type MetricName =
  | 'DecisionAllowed'
  | 'DecisionDenied'
  | 'DecisionApprovalRequired'
  | 'SelfApprovalRefused'
  | 'IneligibleApprovalRefused'
  | 'EnvelopeRefused'
  | 'BudgetAlert'
  | 'BudgetOverrun'
  | 'ControlChangeRefused'
  | 'StopAcknowledged'
  | 'ArchiveGap'
  | 'ArchiveMismatch'
  | 'LogStopped'
  | 'LogChainHeld'
  | 'LogOverdue'
  | 'WitnessAlarm'
  | 'WitnessMissing'
  | 'TimestampMissing'
  | 'ReconciliationMismatch'
  | 'ContentionGivenUp'
  | 'StorageFault'
  | 'ReceiptUnavailable';

/** What a decision counts as. */
export const VERDICT_METRICS = {
  allow: 'DecisionAllowed',
  deny: 'DecisionDenied',
  require_approval: 'DecisionApprovalRequired',
} as const satisfies { readonly [V in Verdict]: MetricName };

/** Counts an occurrence. */
export function count(name: MetricName, occurrences = 1): void {
  metrics.addMetric(name, MetricUnit.Count, occurrences);
}

/** Writes what was counted during an invocation, whether it succeeded or not. */
export function publishMetrics(): MiddlewareObj {
  const publish = () => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
  return { after: publish, onError: publish };
}
