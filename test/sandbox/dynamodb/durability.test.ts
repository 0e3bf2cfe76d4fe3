import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../front/fixture.ts';
import { ledgerTableName, openTables, stateTableName, type TableSandbox } from './fixture.ts';

let folder: ReturnType<typeof temporaryFolder>;
let sandbox: TableSandbox;
let client: DynamoDBClient;

beforeEach(async () => {
  folder = temporaryFolder();
  sandbox = await openTables(folder.path);
  client = sandbox.client('administrator');
});
afterEach(async () => {
  await sandbox.close();
  folder.remove();
});

async function restart(): Promise<void> {
  await sandbox.close();
  sandbox = await openTables(folder.path);
  client = sandbox.client('administrator');
}

const item = (pk: string, sk = 'HEAD') => ({ pk: { S: pk }, sk: { S: sk } });
const count = (step: number): TransactWriteItemsCommand =>
  new TransactWriteItemsCommand({
    ClientRequestToken: 'same-token',
    TransactItems: [
      {
        Update: {
          TableName: stateTableName,
          Key: item('counter'),
          UpdateExpression: 'ADD n :step',
          ExpressionAttributeValues: { ':step': { N: String(step) } },
        },
      },
    ],
  });

async function read(pk: string): Promise<Record<string, AttributeValue> | undefined> {
  return (await client.send(new GetItemCommand({ TableName: stateTableName, Key: item(pk), ConsistentRead: true })))
    .Item;
}

describe('request tokens', () => {
  test('writes once when a transaction is repeated, also after a restart', async () => {
    await client.send(count(1));
    await client.send(count(1));
    await restart();
    await client.send(count(1));
    expect(await read('counter')).toMatchObject({ n: { N: '1' } });
  });

  test('refuses the token when the request is another one', async () => {
    await client.send(count(1));
    await expect(client.send(count(2))).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
  });

  test('writes again when ten minutes have passed', async () => {
    await client.send(count(1));
    sandbox.clock.advance(10 * 60_000 + 1_000);
    client = sandbox.client('administrator');
    await client.send(count(1)).catch(() => client.send(count(1)));
    expect(await read('counter')).toMatchObject({ n: { N: '2' } });
  });

  test('writes once when sixteen callers race with one token', async () => {
    await Promise.all(Array.from({ length: 16 }, () => client.send(count(1))));
    expect(await read('counter')).toMatchObject({ n: { N: '1' } });
  });
});

describe('a database process that is killed', () => {
  test('is started again with its data when the sandbox goes on', async () => {
    await client.send(new PutItemCommand({ TableName: stateTableName, Item: item('kept') }));
    const stored: unknown = JSON.parse(
      readFileSync(join(folder.path, 'state', 'dynamodb', 'database-process.json'), 'utf8'),
    );
    const processId =
      typeof stored === 'object' && stored !== null && 'processId' in stored ? Number(stored.processId) : 0;
    process.kill(processId, 'SIGKILL');
    await expect.poll(() => read('kept').catch(() => undefined), { timeout: 10_000 }).toEqual(item('kept'));
    expect(sandbox.databaseFaults).toHaveLength(1);
  });
});

describe('planned faults', () => {
  test('leave nothing behind when a call fails before it is stored', async () => {
    sandbox.service.failNext({ operation: 'TransactWriteItems', mode: 'before' });
    await expect(client.send(count(1))).rejects.toMatchObject({ name: 'InternalServerError' });
    expect(await read('counter')).toBeUndefined();
  });

  test('leave the write behind when a call fails after it is stored, and the same token settles it', async () => {
    sandbox.service.failNext({ operation: 'TransactWriteItems', mode: 'after' });
    await expect(client.send(count(1))).rejects.toMatchObject({ name: 'InternalServerError' });
    expect(await read('counter')).toMatchObject({ n: { N: '1' } });
    await client.send(count(1));
    expect(await read('counter')).toMatchObject({ n: { N: '1' } });
  });

  test('cancel a transaction when another one is said to hold its item', async () => {
    sandbox.service.failNext({ operation: 'TransactWriteItems', mode: 'conflict' });
    await expect(client.send(count(1))).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'TransactionConflict' }],
    });
    expect(await read('counter')).toBeUndefined();
  });
});

describe('time to live', () => {
  test('deletes an item when its time has passed and no other', async () => {
    const nowSeconds = Math.floor(sandbox.clock.nowMs() / 1_000);
    const put = (pk: string, expiresAt: AttributeValue) =>
      client.send(new PutItemCommand({ TableName: stateTableName, Item: { ...item(pk), expiresAt } }));
    await put('soon', { N: String(nowSeconds + 60) });
    await put('later', { N: String(nowSeconds + 600) });
    await put('not a number', { S: '1' });

    expect(await sandbox.service.sweepExpired()).toBe(0);
    sandbox.clock.advance(120_000);
    await expect.poll(() => read('soon')).toBeUndefined();

    expect(await read('later')).toBeDefined();
    expect(await read('not a number')).toBeDefined();
  });
});

describe('streams', () => {
  test('give every new image in order and go on from a checkpoint after a restart', async () => {
    const put = (sk: string) =>
      client.send(
        new PutItemCommand({
          TableName: ledgerTableName,
          Item: { ...item('chain', sk), bytes: { B: Buffer.from(sk) } },
        }),
      );
    let woken = 0;
    sandbox.service.onWrite(ledgerTableName, () => {
      woken += 1;
    });
    await put('1');
    await put('2');
    const first = await sandbox.service.readStream(ledgerTableName, undefined, 1);
    expect(first.records).toMatchObject([
      {
        eventName: 'INSERT',
        eventSource: 'aws:dynamodb',
        awsRegion: 'eu-west-1',
        eventSourceARN: expect.stringContaining('arn:aws:dynamodb:eu-west-1:111122223333:table/ledger/stream/'),
        dynamodb: { NewImage: { sk: { S: '1' }, bytes: { B: 'MQ==' } }, StreamViewType: 'NEW_IMAGE' },
      },
    ]);
    expect(woken).toBe(2);

    await restart();
    await put('3');
    const second = await sandbox.service.readStream(ledgerTableName, first.checkpoint);
    expect(second.records).toMatchObject([
      { dynamodb: { NewImage: { sk: { S: '2' } } } },
      { dynamodb: { NewImage: { sk: { S: '3' } } } },
    ]);
    const third = await sandbox.service.readStream(ledgerTableName, second.checkpoint);
    expect(third).toEqual({ records: [], checkpoint: second.checkpoint });
  });

  test('do not carry a write when its transaction was cancelled', async () => {
    const check = { ConditionExpression: 'attribute_exists(pk)', TableName: stateTableName, Key: item('absent') };
    const put = { TableName: ledgerTableName, Item: item('chain', '1') };
    const transaction = new TransactWriteItemsCommand({ TransactItems: [{ Put: put }, { ConditionCheck: check }] });
    await expect(client.send(transaction)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    expect((await sandbox.service.readStream(ledgerTableName, undefined)).records).toEqual([]);
  });
});
