import { join } from 'node:path';
import { type AwsCall, AwsError, type AwsReply, type AwsService, type SandboxContext } from '../../contract.ts';
import { jsonInput } from '../../front/protocol.ts';
import type { RawObject } from '../../template/raw-template.ts';
import { type AccessRequest, accessRequests, tableNameOf } from './access-requests.ts';
import { createTable } from './create-tables.ts';
import { openDatabaseClient } from './database-client.ts';
import { describeReply } from './describe-table.ts';
import { startDatabase } from './dynoxide-process.ts';
import { createFaultPlan, type PlannedFault } from './fault-injection.ts';
import { createStreamReader, type StreamBatch } from './stream-reader.ts';
import { defineTables } from './table-definition.ts';
import { createTransactionTokens, tokenTableInput, tokenTableName } from './transaction-tokens.ts';
import { repeatEveryMinute, sweepTable } from './ttl-sweep.ts';

/**
 * DynamoDB in front of a local database. Kept: items, queries, batches, transactions with their reasons, conditions,
 * indexes, IAM on every item with `dynamodb:LeadingKeys`, `Attributes` and `EnclosingOperation`, request tokens across
 * restarts, time to live, streams, the need for the key of a table with a customer-managed key. Not kept: PartiQL,
 * capacity and throttling, backups, replicas, changing tables by API; streams keep everything and have one shard.
 */
export interface DynamoDbService extends AwsService {
  /** Records of a table's stream after `fromCheckpoint`, at most `limit` (100 where absent). */
  readStream(tableName: string, fromCheckpoint: string | undefined, limit?: number): Promise<StreamBatch>;
  /** Calls `listener` after a write to the table; returns a function that ends it. For readers that would poll. */
  onWrite(tableName: string, listener: () => void): () => void;
  /** Makes the next calls of an operation fail. */
  failNext(fault: PlannedFault): void;
  /** Puts or deletes an item past the API and its policies, as someone with access to the disks could. */
  tamper(operation: 'PutItem' | 'DeleteItem', input: object): Promise<void>;
  /** Deletes what has outlived its time; runs each minute of the sandbox's clock by itself. Returns how many. */
  sweepExpired(): Promise<number>;
  close(): Promise<void>;
}

/** Settings of the service. */
export interface DynamoDbOptions {
  /** Address of another DynamoDB-compatible database, for example DynamoDB Local; the bundled one where absent. */
  readonly databaseUrl?: string;
  /** Called with faults outside of calls. */
  readonly onFault: (error: unknown) => void;
}

const writes: ReadonlySet<string> = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
]);
const forwarded: ReadonlySet<string> = new Set([
  ...writes,
  'GetItem',
  'Query',
  'Scan',
  'BatchGetItem',
  'TransactGetItems',
]);

function authorizeAll(context: SandboxContext, call: AwsCall, accesses: readonly AccessRequest[]): void {
  for (const access of accesses) {
    context.authorizer.authorize(call.caller, access.action, access.resourceArn, access.context);
    if (access.table?.kmsKeyArn !== undefined) {
      context.authorizer.authorize(call.caller, 'kms:Decrypt', access.table.kmsKeyArn, {
        'kms:ViaService': `dynamodb.${context.assembly.region}.amazonaws.com`,
        'kms:CallerAccount': context.assembly.accountId,
        'kms:EncryptionContext:aws:dynamodb:tableName': access.table.name,
        'kms:EncryptionContext:aws:dynamodb:subscriberId': context.assembly.accountId,
      });
    }
  }
}

function refuseUnknownTables(accesses: readonly AccessRequest[]): void {
  if (accesses.length === 0 || accesses.some((access) => access.table === undefined)) {
    throw new AwsError('ResourceNotFoundException', 400, 'Requested resource not found');
  }
}

function createNotifier(): { notify(name: string): void; onWrite: DynamoDbService['onWrite'] } {
  const listeners = new Map<string, Set<() => void>>();
  return {
    notify: (name) => {
      for (const listener of listeners.get(name) ?? []) {
        listener();
      }
    },
    onWrite: (name, listener) => {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => set.delete(listener);
    },
  };
}

/** Starts the database and creates the tables of the templates. Listens to nobody but the front. */
export async function openDynamoDb(context: SandboxContext, options: DynamoDbOptions): Promise<DynamoDbService> {
  const { assembly, clock } = context;
  const tables = defineTables(assembly);
  const directory = { tables, tableArnPrefix: `arn:aws:dynamodb:${assembly.region}:${assembly.accountId}:table/` };
  const process =
    options.databaseUrl === undefined
      ? await startDatabase(join(context.stateDir, 'dynamodb'), options.onFault)
      : { url: options.databaseUrl, close: async () => undefined };
  const database = openDatabaseClient(process.url);
  const tokens = createTransactionTokens(database, clock);
  const streams = createStreamReader(database);
  const faults = createFaultPlan();
  const { notify, onWrite } = createNotifier();
  const tokenTable = { name: tokenTableName, createInput: tokenTableInput, indexes: [] };
  for (const table of [...tables.values(), tokenTable]) {
    await createTable(database, table);
  }

  const forward = async (call: AwsCall, input: RawObject): Promise<AwsReply> => {
    if (call.operation === 'TransactWriteItems') {
      return tokens.send(input);
    }
    const { status, body } = await database.send(call.operation, call.body);
    return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body };
  };

  const handle = async (call: AwsCall): Promise<AwsReply> => {
    const input = jsonInput(call.body);
    const accesses = accessRequests(directory, call.operation, input);
    authorizeAll(context, call, accesses);
    const described = describeReply(call.operation, tables.get(tableNameOf(input['TableName'])), tables);
    if (described !== undefined) {
      return described;
    }
    if (!forwarded.has(call.operation)) {
      const message = `the sandbox does not emulate \`${call.operation}\``;
      throw new AwsError('UnknownOperationException', 400, message);
    }
    refuseUnknownTables(accesses);
    const reply = await faults.run(call.operation, input, () => forward(call, input));
    if (reply.status === 200 && writes.has(call.operation)) {
      for (const name of new Set(accesses.map((access) => access.table?.name ?? ''))) {
        notify(name);
      }
    }
    return reply;
  };

  const sweepExpired = async (): Promise<number> => {
    await tokens.sweep();
    let deleted = 0;
    for (const table of tables.values()) {
      const count = await sweepTable(database, table, clock);
      deleted += count;
      if (count > 0) {
        notify(table.name);
      }
    }
    return deleted;
  };
  const sweeper = repeatEveryMinute(clock, async () => {
    await sweepExpired().catch(options.onFault);
  });

  return {
    service: 'dynamodb',
    handle,
    onWrite,
    failNext: faults.failNext,
    tamper: async (operation, input) => {
      await database.ask(operation, input);
    },
    sweepExpired,
    readStream: (tableName, fromCheckpoint, limit = 100) => {
      const table = tables.get(tableName);
      if (table === undefined) {
        throw new Error(`expected a table of the templates, got \`${tableName}\``);
      }
      return streams.read(table, fromCheckpoint, limit);
    },
    close: async () => {
      await sweeper.stop();
      database.close();
      await process.close();
    },
  };
}
