import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { COMPLIANCE_CONFIRMATION } from '../../../lib/config/schema.ts';
import { REWRITING_ACTIONS } from '../../../lib/ledger/ledger-table.ts';
import { buildApp, configWith, resources, templateOf } from '../support/synthesize.ts';

const template = templateOf(buildApp(), 'CountersignData');

describe('tables', () => {
  it('are protected, recoverable and kept when they are made', () => {
    const tables = resources(template, 'AWS::DynamoDB::Table');
    expect(tables.size).toBe(3);
    for (const [, { properties, deletionPolicy }] of tables) {
      expect(deletionPolicy).toBe('Retain');
      expect(properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        SSESpecification: { SSEEnabled: true },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      });
    }
  });

  it('list open requests by a sparse index when state is stored', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'open-requests',
          KeySchema: [
            { AttributeName: 'openPk', KeyType: 'HASH' },
            { AttributeName: 'openSk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
  });

  it('stream new rows and refuse all rewriting when they hold the ledger', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: Match.absent(),
      ResourcePolicy: {
        PolicyDocument: {
          Statement: [
            {
              Sid: 'RowsNeverChange',
              Effect: 'Deny',
              Principal: { AWS: '*' },
              Action: [...REWRITING_ACTIONS].sort(),
              Resource: '*',
            },
            {
              Sid: 'RowsOnlyWithTheirDecision',
              Effect: 'Deny',
              Principal: { AWS: '*' },
              Action: 'dynamodb:PutItem',
              Resource: '*',
              Condition: { StringNotEquals: { 'dynamodb:EnclosingOperation': 'TransactWriteItems' } },
            },
            Match.objectLike({
              Sid: 'RowsOnlyFromTheProduct',
              Effect: 'Deny',
              Principal: { AWS: '*' },
              Action: 'dynamodb:PutItem',
              Condition: {
                ArnNotEquals: {
                  'aws:PrincipalArn': Match.arrayWith(['arn:aws:iam::111122223333:role/countersign-submit-action']),
                },
              },
            }),
          ],
        },
      },
    });
  });
});

describe('the archive', () => {
  it('locks objects in GOVERNANCE for the longest class when nothing else is asked', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        ObjectLockEnabled: true,
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Days: 2_192, Mode: 'GOVERNANCE' } } },
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: { RestrictPublicBuckets: true },
      },
    });
  });

  it('locks objects in COMPLIANCE when that is asked and confirmed', () => {
    const archive = { lock: 'COMPLIANCE', confirmation: COMPLIANCE_CONFIRMATION };
    const config = configWith({ archive, retention: { control: { years: 7 } } });
    templateOf(buildApp(config), 'CountersignData').hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Days: 2_557, Mode: 'COMPLIANCE' } } },
    });
  });

  it('refuses overwriting, deleting, bypassing and plain HTTP when anyone tries', () => {
    const deny = (sid: string, condition?: unknown) =>
      Match.objectLike({
        Sid: sid,
        Effect: 'Deny',
        Principal: { AWS: '*' },
        ...(condition ? { Condition: condition } : {}),
      });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          deny('WriteOnce', { Null: { 's3:if-none-match': 'true' } }),
          deny('OnlyTheArchiverWrites', {
            ArnNotEquals: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/countersign-archive-ledger'] },
          }),
          deny('OnlyPublishersWriteBundles', {
            ArnNotEquals: {
              'aws:PrincipalArn': [
                'arn:aws:iam::111122223333:role/countersign-archive-ledger',
                'arn:aws:iam::111122223333:role/countersign-policy-publisher',
              ],
            },
          }),
          deny('NoShorterLock', { NumericLessThan: { 's3:object-lock-remaining-retention-days': '2192' } }),
          deny('NoDeletion'),
          deny('NoBypass'),
          deny('OnlyApprovedHolds', {
            ArnNotEquals: {
              'aws:PrincipalArn': [
                'arn:aws:iam::111122223333:role/countersign-apply-holds',
                'arn:aws:iam::111122223333:role/countersign-archive-ledger',
              ],
            },
          }),
          deny('OnlyTheKeeperReleases', {
            ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/countersign-apply-holds' },
            StringNotEquals: { 's3:object-lock-legal-hold': 'ON' },
          }),
          deny('ProductNeverAdministers', {
            ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/countersign-*' },
          }),
        ],
      },
    });
  });

  it('lets another account read and never write when one is named', () => {
    const app = buildApp(configWith({ archive: { readerAccount: '777788889999' } }));
    const [policy] = [...resources(templateOf(app, 'CountersignData'), 'AWS::S3::BucketPolicy').values()];
    const text = JSON.stringify(policy?.properties);
    expect(text).toContain('arn:aws:iam::777788889999:root');
    const allowed = [...text.matchAll(/"Action":\[([^\]]+)\],"Effect":"Allow"/g)].map((match) => match[1]);
    expect(allowed).toHaveLength(2);
    for (const actions of allowed) expect(actions).not.toMatch(/Put|Delete|Bypass/);
  });
});

describe('people', () => {
  it('need a second factor and an administrator when an account is made', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'ON',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      DeletionProtection: 'ACTIVE',
      UserPoolTier: 'PLUS',
      UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
    });
  });

  it('find the groups the rules know and the configured ones when they are added', () => {
    const app = buildApp(configWith({ approverGroups: ['payments-approvers'] }));
    const groups = [...resources(templateOf(app, 'CountersignData'), 'AWS::Cognito::UserPoolGroup').values()];
    expect(groups.map(({ properties }) => properties['GroupName']).sort()).toEqual([
      'agent-owner',
      'approver',
      'auditor',
      'manager',
      'payments-approvers',
      'risk-officer',
    ]);
  });
});
