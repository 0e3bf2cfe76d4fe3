import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AgentDirectory } from '../core/risk/agent-directory.ts';
import { keyOf, REGISTRATION_SHARDS, registrationPartition } from './keys.ts';
import { queryAll, textOf } from './query-all.ts';

/** Partitions queried at the same time. */
const PARALLEL = 4;

/** The registered agents, by one strongly consistent query for each registration partition. */
export class DynamoDbAgentDirectory implements AgentDirectory {
  readonly #client: DynamoDBClient;
  readonly #registryTable: string;

  constructor(client: DynamoDBClient, registryTable: string) {
    this.#client = client;
    this.#registryTable = registryTable;
  }

  async agentIds(): Promise<readonly string[]> {
    const shards = [...REGISTRATION_SHARDS];
    const found: string[] = [];
    const work = async () => {
      for (let shard = shards.pop(); shard !== undefined; shard = shards.pop()) {
        found.push(...(await this.#idsOf(shard)));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    return found.sort();
  }

  async #idsOf(shard: string): Promise<string[]> {
    const items = await queryAll(this.#client, {
      TableName: this.#registryTable,
      KeyConditionExpression: 'pk = :pk',
      ProjectionExpression: 'sk',
      ExpressionAttributeValues: { ':pk': { S: registrationPartition(shard) } },
    });
    return items.map(({ sk }) => textOf(sk));
  }
}

/** An agent's actions that wait for approval, among all it ever asked for. */
export class DynamoDbPendingActions {
  readonly #client: DynamoDBClient;
  readonly #stateTable: string;

  constructor(client: DynamoDBClient, stateTable: string) {
    this.#client = client;
    this.#stateTable = stateTable;
  }

  /**
   * Reads the agent's whole partition, so it is for repairs, not for requests.
   *
   * @param createdBeforeMs epoch milliseconds; younger actions are left out
   * @throws {StorageFault} when the list could not be read whole
   */
  async pendingActionIds(agentId: string, createdBeforeMs: number): Promise<readonly string[]> {
    const { pk, sk: prefix } = keyOf({ entity: 'action', agentId, actionId: '' });
    const items = await queryAll(this.#client, {
      TableName: this.#stateTable,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      FilterExpression: '#status = :pending AND createdAtMs < :before',
      ProjectionExpression: 'sk',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':pk': { S: pk },
        ':prefix': { S: prefix },
        ':pending': { S: 'pending_approval' },
        ':before': { N: String(createdBeforeMs) },
      },
    });
    return items.map(({ sk }) => textOf(sk).slice(prefix.length));
  }
}
