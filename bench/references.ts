import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { openDatabaseClient } from '../sandbox/services/dynamodb/database-client.ts';
import { startDatabase } from '../sandbox/services/dynamodb/dynoxide-process.ts';
import { inParallel } from './in-parallel.ts';
import { post } from './post.ts';
import { medianMs } from './statistics.ts';

/**
 * What the same machine does in the same run without Countersign: figures of other machines can be compared by their
 * ratio to these.
 */

const ROUNDS = 7;
const HASHES = 100_000;
const REQUESTS = 4_000;
const TRANSACTIONS = 1_500;
const CONCURRENCY = 16;
const ITEMS = 4;
const ITEM_BYTES = 512;

/** SHA-256 of one kilobyte, per second and core. */
export async function sha256PerSecond(): Promise<number> {
  const kilobyte = Buffer.alloc(1_024, 7);
  const ms = await medianMs(ROUNDS, () => {
    for (let index = 0; index < HASHES; index += 1) createHash('sha256').update(kilobyte).digest();
  });
  return HASHES / (ms / 1_000);
}

/** Requests a second to an HTTP handler that only answers, in the load generator's own process. */
export async function emptyHttpPerSecond(): Promise<number> {
  const server = createServer((message, response) => {
    message.resume().on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  const url = new URL(`http://127.0.0.1:${address.port}/`);
  const client = post(CONCURRENCY);
  const perSecond = await inParallel(CONCURRENCY, REQUESTS, () => client.send(url, {}, '{}'));
  client.close();
  await new Promise((resolve) => server.close(resolve));
  return perSecond;
}

/** Transactions of four small puts a second, straight to the sandbox's database on disk. */
export async function databaseTransactionsPerSecond(folder: string): Promise<number> {
  const process = await startDatabase(join(folder, 'reference-database'), (error) => {
    throw error;
  });
  const database = openDatabaseClient(process.url);
  try {
    await database.ask('CreateTable', {
      TableName: 'reference',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    const filler = { S: 'x'.repeat(ITEM_BYTES) };
    return await inParallel(CONCURRENCY, TRANSACTIONS, async () => {
      const puts = Array.from({ length: ITEMS }, () => ({
        Put: { TableName: 'reference', Item: { pk: { S: randomUUID() }, filler } },
      }));
      await database.ask('TransactWriteItems', { TransactItems: puts });
    });
  } finally {
    database.close();
    await process.close();
  }
}
