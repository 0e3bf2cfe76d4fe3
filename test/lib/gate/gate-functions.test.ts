import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../../lib/functions/function-names.ts';
import { ACCESS } from '../../../lib/gate/gate-grants.ts';
import { buildApp, resources, templateOf } from '../support/synthesize.ts';

const template = templateOf(buildApp(), 'CountersignGate');
const functions = new Map(
  [...resources(template, 'AWS::Lambda::Function').values()].map(({ properties }) => [
    String(properties['FunctionName']).replace('countersign-', ''),
    properties,
  ]),
);

function environment(name: string): readonly string[] {
  return Object.keys(Object(Object(functions.get(name)?.['Environment'])['Variables'])).sort();
}

const COMMON = [
  'LEDGER_TABLE_NAME',
  'POWERTOOLS_METRICS_NAMESPACE',
  'POWERTOOLS_SERVICE_NAME',
  'REGISTRY_TABLE_NAME',
  'STATE_TABLE_NAME',
];

describe('functions', () => {
  it('are exactly the named ones when the stack is synthesized', () => {
    expect([...functions.keys()].sort()).toEqual([...FUNCTION_NAMES].sort());
  });

  it('run Node 24 on arm64 with a role, a log group and a limit of their own', () => {
    const roles = new Set<string>();
    for (const properties of functions.values()) {
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        MemorySize: 512,
      });
      expect(properties['Timeout']).toBeGreaterThan(0);
      expect(properties['LoggingConfig']).toMatchObject({ LogFormat: 'JSON' });
      expect(properties).not.toHaveProperty('TracingConfig');
      roles.add(JSON.stringify(properties['Role']));
    }
    expect(roles.size).toBe(FUNCTION_NAMES.length);
  });

  it.each([
    [
      'submit-action',
      [
        'APPROVAL_STATE_MACHINE_ARN',
        'APPROVAL_TIMEOUT_SECONDS',
        'ARCHIVE_BUCKET_NAME',
        'CERTIFY_EPOCH_FUNCTION_NAME',
        'CREDENTIAL_ISSUERS',
        'DETAILS_KEY_ID',
        'POLICY_BUNDLE_HASH',
        'PSEUDONYM_SECRET_ARN',
        'RESERVATION_TTL_SECONDS',
      ],
    ],
    [
      'redeem-action',
      [
        'APPROVAL_TIMEOUT_SECONDS',
        'ARCHIVE_BUCKET_NAME',
        'CERTIFY_EPOCH_FUNCTION_NAME',
        'CREDENTIAL_ISSUERS',
        'ENVELOPE_MAC_KEY_IDS',
        'POLICY_BUNDLE_HASH',
        'PSEUDONYM_SECRET_ARN',
        'RESERVATION_TTL_SECONDS',
      ],
    ],
    ['list-tools', ['ARCHIVE_BUCKET_NAME', 'POLICY_BUNDLE_HASH']],
    ['activate-bundle', ['ARCHIVE_BUCKET_NAME', 'POLICY_BUNDLE_HASH']],
    ['record-key-change', ['KEY_GENERATIONS']],
    ['approval-page', ['CONSOLE_BASE_URL', 'SIGN_IN_BASE_URL', 'SIGN_IN_CLIENT_ID']],
    ['approval-open', ['APPROVAL_TIMEOUT_SECONDS', 'CONSOLE_BASE_URL', 'NOTIFICATION_TOPIC_ARN']],
    ['approval-seal', ['ENVELOPE_MAC_KEY_ID', 'ENVELOPE_SIGNING_KEY_ID', 'ENVELOPE_TTL_SECONDS']],
    ['sweep', ['APPROVAL_CLOSE_FUNCTION_NAME', 'APPROVAL_STATE_MACHINE_ARN']],
    ['archive-ledger', ['ARCHIVE_BUCKET_NAME', 'ARCHIVE_LOCK_DAYS', 'ARCHIVE_LOCK_MODE', 'POLICY_BUNDLE_HASH']],
    [
      'sequence-ledger',
      [
        'LOG_BUCKET_NAME',
        'LOG_KEY_ID',
        'LOG_LOCK_DAYS',
        'LOG_LOCK_MODE',
        'LOG_MERGE_DELAY_SECONDS',
        'LOG_ORIGIN',
        'LOG_OVERLAP_KEY_ID',
        'LOG_RETIRED_KEY_IDS',
        'LOG_STAGING_LOCK_DAYS',
        'TIMESTAMP_POLICY',
        'TIMESTAMP_TRUST_ANCHORS',
        'TIMESTAMP_URL',
        'WITNESS_POLICY',
      ],
    ],
    ['decide-approval', ['PSEUDONYM_SECRET_ARN']],
    ['apply-holds', ['ARCHIVE_BUCKET_NAME', 'LOG_BUCKET_NAME']],
    ['govern-holds', ['RETENTION_DAYS']],
    ['erase-subject', ['DETAILS_MINIMUM_DAYS']],
    ['report-outcome', ['CERTIFY_EPOCH_FUNCTION_NAME']],
    ['prove-event', ['LOG_BUCKET_NAME']],
    ['certify-epoch', ['LOG_MERGE_DELAY_SECONDS', 'LOG_ORIGIN', 'RECEIPT_EPOCH_SECONDS', 'RECEIPT_KEY_ID']],
    ['get-action', []],
  ])('tell %s exactly what it needs when it starts', (name, own) => {
    expect(environment(name)).toEqual([...COMMON, ...own].sort());
  });

  it('execute one at a time when order matters', () => {
    const limited = [...functions].filter(([, properties]) => properties['ReservedConcurrentExecutions'] === 1);
    expect(limited.map(([name]) => name).sort()).toEqual([
      'apply-holds',
      'archive-ledger',
      'reconcile-ledger',
      'sequence-ledger',
      'sweep',
    ]);
  });
});

describe('policies of roles', () => {
  const policies = [...resources(template, 'AWS::IAM::Policy').values()].map(({ properties }) =>
    JSON.stringify(properties),
  );

  it('never hold a verb that rewrites items in bulk or in place of the ledger', () => {
    for (const policy of policies) {
      expect(policy).not.toMatch(/dynamodb:(BatchWriteItem|PartiQL\w+|DeleteItem|\*)/);
    }
  });

  it('never name all resources for answering a waiting task', () => {
    const answering = policies.filter((policy) => policy.includes('states:SendTask'));
    expect(answering).toHaveLength(4);
    for (const policy of answering) {
      expect(policy).toMatch(
        /"states:SendTask[^}]*"Resource":"arn:aws:states:eu-west-1:111122223333:stateMachine:countersign-approval"/,
      );
    }
  });

  it('attach no managed policy to any function', () => {
    for (const [logicalId, { properties }] of resources(template, 'AWS::IAM::Role')) {
      if (logicalId.includes('CloudWatchRole')) continue;
      expect(properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  it('write state only inside transactions and only on named keys', () => {
    for (const policy of policies) {
      for (const [statement] of policy.matchAll(
        /\{"Action":\[[^\]]*"dynamodb:(?:Put|Update)Item"[^\]]*\],"Condition":.*?"Effect":"Allow"/g,
      )) {
        expect(statement).toContain('"dynamodb:EnclosingOperation":"TransactWriteItems"');
      }
    }
  });
});

describe('the access table', () => {
  it('lets writers read what they write', () => {
    for (const name of FUNCTION_NAMES) {
      const { reads, writes = [], checks = [] } = ACCESS[name];
      expect(reads).toEqual(expect.arrayContaining([...writes, ...checks]));
    }
  });
});
