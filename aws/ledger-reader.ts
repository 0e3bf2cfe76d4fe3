import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { LedgerReader } from '../core/ledger/archive-ports.ts';
import type { LedgerRow } from '../core/ledger/ledger-row.ts';
import { ledgerRow } from '../core/ledger/ledger-row.ts';
import { StorageFault } from '../core/state/entities.ts';
import { keyOf } from './keys.ts';
import { ledgerItemBytes, ledgerItemDetails } from './ledger-item.ts';

type Item = { readonly [attribute: string]: AttributeValue | undefined };

/** The ledger table, read by strongly consistent queries of one chain at a time. */
export class DynamoDbLedgerReader implements LedgerReader {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async readRows(chain: string, fromSeq: number, limit: number): Promise<readonly LedgerRow[]> {
    const rows: LedgerRow[] = [];
    let startKey: Record<string, AttributeValue> | undefined;
    do {
      const page = await this.#query(chain, fromSeq, limit - rows.length, true, startKey);
      rows.push(...page.items.map(rowFromItem));
      startKey = page.lastKey;
    } while (startKey !== undefined && rows.length < limit);
    return rows;
  }

  /** The newest row of a chain; `undefined` when the chain has none. */
  async lastRow(chain: string): Promise<LedgerRow | undefined> {
    const page = await this.#query(chain, 0, 1, false, undefined);
    return page.items.map(rowFromItem)[0];
  }

  /** One row with the encrypted details beside it; `undefined` when there is no such row. */
  async readDetails(
    chain: string,
    seq: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly details: Uint8Array | undefined } | undefined> {
    const { items } = await this.#query(chain, seq, 1, true, undefined);
    const [item] = items.filter((each) => rowFromItem(each).seq === seq);
    return item === undefined ? undefined : { bytes: rowFromItem(item).bytes, details: ledgerItemDetails(item) };
  }

  async #query(
    chain: string,
    fromSeq: number,
    limit: number,
    ascending: boolean,
    startKey: Record<string, AttributeValue> | undefined,
  ) {
    const { pk, sk } = keyOf({ entity: 'ledgerEvent', chain, seq: fromSeq });
    const request = new QueryCommand({
      TableName: this.#tableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk >= :sk',
      ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: sk } },
      Limit: limit,
      ScanIndexForward: ascending,
      ...(startKey !== undefined && { ExclusiveStartKey: startKey }),
    });
    try {
      const reply = await this.#client.send(request);
      return { items: reply.Items ?? [], lastKey: reply.LastEvaluatedKey };
    } catch (error) {
      throw new StorageFault('the ledger could not be read', { cause: error });
    }
  }
}

/**
 * Reads a row from a ledger item, whether a query or the table's stream gave it.
 *
 * @throws {CorruptState} when the item's key and bytes do not belong together
 */
export function rowFromItem(item: Item): LedgerRow {
  return ledgerRow(item['pk']?.S ?? '', Number(item['sk']?.S), ledgerItemBytes(item));
}
