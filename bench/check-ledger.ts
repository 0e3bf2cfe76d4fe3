import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbLedgerReader } from '../aws/ledger-reader.ts';
import { agentChain } from '../core/ledger/event.ts';
import type { HostedSandbox } from './hosted-sandbox.ts';
import type { Acknowledged } from './load.ts';
import { median } from './statistics.ts';
import { putBytes } from './write-units.ts';

/** Sizes of the run's rows as the ledger table stores them, bytes. */
export interface LedgerRowSizes {
  readonly medianBytes: number;
  readonly largestBytes: number;
}

const PAGE_ROWS = 200;

/**
 * Reads every agent's chain from the ledger table and looks for each acknowledged action.
 *
 * @throws {Error} when an acknowledged action is missing or is there twice, or a chain has a hole
 */
export async function checkLedger(
  sandbox: HostedSandbox,
  acknowledged: readonly Acknowledged[],
): Promise<LedgerRowSizes> {
  const client = new DynamoDBClient({
    endpoint: sandbox.endpointUrl,
    region: sandbox.region,
    credentials: sandbox.root,
  });
  const reader = new DynamoDbLedgerReader(client, sandbox.ledgerTable);
  const rowsOf = new Map<string, number>();
  const sizes: number[] = [];
  for (const { agentId } of sandbox.agents) {
    for await (const { actionId, bytes } of rowsOfChain(reader, agentChain(agentId))) {
      rowsOf.set(actionId, (rowsOf.get(actionId) ?? 0) + 1);
      sizes.push(bytes);
    }
  }
  client.destroy();
  const wrong = acknowledged.filter(({ actionId }) => rowsOf.get(actionId) !== 1);
  if (wrong.length > 0) throw new Error(`expected every acknowledged action once, got ${wrong.length} otherwise`);
  return { medianBytes: median(sizes), largestBytes: Math.max(...sizes) };
}

async function* rowsOfChain(reader: DynamoDbLedgerReader, chain: string) {
  for (let seq = 0; ; ) {
    const rows = await reader.readRows(chain, seq, PAGE_ROWS);
    for (const row of rows) {
      if (row.seq !== seq) throw new Error(`expected row ${seq} of \`${chain}\`, got ${row.seq}`);
      const item = { bytes: row.bytes };
      const bytes = putBytes({ op: 'put', ref: { entity: 'ledgerEvent', chain, seq }, item, when: [] });
      yield { actionId: String(JSON.parse(new TextDecoder().decode(row.bytes)).data.actionId), bytes };
      seq += 1;
    }
    if (rows.length === 0) return;
  }
}
