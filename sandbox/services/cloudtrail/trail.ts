import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { AwsCall, Caller, Resource, SandboxContext } from '../../contract.ts';
import { isRawObject } from '../../template/raw-template.ts';
import type { KmsCallRecord } from '../kms/kms-service.ts';

/**
 * CloudTrail for trails of the templates. Kept: KMS's management events in the form and the place of AWS's log files,
 * written to the trail's bucket under its policy. Not kept: events of other services, delivery after minutes and many
 * at once, digest files, the CloudTrail API; the sandbox delivers each event before the call is answered.
 */
export interface Trails {
  deliver(record: KmsCallRecord): Promise<void>;
}

const PRINCIPAL = 'cloudtrail.amazonaws.com';

/** Opens the trails of the templates. Where there is none, nothing is delivered. */
export function openTrails(context: SandboxContext): Trails {
  const trails = context.assembly.byType('AWS::CloudTrail::Trail');
  return {
    deliver: async (record) => {
      for (const trail of trails) await context.call(...delivery(context, trail, record));
    },
  };
}

function delivery(
  { assembly }: SandboxContext,
  trail: Resource,
  record: KmsCallRecord,
): [Caller, Omit<AwsCall, 'caller'>] {
  const { accountId, region } = assembly;
  const prefix = trail.properties['S3KeyPrefix'];
  const time = record.eventTime.replace(/[-:]/g, '').replace(/^(\d{8}T\d{4}).*$/, '$1Z');
  const key = [
    ...(typeof prefix === 'string' ? [prefix] : []),
    `AWSLogs/${accountId}/CloudTrail/${region}`,
    record.eventTime.slice(0, 'yyyy-mm-dd'.length).replaceAll('-', '/'),
    `${accountId}_CloudTrail_${region}_${time}_${randomUUID().replaceAll('-', '').slice(0, 16)}.json.gz`,
  ].join('/');
  return [
    { arn: PRINCIPAL, servicePrincipal: PRINCIPAL, accountId, sourceArn: trail.arn },
    {
      service: 's3',
      operation: '',
      method: 'PUT',
      path: `/${String(trail.properties['S3BucketName'])}/${key}`,
      query: new URLSearchParams(),
      headers: { 'content-type': 'application/json', 'x-amz-acl': 'bucket-owner-full-control' },
      body: gzipSync(JSON.stringify({ Records: [cloudTrailRecord(record, accountId, region)] })),
    },
  ];
}

function cloudTrailRecord(record: KmsCallRecord, accountId: string, region: string): object {
  const { eventTime, eventName, userArn, roleArn, keyArn, requestId, requestParameters, errorCode } = record;
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: roleArn === undefined ? 'Root' : 'AssumedRole',
      arn: userArn,
      accountId,
      ...(roleArn !== undefined && { sessionContext: { sessionIssuer: { type: 'Role', arn: roleArn, accountId } } }),
    },
    // By the second, as CloudTrail has it.
    eventTime: `${eventTime.slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`,
    eventSource: 'kms.amazonaws.com',
    eventName,
    awsRegion: region,
    sourceIPAddress: '127.0.0.1',
    ...(errorCode !== undefined && { errorCode }),
    requestParameters: camelCased(requestParameters),
    responseElements: null,
    requestID: requestId,
    eventID: randomUUID(),
    readOnly: true,
    ...(keyArn !== '' && { resources: [{ accountId, type: 'AWS::KMS::Key', ARN: keyArn }] }),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: accountId,
    eventCategory: 'Management',
  };
}

function camelCased(parameters: { readonly [name: string]: unknown }): object | null {
  if (!isRawObject(parameters)) return null;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, value]),
  );
}
