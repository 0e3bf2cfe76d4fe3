import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbStore } from '../../aws/dynamodb-store.ts';
import { ledgerItemBytes } from '../../aws/ledger-item.ts';
import { startDatabase } from '../../sandbox/services/dynamodb/dynoxide-process.ts';

/** The sandbox's database with the product's three tables, without the sandbox around it. */
export interface TestDatabase {
  readonly client: DynamoDBClient;
  readonly store: DynamoDbStore;
  /** The bytes of a chain's rows, in order of sequence. */
  chainRows(chain: string): Promise<readonly Uint8Array[]>;
  close(): Promise<void>;
}

const TABLES = { state: 'State', registry: 'Registry', ledger: 'Ledger' };

/** Starts the database on disk in a folder of its own. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-database-'));
  const database = await startDatabase(folder, () => undefined);
  const client = new DynamoDBClient({
    endpoint: database.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  for (const TableName of Object.values(TABLES)) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
  }
  return {
    client,
    store: new DynamoDbStore(client, TABLES),
    chainRows: (chain) => queryRows(client, chain),
    close: async () => {
      client.destroy();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function queryRows(client: DynamoDBClient, chain: string): Promise<readonly Uint8Array[]> {
  const rows: Uint8Array[] = [];
  let ExclusiveStartKey: Record<string, { S: string }> | undefined;
  do {
    const reply = await client.send(
      new QueryCommand({
        TableName: TABLES.ledger,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :chain',
        ExpressionAttributeValues: { ':chain': { S: chain } },
        ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
      }),
    );
    rows.push(...(reply.Items ?? []).map(ledgerItemBytes));
    const { pk, sk } = reply.LastEvaluatedKey ?? {};
    ExclusiveStartKey = pk?.S === undefined || sk?.S === undefined ? undefined : { pk: { S: pk.S }, sk: { S: sk.S } };
  } while (ExclusiveStartKey !== undefined);
  return rows;
}
