import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { OpenRequestIndex } from '../core/approval/open-index.ts';
import type { ApprovalRequest } from '../core/approval/request.ts';
import { decodeRequest, OPEN_PARTITION } from '../core/approval/request.ts';
import { StorageFault } from '../core/state/entities.ts';
import { fromAttributes } from './attribute-values.ts';

/** Name of the sparse index, with `openPk` and `openSk` as its keys and all attributes projected. */
export const OPEN_REQUESTS_INDEX = 'open-requests';

/** The open requests from the state table's sparse index, oldest first. */
export class DynamoDbOpenRequests implements OpenRequestIndex {
  readonly #client: DynamoDBClient;
  readonly #stateTable: string;

  constructor(client: DynamoDBClient, stateTable: string) {
    this.#client = client;
    this.#stateTable = stateTable;
  }

  async open(limit: number): Promise<readonly ApprovalRequest[]> {
    const query = new QueryCommand({
      TableName: this.#stateTable,
      IndexName: OPEN_REQUESTS_INDEX,
      KeyConditionExpression: 'openPk = :open',
      ExpressionAttributeValues: { ':open': { S: OPEN_PARTITION } },
      Limit: limit,
    });
    try {
      const { Items } = await this.#client.send(query);
      return (Items ?? []).map(({ pk: _pk, sk: _sk, ...attributes }) => decodeRequest(fromAttributes(attributes)));
    } catch (error) {
      throw new StorageFault('the open requests could not be listed', { cause: error });
    }
  }
}
