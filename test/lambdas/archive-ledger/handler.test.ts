import { deflateRawSync } from 'node:zlib';
import { BatchGetItemCommand, DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Context, DynamoDBStreamEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test, vi } from 'vitest';
import { plainChain } from '../../core/ledger/sample-log.ts';

const dynamo = mockClient(DynamoDBClient);
const s3 = mockClient(S3Client);

test('archives a stream record and moves progress when invoked with the deployed environment', async () => {
  vi.stubEnv('STATE_TABLE_NAME', 'state').stubEnv('LEDGER_TABLE_NAME', 'ledger').stubEnv('ARCHIVE_BUCKET_NAME', 'b');
  vi.stubEnv('ARCHIVE_LOCK_MODE', 'GOVERNANCE').stubEnv('ARCHIVE_LOCK_DAYS', '30');
  dynamo.on(BatchGetItemCommand).resolves({ Responses: {} }).on(TransactWriteItemsCommand).resolves({});
  s3.on(PutObjectCommand).resolves({});
  const { handler } = await import('../../../lambdas/archive-ledger/handler.ts');
  const records = plainChain('control', 1).map((event) => ({
    eventName: 'INSERT' as const,
    dynamodb: {
      SequenceNumber: '1',
      NewImage: {
        pk: { S: 'control' },
        sk: { S: '0000000000000000' },
        deflated: { B: deflateRawSync(event.bytes).toString('base64') },
      },
    },
  }));
  const event: DynamoDBStreamEvent = { Records: records };
  const context: Partial<Context> = { getRemainingTimeInMillis: () => 30_000 };
  // middy reads nothing else of the context here.
  expect(await handler(event, context as Context)).toEqual({ batchItemFailures: [] });
  expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input.Key).toBe(
    'events/dt=2026-11-20/control/0000000000000000.jsonl',
  );
  expect(dynamo.commandCalls(TransactWriteItemsCommand)[0]?.args[0].input.TransactItems).toMatchObject([
    { Put: { TableName: 'state', Item: { pk: { S: 'ARCHIVE' }, sk: { S: 'control' }, nextSeq: { N: '1' } } } },
  ]);
});
