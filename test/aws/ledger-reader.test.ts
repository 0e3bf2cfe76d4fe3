import { deflateRawSync } from 'node:zlib';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { DynamoDbLedgerReader } from '../../aws/ledger-reader.ts';
import type { ChainedEvent } from '../../core/ledger/event.ts';
import { StorageFault } from '../../core/state/entities.ts';
import { plainChain, rowsOf } from '../core/ledger/sample-log.ts';

const dynamo = mockClient(DynamoDBClient);
const reader = new DynamoDbLedgerReader(new DynamoDBClient({ region: 'eu-west-1' }), 'ledger');
const EVENTS = plainChain('control', 3);

function itemOf(event: ChainedEvent) {
  return {
    pk: { S: event.chain },
    sk: { S: String(event.seq).padStart(16, '0') },
    deflated: { B: deflateRawSync(event.bytes) },
  };
}

beforeEach(() => {
  dynamo.reset();
});

describe('DynamoDbLedgerReader', () => {
  test('asks consistently for a chain from a sequence number and reads every page up to the limit', async () => {
    const [first, ...rest] = EVENTS.map(itemOf);
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: first === undefined ? [] : [first], LastEvaluatedKey: { pk: { S: 'control' } } })
      .resolves({ Items: rest });
    expect(await reader.readRows('control', 0, 3)).toEqual(rowsOf(EVENTS));
    const inputs = dynamo.commandCalls(QueryCommand).map((call) => call.args[0].input);
    expect(inputs).toMatchObject([
      {
        TableName: 'ledger',
        ConsistentRead: true,
        ExpressionAttributeValues: { ':pk': { S: 'control' }, ':sk': { S: '0000000000000000' } },
        Limit: 3,
        ScanIndexForward: true,
      },
      { Limit: 2, ExclusiveStartKey: { pk: { S: 'control' } } },
    ]);
  });

  test('reads the newest row backwards', async () => {
    dynamo.on(QueryCommand, { ScanIndexForward: false, Limit: 1 }).resolves({ Items: EVENTS.slice(2).map(itemOf) });
    expect((await reader.lastRow('control'))?.seq).toBe(2);
  });

  test('gives nothing when a chain has no rows', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });
    expect(await reader.lastRow('control')).toBeUndefined();
  });

  test('throws a storage fault when DynamoDB cannot answer', async () => {
    dynamo.on(QueryCommand).rejects(new Error('timeout'));
    await expect(reader.readRows('control', 0, 1)).rejects.toThrow(StorageFault);
  });
});
