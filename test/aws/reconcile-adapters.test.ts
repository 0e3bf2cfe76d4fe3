import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { sdkStreamMixin } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { S3ArchivedChains } from '../../aws/archived-chains.ts';
import { CloudTrailMacs } from '../../aws/cloudtrail-macs.ts';
import { macCallsIn } from '../../aws/cloudtrail-records.ts';
import { DynamoDbHeldActions } from '../../aws/held-actions.ts';
import { StorageFault } from '../../core/state/entities.ts';
import { TestClock } from '../support/deps.ts';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/envelopes';
const SEALER = 'arn:aws:iam::111122223333:role/countersign-approval-seal';
const filter = { keyArns: [KEY], sealerRoleArn: SEALER };
const session = (arn: string) => ({ sessionContext: { sessionIssuer: { arn } } });
const record = (requestID: string, change: object = {}) => ({
  eventTime: '2026-11-20T08:00:01Z',
  eventSource: 'kms.amazonaws.com',
  eventName: 'GenerateMac',
  requestID,
  userIdentity: session(SEALER),
  resources: [{ ARN: KEY }],
  ...change,
});
const file = (...records: readonly object[]) => Buffer.from(JSON.stringify({ Records: records }));

const s3 = mockClient(S3Client);
const dynamo = mockClient(DynamoDBClient);
const client = new S3Client({ region: 'eu-west-1' });
beforeEach(() => {
  s3.reset();
  dynamo.reset();
});

const body = (bytes: Uint8Array) => sdkStreamMixin(Readable.from([bytes], { objectMode: false }));

describe('macCallsIn', () => {
  it('keeps calls that made a mac with one of the keys, and says whose they were', () => {
    const bytes = file(
      record('r1'),
      record('r2', { userIdentity: session('arn:aws:iam::111122223333:role/other') }),
      record('r3', { userIdentity: { type: 'Root' } }),
      record('refused', { errorCode: 'AccessDenied' }),
      record('other key', { resources: [{ ARN: `${KEY}2` }] }),
      record('other call', { eventName: 'VerifyMac' }),
      record('other service', { eventSource: 's3.amazonaws.com' }),
    );
    expect(macCallsIn(bytes, filter)).toEqual([
      { timeMs: Date.UTC(2026, 10, 20, 8, 0, 1), requestId: 'r1', by: 'sealer' },
      { timeMs: Date.UTC(2026, 10, 20, 8, 0, 1), requestId: 'r2', by: 'other' },
      { timeMs: Date.UTC(2026, 10, 20, 8, 0, 1), requestId: 'r3', by: 'other' },
    ]);
  });

  it.each([
    ['is no log file', Buffer.from('{}')],
    ['holds such a call without its request', file(record('r1', { requestID: undefined }))],
    ['holds such a call without its time', file(record('r1', { eventTime: 'yesterday' }))],
  ])('throws when the file %s, rather than pass over it', (_what, bytes) => {
    expect(() => macCallsIn(bytes, filter)).toThrow(StorageFault);
  });
});

describe('CloudTrailMacs', () => {
  const clock = new TestClock();
  const macs = new CloudTrailMacs(client, { bucket: 'trail', folder: 'AWSLogs/1/CloudTrail/r/', ...filter }, clock);
  const window = { fromMs: Date.UTC(2026, 10, 19, 23), toMs: Date.UTC(2026, 10, 20, 8, 0, 2) };

  it('reads every log file from the window’s first date until today, page by page', async () => {
    s3.on(ListObjectsV2Command, { Prefix: 'AWSLogs/1/CloudTrail/r/2026/11/19/' }).resolves({ Contents: [] });
    s3.on(ListObjectsV2Command, { Prefix: 'AWSLogs/1/CloudTrail/r/2026/11/20/' })
      .resolvesOnce({ Contents: [{ Key: 'a.json.gz' }], NextContinuationToken: 'more' })
      .resolvesOnce({ Contents: [{ Key: 'b.json.gz' }, { Key: 'folder/' }] });
    s3.on(GetObjectCommand, { Key: 'a.json.gz' }).resolves({ Body: body(gzipSync(file(record('r1')))) });
    const late = record('late', { eventTime: '2026-11-20T08:00:02Z' });
    s3.on(GetObjectCommand, { Key: 'b.json.gz' }).resolves({ Body: body(gzipSync(file(record('r2'), late))) });
    expect((await macs.macCalls(window)).map(({ requestId }) => requestId).sort()).toEqual(['r1', 'r2']);
  });

  it('throws when a file cannot be listed, read or inflated', async () => {
    s3.on(ListObjectsV2Command).rejects(new Error('denied'));
    await expect(macs.macCalls(window)).rejects.toThrow(StorageFault);
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'a.json.gz' }] });
    s3.on(GetObjectCommand).resolves({ Body: body(Buffer.from('not gzip')) });
    await expect(macs.macCalls(window)).rejects.toThrow('could not be read at `a.json.gz`');
  });
});

describe('S3ArchivedChains', () => {
  const chains = new S3ArchivedChains(client, 'archive');

  it('names the chains that have a folder on a date', async () => {
    s3.on(ListObjectsV2Command, { Prefix: 'events/dt=2026-11-20/', Delimiter: '/' })
      .resolvesOnce({ CommonPrefixes: [{ Prefix: 'events/dt=2026-11-20/control/' }], NextContinuationToken: 'more' })
      .resolvesOnce({ CommonPrefixes: [{ Prefix: 'events/dt=2026-11-20/agent~111122223333~a/' }] });
    expect(await chains.chainsOn('2026-11-20')).toEqual(['control', 'agent/111122223333:a']);
  });

  it('throws when the archive cannot be listed', async () => {
    s3.on(ListObjectsV2Command).rejects(new Error('denied'));
    await expect(chains.chainsOn('2026-11-20')).rejects.toThrow(StorageFault);
  });
});

describe('DynamoDbHeldActions', () => {
  it('lists actions whose status says that they were allowed', async () => {
    const item = (id: string, status: string, seq: number) => ({
      sk: { S: `ACTION#${id}` },
      status: { S: status },
      digest: { S: 'd' },
      type: { S: 't' },
      resource: { S: 'r' },
      sessionId: { S: 's' },
      tier: { N: '0' },
      createdAtMs: { N: '1' },
      decision: { S: '{}' },
      ledger: { S: JSON.stringify({ chain: 'agent/a', seq, hash: `h${seq}` }) },
    });
    dynamo.on(QueryCommand).resolves({ Items: [item('a1', 'redeemed', 3), item('a2', 'settled', 4)] });
    const held = await new DynamoDbHeldActions(new DynamoDBClient({ region: 'eu-west-1' }), 'state').heldActions('a');
    expect(held).toEqual([
      { actionId: 'a1', standing: 'open', seq: 3, hash: 'h3' },
      { actionId: 'a2', standing: 'settled', seq: 4, hash: 'h4' },
    ]);
    expect(dynamo.calls()[0]?.args[0].input).toMatchObject({ TableName: 'state', ConsistentRead: true });
  });
});
