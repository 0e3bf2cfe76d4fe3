import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbLedgerReader } from '../aws/ledger-reader.ts';
import { agentChain } from '../core/ledger/event.ts';
import type { HostedSandbox } from './hosted-sandbox.ts';
import type { Acknowledged } from './load.ts';

const PAGE_ROWS = 200;

/**
 * Reads every agent's chain from the ledger table and looks for each acknowledged action.
 *
 * @returns how many rows the chains have
 * @throws {Error} when an acknowledged action is missing or is there twice, or a chain has a hole
 */
export async function checkLedger(sandbox: HostedSandbox, acknowledged: readonly Acknowledged[]): Promise<number> {
  const client = new DynamoDBClient({
    endpoint: sandbox.endpointUrl,
    region: sandbox.region,
    credentials: sandbox.root,
  });
  const reader = new DynamoDbLedgerReader(client, sandbox.ledgerTable);
  const rowsOf = new Map<string, number>();
  let rowCount = 0;
  for (const { agentId } of sandbox.agents) {
    for await (const actionId of actionsOf(reader, agentId)) {
      rowsOf.set(actionId, (rowsOf.get(actionId) ?? 0) + 1);
      rowCount += 1;
    }
  }
  client.destroy();
  const wrong = acknowledged.filter(({ actionId }) => rowsOf.get(actionId) !== 1);
  if (wrong.length > 0) throw new Error(`expected every acknowledged action once, got ${wrong.length} otherwise`);
  return rowCount;
}

async function* actionsOf(reader: DynamoDbLedgerReader, agentId: string): AsyncIterable<string> {
  for (let seq = 0; ; ) {
    const rows = await reader.readRows(agentChain(agentId), seq, PAGE_ROWS);
    for (const row of rows) {
      if (row.seq !== seq) throw new Error(`expected row ${seq} of \`${agentId}\`, got ${row.seq}`);
      seq += 1;
      yield String(JSON.parse(new TextDecoder().decode(row.bytes)).data.actionId);
    }
    if (rows.length === 0) return;
  }
}
