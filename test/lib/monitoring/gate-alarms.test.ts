import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../../lib/monitoring/gate-alarms.ts';
import { buildApp, configWith, ROOT_DIR, resources, templateOf } from '../support/synthesize.ts';

const template = templateOf(buildApp(), 'CountersignGate');
const alarms = [...resources(template, 'AWS::CloudWatch::Alarm').values()].map(({ properties }) => properties);

describe('alarms', () => {
  it('watch each failure that needs a person', () => {
    const watched = [...resources(template, 'AWS::CloudWatch::Alarm').keys()];
    expect(watched.map((id) => id.replace(/^Alarms|[0-9A-F]{8}$/g, '')).sort()).toEqual([
      'ApiFails',
      'ApprovalFails',
      'ArchiveBatchPutAside',
      'ArchiveFails',
      'ArchiveGap',
      'ArchiveLags',
      'ArchiveMismatch',
      'BudgetAlert',
      'HoldsFail',
      'LogChainHeld',
      'LogFails',
      'LogLags',
      'LogOverdue',
      'LogSilent',
      'LogStopped',
      'ReceiptUnavailable',
      'ReconciliationFails',
      'ReconciliationMismatch',
      'SelfApprovalRefused',
      'SweepFails',
      'WitnessAlarm',
    ]);
  });

  it('link headings that the runbook has', () => {
    const runbook = readFileSync(join(ROOT_DIR, 'docs/runbook.md'), 'utf8');
    const headings = [...runbook.matchAll(/^## (.+)$/gm)].map((match) =>
      (match[1] ?? '').toLowerCase().replaceAll(' ', '-'),
    );
    for (const alarm of alarms) {
      const link = /\. Runbook: docs\/runbook\.md(?:#([a-z-]+))?$/.exec(String(alarm['AlarmDescription']));
      expect(link).not.toBeNull();
      if (link?.[1] !== undefined) expect(headings).toContain(link[1]);
    }
  });

  it('take silence for failure of the sequencer alone, which must run every minute', () => {
    const silence = alarms.filter((alarm) => alarm['TreatMissingData'] === 'breaching');
    expect(silence).toMatchObject([
      { MetricName: 'Invocations', ComparisonOperator: 'LessThanThreshold', Threshold: 1, EvaluationPeriods: 1 },
    ]);
  });

  it('tell somebody when they go off', () => {
    for (const alarm of alarms) expect(alarm['AlarmActions']).toHaveLength(1);
  });

  it('may publish to their topic, whose own policy replaces the default', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
          }),
        ]),
      },
    });
  });

  it('watch metrics under the names that functions report', () => {
    const telemetry = readFileSync(join(ROOT_DIR, 'lambdas/shared/telemetry.ts'), 'utf8');
    for (const name of Object.values(METRICS)) expect(telemetry).toContain(`'${name}'`);
    const custom = alarms.filter((alarm) => alarm['Namespace'] === 'Countersign');
    expect(custom.map((alarm) => alarm['MetricName']).sort()).toEqual(Object.values(METRICS).sort());
    for (const alarm of custom) expect(alarm['Dimensions']).toEqual([{ Name: 'service', Value: 'countersign' }]);
  });

  it('send e-mail only when an address is configured', () => {
    expect(resources(template, 'AWS::SNS::Subscription').size).toBe(0);
    const withEmail = templateOf(buildApp(configWith({ alarmEmail: 'alarms@example.com' })), 'CountersignGate');
    withEmail.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'alarms@example.com' });
  });
});
