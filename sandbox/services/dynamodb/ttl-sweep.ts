import type { Clock } from '../../../core/ports.ts';
import { AwsError, type MovableClock } from '../../contract.ts';
import { listOf, objectOrEmpty } from '../../template/raw-template.ts';
import type { DatabaseClient } from './database-client.ts';
import type { TableDefinition } from './table-definition.ts';

const sweepEveryMs = 60_000;

/**
 * Deletes items whose time to live has passed. AWS does it within days and marks the stream record with the service's
 * identity; here it happens within a minute and the record carries no identity. Items five years past are swept too.
 *
 * @returns how many items were deleted
 */
export async function sweepTable(database: DatabaseClient, table: TableDefinition, clock: Clock): Promise<number> {
  if (table.ttlAttribute === undefined) {
    return 0;
  }
  const expired = {
    ExpressionAttributeNames: { '#ttl': table.ttlAttribute },
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(clock.nowMs() / 1_000)) }, ':number': { S: 'N' } },
  };
  const condition = 'attribute_type(#ttl, :number) AND #ttl < :now';
  let deleted = 0;
  let from: unknown;
  do {
    const start = from === undefined ? {} : { ExclusiveStartKey: from };
    const page = await database.ask('Scan', {
      TableName: table.name,
      FilterExpression: condition,
      ...expired,
      ...start,
    });
    for (const item of listOf(page['Items']).map(objectOrEmpty)) {
      const Key = Object.fromEntries(table.keyNames.map((name) => [name, item[name]]));
      deleted += await deleteUnlessRenewed(database, {
        TableName: table.name,
        Key,
        ConditionExpression: condition,
        ...expired,
      });
    }
    from = page['LastEvaluatedKey'];
  } while (from !== undefined);
  return deleted;
}

async function deleteUnlessRenewed(database: DatabaseClient, request: object): Promise<number> {
  try {
    await database.ask('DeleteItem', request);
    return 1;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ConditionalCheckFailedException') {
      return 0;
    }
    throw error;
  }
}

/** Runs `work` each minute of `clock`, one run at a time; `stop` waits for a run under way. */
export function repeatEveryMinute(clock: MovableClock, work: () => Promise<void>): { stop(): Promise<void> } {
  let running = Promise.resolve();
  let cancel = (): void => undefined;
  const plan = (): void => {
    cancel = clock.at(clock.nowMs() + sweepEveryMs, () => {
      running = running.then(work);
      plan();
    });
  };
  plan();
  return {
    stop: async () => {
      cancel();
      await running;
    },
  };
}
