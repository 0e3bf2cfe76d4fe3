import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { decodeActionRecord } from '../core/gate/action-record.ts';
import type { HeldAction } from '../core/reconcile/match-actions.ts';
import type { HeldActions } from '../core/reconcile/ports.ts';
import { fromAttributes } from './attribute-values.ts';
import { keyOf } from './keys.ts';
import { queryAll, textOf } from './query-all.ts';

/** An agent's actions that were allowed. Reads the agent's whole partition, so it is for audits, not for requests. */
export class DynamoDbHeldActions implements HeldActions {
  readonly #client: DynamoDBClient;
  readonly #stateTable: string;

  constructor(client: DynamoDBClient, stateTable: string) {
    this.#client = client;
    this.#stateTable = stateTable;
  }

  /**
   * @throws {StorageFault} when the list could not be read whole
   * @throws {CorruptState} when an item is not an action
   */
  async heldActions(agentId: string): Promise<readonly HeldAction[]> {
    const { pk, sk: prefix } = keyOf({ entity: 'action', agentId, actionId: '' });
    const items = await queryAll(this.#client, {
      TableName: this.#stateTable,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      FilterExpression: '#status IN (:allowed, :redeemed, :settled)',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':pk': { S: pk },
        ':prefix': { S: prefix },
        ':allowed': { S: 'allowed' },
        ':redeemed': { S: 'redeemed' },
        ':settled': { S: 'settled' },
      },
    });
    return items.map((item) => {
      const actionId = textOf(item['sk']).slice(prefix.length);
      const { status, ledger } = decodeActionRecord(actionId, fromAttributes(item));
      return { actionId, standing: status === 'settled' ? 'settled' : 'open', seq: ledger.seq, hash: ledger.hash };
    });
  }
}
