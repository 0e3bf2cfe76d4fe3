import { FUNCTION_NAMES } from '../../../lib/functions/function-names.ts';

const INLINE = 'NIST.800.53.R5-IAMNoInlinePolicy';
const FUNCTION = [INLINE, 'NIST.800.53.R5-LambdaDLQ', 'NIST.800.53.R5-LambdaInsideVPC'];
const LIMITED = ['apply-holds', 'archive-ledger', 'reconcile-ledger', 'sequence-ledger', 'sweep'];
const NO_ACCESS_LOGS = ['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'];
const NO_REPLICA = 'NIST.800.53.R5-S3BucketReplicationEnabled';
const NO_BACKUP_PLAN = ['NIST.800.53.R5-DynamoDBInBackupPlan'];
const API = 'arn:aws:execute-api:eu-west-1:111122223333:<GateApiE52E53C9>/v1';
const ARCHIVE = 'CountersignData:ExportsOutputFnGetAttArchiveBucket49F1AC64Arn3FBD647E';
const LOG = 'CountersignData:ExportsOutputFnGetAttLogBucketD7408CB8ArnE162E96F';
const CALLS = 'arn:aws:s3:::CountersignData:ExportsOutputRefCallsBucketDB5BC48BBBD2FE93';
const ROUTES = 'CountersignGate/Gate/Api/Default';

const wildcards = (...resources: readonly string[]) =>
  resources.map((resource) => `AwsSolutions-IAM5[Resource::${resource}]`);

const functions = Object.fromEntries(
  FUNCTION_NAMES.map((name) => [
    `CountersignGate/${name}`,
    LIMITED.includes(name) ? FUNCTION : [...FUNCTION, 'NIST.800.53.R5-LambdaConcurrency'],
  ]),
);

const agentRoutes = Object.fromEntries(
  [
    'actions/POST',
    'actions/{id}/GET',
    'actions/{id}/cancel/POST',
    'actions/{id}/outcome/POST',
    'actions/{id}/redeem/POST',
    'keys/changes/POST',
    'ledger/events/{id}/proof/GET',
    'policy/activations/POST',
    'records/erasures/POST',
    'records/holds/POST',
    'records/holds/release/POST',
    'records/retention/POST',
    'sessions/{id}/close/POST',
    'tools/GET',
  ].map((route) => [`${ROUTES}/${route}`, ['AwsSolutions-COG4']]),
);

const pages = Object.fromEntries(
  ['approvals/{id}/GET', 'assets/{file}/GET', 'sign-in/GET'].map((route) => [
    `${ROUTES}/${route}`,
    ['AwsSolutions-APIG4', 'AwsSolutions-COG4'],
  ]),
);

/** Functions that decide by a published bundle, or look at one. */
const bundleReaders = Object.fromEntries(
  ['activate-bundle', 'list-tools', 'redeem-action', 'submit-action'].map((name) => [
    `CountersignGate/${name}`,
    [...wildcards(`${ARCHIVE}/bundles/*`), ...FUNCTION, 'NIST.800.53.R5-LambdaConcurrency'],
  ]),
);

const listed: { readonly [path: string]: readonly string[] } = {
  ...functions,
  ...bundleReaders,
  ...agentRoutes,
  ...pages,
  'CountersignAudit/Athena/Results': [...NO_ACCESS_LOGS, NO_REPLICA],
  'CountersignAudit/Auditor': [
    ...wildcards(
      '<AthenaResults4E169281.Arn>/results/*',
      `${ARCHIVE}/bundles/*`,
      `${ARCHIVE}/events/*`,
      `${LOG}/checkpoints/*`,
      `${LOG}/projection/*`,
      `${LOG}/tile/*`,
      'arn:aws:glue:eu-west-1:111122223333:table/countersign/*',
    ),
    INLINE,
  ],
  'CountersignData/Archive/Bucket': [...NO_ACCESS_LOGS, NO_REPLICA, 'NIST.800.53.R5-S3DefaultEncryptionKMS'],
  'CountersignData/Log/Bucket': [
    ...NO_ACCESS_LOGS,
    NO_REPLICA,
    'NIST.800.53.R5-S3DefaultEncryptionKMS',
    'NIST.800.53.R5-S3BucketDefaultLockEnabled',
  ],
  'CountersignData/Calls/Bucket': [...NO_ACCESS_LOGS, NO_REPLICA, 'NIST.800.53.R5-S3DefaultEncryptionKMS'],
  'CountersignData/Calls/Trail': [
    'NIST.800.53.R5-CloudTrailCloudWatchLogsEnabled',
    'NIST.800.53.R5-CloudTrailEncryptionEnabled',
  ],
  'CountersignData/Ledger/Table': NO_BACKUP_PLAN,
  'CountersignData/Registry/Table': NO_BACKUP_PLAN,
  'CountersignData/State/Table': NO_BACKUP_PLAN,
  'CountersignGate/Agents': [
    ...wildcards(
      `${API}/GET/actions/*`,
      `${API}/GET/ledger/events/*/proof`,
      `${API}/POST/actions/*/cancel`,
      `${API}/POST/actions/*/outcome`,
      `${API}/POST/actions/*/redeem`,
      `${API}/POST/sessions/*/close`,
    ),
    INLINE,
  ],
  'CountersignGate/ArchiveFeed/Failures': ['AwsSolutions-SQS3'],
  'CountersignGate/Gate': [
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    'NIST.800.53.R5-APIGWCacheEnabledAndEncrypted',
    'NIST.800.53.R5-APIGWSSLEnabled',
  ],
  'CountersignGate/PolicyPublisher': [...wildcards(`${ARCHIVE}/bundles/*`), INLINE],
  'CountersignGate/RegistryOperator': [INLINE],
  'CountersignGate/Workflow': [...wildcards('*'), 'AwsSolutions-SF2', INLINE],
  'CountersignGate/archive-ledger': [...wildcards('*', `${ARCHIVE}/bundles/*`, `${ARCHIVE}/events/*`), ...FUNCTION],
  'CountersignGate/apply-holds': [
    ...wildcards(`${ARCHIVE}/bundles/*`, `${ARCHIVE}/events/*`, `${LOG}/checkpoints/*`, `${LOG}/tile/*`),
    ...FUNCTION,
  ],
  'CountersignGate/prove-event': [...wildcards(`${LOG}/tile/?/*`), ...FUNCTION, 'NIST.800.53.R5-LambdaConcurrency'],
  'CountersignGate/sequence-ledger': [...wildcards('*', `${LOG}/*`), ...FUNCTION],
  'CountersignGate/reconcile-ledger': [
    ...wildcards(`${CALLS}/AWSLogs/111122223333/CloudTrail/eu-west-1/*`),
    ...FUNCTION,
  ],
  'CountersignKeys/Pseudonyms/Pepper': ['AwsSolutions-SMG4', 'NIST.800.53.R5-SecretsManagerRotationEnabled'],
};

/** Every accepted finding by construct path: a new one is a decision, so it is written here too. */
export const ACCEPTED_FINDINGS = Object.fromEntries(
  Object.entries(listed).map(([path, ids]) => [path, [...ids].sort()]),
);
