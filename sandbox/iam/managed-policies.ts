/**
 * The AWS-managed policies the app may attach, as far as the sandbox has their services: any other one stops it at
 * start, because guessing what it grants would make a missing permission pass.
 */
const allow = (actions: readonly string[]): unknown => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
});

const writeLogs = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const writeTraces = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
const readSampling = ['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:GetSamplingStatisticSummaries'];
const readStreams = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];
const readLogs = ['logs:DescribeLogGroups', 'logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:FilterLogEvents'];

/** Policy documents by ARN. */
export const awsManagedPolicies: ReadonlyMap<string, unknown> = new Map([
  ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole', allow(writeLogs)],
  ['arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole', allow([...readStreams, ...writeLogs])],
  ['arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs', allow([...writeLogs, ...readLogs])],
  ['arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess', allow([...writeTraces, ...readSampling])],
]);
