import type { AttributeValue, DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { StorageFault } from '../core/state/entities.ts';

type Item = Record<string, AttributeValue>;

/**
 * Every item of a query, page after page, strongly consistent.
 *
 * @throws {StorageFault} when it could not be read whole
 */
export async function queryAll(client: DynamoDBClient, query: QueryCommandInput): Promise<Item[]> {
  const items: Item[] = [];
  let lastKey: Item | undefined;
  do {
    const page: QueryCommandInput = { ...query, ConsistentRead: true, ...(lastKey && { ExclusiveStartKey: lastKey }) };
    try {
      const { Items, LastEvaluatedKey } = await client.send(new QueryCommand(page));
      items.push(...(Items ?? []));
      lastKey = LastEvaluatedKey;
    } catch (error) {
      throw new StorageFault('a partition could not be listed', { cause: error });
    }
  } while (lastKey !== undefined);
  return items;
}

/** A string key attribute. @throws {StorageFault} when it is none */
export function textOf(value: AttributeValue | undefined): string {
  if (value?.S !== undefined) return value.S;
  throw new StorageFault('expected a string key, got another');
}
