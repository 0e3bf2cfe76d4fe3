import {
  BatchGetItemCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../front/fixture.ts';
import { ledgerTableName, openTables, stateTableName, type TableSandbox } from './fixture.ts';

const folder = temporaryFolder();
let sandbox: TableSandbox;

beforeAll(async () => {
  sandbox = await openTables(folder.path);
});
afterAll(async () => {
  await sandbox.close();
  folder.remove();
});

const item = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });

describe('permissions on items', () => {
  test('refuses a plain put and takes the same put in a transaction when the role may write in transactions only', async () => {
    const writer = sandbox.client('writer');
    const put = { TableName: ledgerTableName, Item: item('chain', '1') };

    await expect(writer.send(new PutItemCommand(put))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::111122223333:assumed-role/writer/session is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/ledger because no identity-based policy allows the dynamodb:PutItem action',
    });
    await writer.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: put }] }));

    const stored = await writer.send(new GetItemCommand({ TableName: ledgerTableName, Key: item('chain', '1') }));
    expect(stored.Item).toEqual(item('chain', '1'));
  });

  test.each([
    [
      'update',
      {
        Update: {
          TableName: ledgerTableName,
          Key: item('chain', '1'),
          UpdateExpression: 'SET x = :x',
          ExpressionAttributeValues: { ':x': { S: 'y' } },
        },
      },
    ],
    ['delete', { Delete: { TableName: ledgerTableName, Key: item('chain', '1') } }],
    ['put under another key', { Put: { TableName: stateTableName, Item: item('CONTROL', 'HEAD') } }],
  ])('refuses a transaction when one item is a forbidden %s', async (_name, forbidden) => {
    const writer = sandbox.client('writer');
    const allowed = { Put: { TableName: stateTableName, Item: item('AGENT#untouched', 'HEAD') } };
    await expect(
      writer.send(new TransactWriteItemsCommand({ TransactItems: [allowed, forbidden] })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const untouched = await writer.send(
      new GetItemCommand({ TableName: stateTableName, Key: item('AGENT#untouched', 'HEAD') }),
    );
    expect(untouched.Item).toBeUndefined();
  });

  test('refuses a batch read when one of its keys is not permitted', async () => {
    const reader = sandbox.client('reader');
    const read = (keys: readonly string[]) =>
      reader.send(
        new BatchGetItemCommand({ RequestItems: { [stateTableName]: { Keys: keys.map((pk) => item(pk, 'HEAD')) } } }),
      );
    await expect(read(['AGENT#1', 'AGENT#2'])).resolves.toMatchObject({ Responses: { [stateTableName]: [] } });
    await expect(read(['AGENT#1', 'CONTROL'])).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('decides a query by the partition key it names', async () => {
    const reader = sandbox.client('reader');
    const query = (pk: string, KeyConditionExpression: string) =>
      reader.send(
        new QueryCommand({
          TableName: stateTableName,
          KeyConditionExpression,
          ...(KeyConditionExpression.includes('#') && { ExpressionAttributeNames: { '#k': 'pk' } }),
          ExpressionAttributeValues: { ':k': { S: pk } },
        }),
      );
    await expect(query('AGENT#1', 'pk = :k')).resolves.toMatchObject({ Count: 0 });
    await expect(query('AGENT#1', '#k=:k')).resolves.toMatchObject({ Count: 0 });
    await expect(query('CONTROL', 'pk = :k')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('decides a query of an index by the key of that index', async () => {
    const query = new QueryCommand({
      TableName: stateTableName,
      IndexName: 'open-requests',
      KeyConditionExpression: 'openPk = :k',
      ExpressionAttributeValues: { ':k': { S: 'OPEN' } },
    });
    await expect(sandbox.client('reader').send(query)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(sandbox.client('administrator').send(query)).resolves.toMatchObject({ Count: 0 });
  });

  test('refuses a read of attributes the role may not see', async () => {
    const reader = sandbox.client('reader');
    const read = { TableName: ledgerTableName, Key: item('chain', '1') };
    const get = (attribute?: string) =>
      reader.send(
        new GetItemCommand({
          ...read,
          ...(attribute !== undefined && {
            ProjectionExpression: 'pk, #a',
            ExpressionAttributeNames: { '#a': attribute },
          }),
        }),
      );
    await expect(get('hash')).resolves.toBeDefined();
    await expect(get('bytes')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(get()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('refuses a scan when only queries are granted', async () => {
    await expect(sandbox.client('reader').send(new ScanCommand({ TableName: stateTableName }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});

describe('operations', () => {
  test('reports the reason of every item when a transaction is cancelled', async () => {
    const administrator = sandbox.client('administrator');
    await administrator.send(new PutItemCommand({ TableName: stateTableName, Item: item('AGENT#taken', 'HEAD') }));
    const absent = {
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } as const;
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName: stateTableName, Item: item('AGENT#taken', 'HEAD'), ...absent } },
        { Put: { TableName: stateTableName, Item: item('AGENT#free', 'HEAD'), ...absent } },
      ],
    });
    await expect(administrator.send(transaction)).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message: expect.stringContaining('[ConditionalCheckFailed, None]'),
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: item('AGENT#taken', 'HEAD') }, { Code: 'None' }],
    });
  });

  test('finds an item through a sparse index', async () => {
    const administrator = sandbox.client('administrator');
    const open = { ...item('REQUEST#1', 'REQUEST'), openPk: { S: 'OPEN' } };
    await administrator.send(new PutItemCommand({ TableName: stateTableName, Item: open }));
    const query = {
      TableName: stateTableName,
      IndexName: 'open-requests',
      KeyConditionExpression: 'openPk = :k',
      ExpressionAttributeValues: { ':k': { S: 'OPEN' } },
    };
    expect((await administrator.send(new QueryCommand(query))).Items).toEqual([open]);
    await administrator.send(
      new UpdateItemCommand({
        TableName: stateTableName,
        Key: item('REQUEST#1', 'REQUEST'),
        UpdateExpression: 'REMOVE openPk',
      }),
    );
    expect((await administrator.send(new QueryCommand(query))).Items).toEqual([]);
  });

  test('describes tables as the templates declare them and lists no others', async () => {
    const administrator = sandbox.client('administrator');
    const { Table } = await administrator.send(new DescribeTableCommand({ TableName: ledgerTableName }));
    expect(Table?.TableArn).toBe('arn:aws:dynamodb:eu-west-1:111122223333:table/ledger');
    expect(Table?.LatestStreamArn).toContain('/stream/');
    expect((await administrator.send(new ListTablesCommand({}))).TableNames).toEqual([ledgerTableName, stateTableName]);
  });

  test('knows no table that the templates do not have', async () => {
    const administrator = sandbox.client('administrator');
    const tableName = 'sandbox.transaction-tokens';
    await expect(administrator.send(new ScanCommand({ TableName: tableName }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(
      administrator.send(new DeleteItemCommand({ TableName: tableName, Key: { token: { S: 'x' } } })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('names an operation it does not emulate', async () => {
    await expect(
      sandbox.client('administrator').send(new DeleteTableCommand({ TableName: ledgerTableName })),
    ).rejects.toMatchObject({ message: 'the sandbox does not emulate `DeleteTable`' });
    await expect(
      sandbox.client('writer').send(new DeleteTableCommand({ TableName: ledgerTableName })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
