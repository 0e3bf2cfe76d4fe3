import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { buildApp, configWith, resources, templateOf } from '../support/synthesize.ts';

const app = buildApp(configWith({ reconciliation: {} }));
const data = templateOf(app, 'CountersignData');
const gate = templateOf(app, 'CountersignGate');
const FOLDER = 'AWSLogs/111122223333/CloudTrail/eu-west-1/';

describe('the reconciler', () => {
  it('runs every day', () => {
    gate.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 day)',
      Targets: [Match.objectLike({ RetryPolicy: { MaximumEventAgeInSeconds: 7_200, MaximumRetryAttempts: 2 } })],
    });
  });

  it('may read nothing of the trail but this region’s log files', () => {
    gate.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': `${FOLDER}*` } } }),
        ]),
      },
      Roles: [{ Ref: Match.stringLikeRegexp('reconcileledger') }],
    });
  });

  it('is told to wait an hour for AWS’s record of calls when nothing else is configured', () => {
    gate.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'countersign-reconcile-ledger',
      ReservedConcurrentExecutions: 1,
      Environment: { Variables: Match.objectLike({ RECONCILIATION_DELAY_SECONDS: '3600', TRAIL_FOLDER: FOLDER }) },
    });
  });
});

describe('the trail of calls', () => {
  it('records reads too, since making a MAC counts as one, with digests of its files', () => {
    data.hasResourceProperties('AWS::CloudTrail::Trail', {
      EnableLogFileValidation: true,
      IsLogging: true,
      EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: 'All' }],
    });
  });

  it('is written by CloudTrail alone, for this trail and below this account’s prefix', () => {
    data.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: 'TrailDelivers',
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Action: 's3:PutObject',
            Condition: {
              StringEquals: Match.objectLike({
                's3:x-amz-acl': 'bucket-owner-full-control',
                'aws:SourceArn': Match.anyValue(),
              }),
            },
          }),
        ]),
      },
    });
  });

  it('is the institution’s own when one is configured', () => {
    const configured = buildApp(
      configWith({ reconciliation: { cloudTrailBucket: 'bank-trail', cloudTrailPrefix: 'all/', delaySeconds: 1_800 } }),
    );
    expect(resources(templateOf(configured, 'CountersignData'), 'AWS::CloudTrail::Trail').size).toBe(0);
    templateOf(configured, 'CountersignGate').hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          TRAIL_BUCKET_NAME: 'bank-trail',
          TRAIL_FOLDER: `all/${FOLDER}`,
          RECONCILIATION_DELAY_SECONDS: '1800',
        }),
      },
    });
  });
});
