import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { buildApp, ROOT_DIR, resources, templateOf } from '../support/synthesize.ts';

const template = templateOf(buildApp(), 'CountersignGate');

describe('the approval workflow', () => {
  it('is Standard, because Express cannot wait for a person', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineName: 'countersign-approval',
      StateMachineType: 'STANDARD',
    });
  });

  it('logs every transition without execution data, which holds task tokens', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
  });

  it('substitutes exactly what the definition names', () => {
    const definition = readFileSync(join(ROOT_DIR, 'statemachines/approval.asl.json'), 'utf8');
    const named = new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1]));
    const [machine] = [...resources(template, 'AWS::StepFunctions::StateMachine').values()];
    const substituted = Object.keys(Object(machine?.properties['DefinitionSubstitutions']));
    expect(substituted.sort()).toEqual([...named].sort());
  });

  it('may invoke its own steps and nothing else', () => {
    const [, role] = [...resources(template, 'AWS::IAM::Policy')].find(([id]) => id.startsWith('Workflow')) ?? [];
    const text = JSON.stringify(role?.properties);
    const invoked = [...text.matchAll(/"Fn::GetAtt":\["(approval\w+?)Function[0-9A-F]{8}"/g)].map((match) => match[1]);
    expect(invoked.sort()).toEqual(['approvalawait', 'approvalclose', 'approvalopen', 'approvalseal']);
    expect(text).not.toContain('"Action":"lambda:InvokeFunction","Effect":"Allow","Resource":"*"');
  });
});

describe('the sweep', () => {
  it('is started every minute and not repeated by the schedule', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [Match.objectLike({ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } })],
    });
  });
});

describe('the archive feed', () => {
  it('bisects, retries and puts aside when a batch fails', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      StartingPosition: 'TRIM_HORIZON',
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
  });
});

describe('topics', () => {
  it('are encrypted with our key and refuse plain HTTP', () => {
    expect(resources(template, 'AWS::SNS::Topic').size).toBe(2);
    for (const [, { properties }] of resources(template, 'AWS::SNS::Topic')) {
      expect(JSON.stringify(properties['KmsMasterKeyId'])).toContain('OperationsKey');
    }
    for (const [, { properties }] of resources(template, 'AWS::SNS::TopicPolicy')) {
      expect(JSON.stringify(properties)).toContain(
        '"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"',
      );
    }
  });
});
