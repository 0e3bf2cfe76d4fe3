import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetItemCommand,
  IdempotentParameterMismatchException,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { StateStore } from '../core/ports.ts';
import type { CommitOutcome, EntityRef, StoredItem, Write } from '../core/state/entities.ts';
import { StorageFault } from '../core/state/entities.ts';
import { fromAttributes } from './attribute-values.ts';
import { keyOf } from './keys.ts';
import type { TableNames } from './transact-items.ts';
import { transactItem } from './transact-items.ts';

/** Cancellation reasons that mean: someone else was faster, read again and decide again. */
const CONFLICT_REASONS = new Set(['ConditionalCheckFailed', 'TransactionConflict']);

/** How often a batch read asks again for keys DynamoDB left unprocessed. */
const MAX_READ_ROUNDS = 4;

/** DynamoDB's limit on one batch read. */
const MAX_BATCH_KEYS = 100;

/**
 * The state store on DynamoDB: one strongly consistent BatchGetItem per read, one TransactWriteItems per commit.
 *
 * The client retries transport faults and throttling by itself with the same `ClientRequestToken`, which makes the
 * repeated transaction harmless for ten minutes.
 */
export class DynamoDbStore implements StateStore {
  readonly #client: DynamoDBClient;
  readonly #tables: TableNames;

  constructor(client: DynamoDBClient, tables: TableNames) {
    this.#client = client;
    this.#tables = tables;
  }

  async read(refs: readonly EntityRef[]): Promise<readonly (StoredItem | undefined)[]> {
    const wanted = refs.map((ref) => {
      const { table, pk, sk } = keyOf(ref);
      return { tableName: this.#tables[table], pk, sk };
    });
    const distinct = [...new Map(wanted.map((key) => [keyText(key), key])).values()];
    if (distinct.length > MAX_BATCH_KEYS) {
      throw new RangeError(`expected at most ${MAX_BATCH_KEYS} keys, got \`${distinct.length}\``);
    }
    const found = await this.#readAll(distinct);
    return wanted.map((key) => found.get(keyText(key)));
  }

  async commit(writes: readonly Write[], token: string): Promise<CommitOutcome> {
    const request = new TransactWriteItemsCommand({
      ClientRequestToken: token,
      TransactItems: writes.map((write) => transactItem(write, this.#tables)),
    });
    try {
      await this.#client.send(request);
      return { committed: true };
    } catch (error) {
      if (isConflict(error)) return { committed: false };
      throw new StorageFault('the transaction could not be completed', { cause: error });
    }
  }

  async #readAll(keys: readonly TableKey[]): Promise<Map<string, StoredItem>> {
    const found = new Map<string, StoredItem>();
    let pending: Record<string, { Keys: Record<string, AttributeValue>[]; ConsistentRead: true }> = byTable(keys);
    for (let round = 0; round < MAX_READ_ROUNDS && Object.keys(pending).length > 0; round += 1) {
      const reply = await this.#sendRead(pending);
      for (const [tableName, items] of Object.entries(reply.Responses ?? {})) collect(found, tableName, items);
      pending = Object.fromEntries(
        Object.entries(reply.UnprocessedKeys ?? {}).map(([tableName, rest]) => [
          tableName,
          { Keys: rest.Keys ?? [], ConsistentRead: true as const },
        ]),
      );
    }
    if (Object.keys(pending).length > 0) throw new StorageFault('keys stayed unprocessed');
    return found;
  }

  async #sendRead(request: ReturnType<typeof byTable>) {
    try {
      return await this.#client.send(new BatchGetItemCommand({ RequestItems: request }));
    } catch (error) {
      throw new StorageFault('the batch read could not be completed', { cause: error });
    }
  }
}

interface TableKey {
  readonly tableName: string;
  readonly pk: string;
  readonly sk: string;
}

function keyText({ tableName, pk, sk }: TableKey): string {
  return JSON.stringify([tableName, pk, sk]);
}

function byTable(keys: readonly TableKey[]) {
  const tables: Record<string, { Keys: Record<string, AttributeValue>[]; ConsistentRead: true }> = {};
  for (const { tableName, pk, sk } of keys) {
    tables[tableName] ??= { Keys: [], ConsistentRead: true };
    tables[tableName].Keys.push({ pk: { S: pk }, sk: { S: sk } });
  }
  return tables;
}

function collect(found: Map<string, StoredItem>, tableName: string, items: Record<string, AttributeValue>[]): void {
  for (const item of items) {
    const { pk, sk, ...attributes } = item;
    if (pk?.S === undefined || sk?.S === undefined) throw new StorageFault('expected a string key, got another');
    found.set(keyText({ tableName, pk: pk.S, sk: sk.S }), fromAttributes(attributes));
  }
}

function isConflict(error: unknown): boolean {
  if (error instanceof IdempotentParameterMismatchException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
  return codes.some((code) => code !== 'None') && codes.every((code) => code === 'None' || CONFLICT_REASONS.has(code));
}
