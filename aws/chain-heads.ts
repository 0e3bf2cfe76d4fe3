import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { LogHead, LogHeads } from '../core/ledger/log-verify/log-heads.ts';
import { chainHeadRef } from '../core/state/chain-head.ts';
import { StorageFault } from '../core/state/entities.ts';
import { asNumber, asText } from '../core/state/stored.ts';
import { fromAttributes } from './attribute-values.ts';
import { keyOf } from './keys.ts';

/** Heads that are read side by side. */
const AT_ONCE = 16;

/**
 * The heads of chains as the state table has them, of each only where the chain stands: an auditor may read no more.
 * Chains that have no head, or no event yet, are left out.
 *
 * @throws {StorageFault} when the table could not answer
 */
export async function readChainHeads(
  client: DynamoDBClient,
  tableName: string,
  chains: Iterable<string>,
): Promise<LogHeads> {
  const names = [...new Set(chains)].sort();
  const heads = new Map<string, LogHead>();
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE);
    const found = await Promise.all(some.map((chain) => readHead(client, tableName, chain)));
    for (const [index, head] of found.entries()) if (head !== undefined) heads.set(some[index] ?? '', head);
  }
  return heads;
}

async function readHead(client: DynamoDBClient, tableName: string, chain: string): Promise<LogHead | undefined> {
  const ref = chainHeadRef(chain);
  if (ref === undefined) return undefined;
  const { pk, sk } = keyOf(ref);
  const request = new GetItemCommand({
    TableName: tableName,
    Key: { pk: { S: pk }, sk: { S: sk } },
    ConsistentRead: true,
    ProjectionExpression: '#seq, #hash, #time',
    ExpressionAttributeNames: { '#seq': 'seq', '#hash': 'hash', '#time': 'time' },
  });
  const reply = await client.send(request).catch((cause: unknown) => {
    throw new StorageFault(`the head of \`${chain}\` could not be read`, { cause });
  });
  const item = reply.Item === undefined ? undefined : fromAttributes(reply.Item);
  const nextSeq = item === undefined ? 0 : asNumber(item['seq'], 'seq');
  if (item === undefined || nextSeq === 0) return undefined;
  return { seq: nextSeq - 1, hash: asText(item['hash'], 'hash'), timeMs: asNumber(item['time'], 'time') };
}
