import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { SequencedRanges } from '../core/ledger/log/ports.ts';
import type { SequencedRange } from '../core/ledger/log/sequence-state.ts';
import { decodeRange } from '../core/ledger/log/sequence-state.ts';
import { StorageFault } from '../core/state/entities.ts';
import { fromAttributes } from './attribute-values.ts';
import { keyOf } from './keys.ts';

/** What is sequenced of each chain, read from the state table. */
export class DynamoDbSequencedRanges implements SequencedRanges {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  lastRange(chain: string): Promise<SequencedRange | undefined> {
    return this.rangeAt(chain, Number.MAX_SAFE_INTEGER);
  }

  /**
   * The last range that begins at `seq` or before it: the one that holds the row, once it is sequenced.
   *
   * @throws {StorageFault} when the table could not answer
   */
  async rangeAt(chain: string, seq: number): Promise<SequencedRange | undefined> {
    const { pk, sk } = keyOf({ entity: 'sequencedRange', chain, firstSeq: seq });
    const request = new QueryCommand({
      TableName: this.#tableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk <= :sk',
      ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: sk } },
      ScanIndexForward: false,
      Limit: 1,
    });
    const [item] = await this.#items(request);
    if (item === undefined) return undefined;
    return decodeRange(chain, Number(item['sk']?.S), fromAttributes(item));
  }

  async #items(request: QueryCommand) {
    try {
      return (await this.#client.send(request)).Items ?? [];
    } catch (error) {
      throw new StorageFault('the sequenced ranges could not be read', { cause: error });
    }
  }
}
