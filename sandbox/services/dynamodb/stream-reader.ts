import { isRawObject, listOf, objectOrEmpty, type RawObject } from '../../template/raw-template.ts';
import type { DatabaseClient } from './database-client.ts';
import type { TableDefinition } from './table-definition.ts';

/** Records of a table's stream from a place on. */
export interface StreamBatch {
  /** Records as a Lambda function receives them. */
  readonly records: readonly RawObject[];
  /** Where the next read continues; the same as before when there was nothing. */
  readonly checkpoint: string | undefined;
}

/** Reads a table's stream: one shard, in commit order, nothing trimmed. */
export interface StreamReader {
  /** @param fromCheckpoint `undefined` for the beginning (`TRIM_HORIZON`) */
  read(table: TableDefinition, fromCheckpoint: string | undefined, limit: number): Promise<StreamBatch>;
}

interface Shard {
  readonly StreamArn: unknown;
  readonly ShardId: unknown;
}

async function findShard(database: DatabaseClient, table: TableDefinition): Promise<Shard | undefined> {
  const streams = await database.ask('ListStreams', { TableName: table.name }, 'Streams');
  const StreamArn = objectOrEmpty(listOf(streams['Streams'])[0])['StreamArn'];
  if (StreamArn === undefined) {
    return undefined;
  }
  const description = objectOrEmpty(
    (await database.ask('DescribeStream', { StreamArn }, 'Streams'))['StreamDescription'],
  );
  const ShardId = objectOrEmpty(listOf(description['Shards'])[0])['ShardId'];
  return ShardId === undefined ? undefined : { StreamArn, ShardId };
}

function asLambdaRecord(record: RawObject, table: TableDefinition): RawObject {
  return { ...record, awsRegion: table.arn.split(':')[3], eventSourceARN: table.streamArn };
}

/** Makes a reader; callers keep the checkpoints, so a record may be read again after a crash. */
export function createStreamReader(database: DatabaseClient): StreamReader {
  const shards = new Map<string, Shard>();

  const shardOf = async (table: TableDefinition): Promise<Shard | undefined> => {
    const known = shards.get(table.name) ?? (await findShard(database, table));
    if (known !== undefined) {
      shards.set(table.name, known);
    }
    return known;
  };

  return {
    read: async (table, fromCheckpoint, limit) => {
      if (table.streamArn === undefined) {
        throw new Error(`the table \`${table.name}\` has no stream`);
      }
      const shard = await shardOf(table);
      if (shard === undefined) {
        return { records: [], checkpoint: fromCheckpoint };
      }
      const place =
        fromCheckpoint === undefined
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: fromCheckpoint };
      const iterator = await database.ask('GetShardIterator', { ...shard, ...place }, 'Streams');
      const page = await database.ask(
        'GetRecords',
        { ShardIterator: iterator['ShardIterator'], Limit: limit },
        'Streams',
      );
      const records = listOf(page['Records']).filter(isRawObject);
      const last = objectOrEmpty(objectOrEmpty(records.at(-1))['dynamodb'])['SequenceNumber'];
      return {
        records: records.map((record) => asLambdaRecord(record, table)),
        checkpoint: typeof last === 'string' ? last : fromCheckpoint,
      };
    },
  };
}
