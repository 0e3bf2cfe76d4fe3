import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbAgentDirectory, DynamoDbPendingActions } from '../../aws/agent-directory.ts';
import { StorageFault } from '../../core/state/entities.ts';

const dynamo = mockClient(DynamoDBClient);
const client = new DynamoDBClient({ region: 'eu-west-1' });
const directory = new DynamoDbAgentDirectory(client, 'registry');
const pending = new DynamoDbPendingActions(client, 'state');

function inputs() {
  return dynamo.commandCalls(QueryCommand).map((call) => call.args[0].input);
}

beforeEach(() => {
  dynamo.reset();
});

describe('agentIds', () => {
  it('asks each of the sixteen partitions consistently and orders what it finds', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });
    dynamo
      .on(QueryCommand, { ExpressionAttributeValues: { ':pk': { S: 'AGENT#f' } } })
      .resolves({ Items: [{ sk: { S: 'b' } }, { sk: { S: 'c' } }] })
      .on(QueryCommand, { ExpressionAttributeValues: { ':pk': { S: 'AGENT#0' } } })
      .resolves({ Items: [{ sk: { S: 'a' } }] });
    expect(await directory.agentIds()).toEqual(['a', 'b', 'c']);
    expect(inputs()).toHaveLength(16);
    expect(inputs().every(({ ConsistentRead, TableName }) => ConsistentRead === true && TableName === 'registry')).toBe(
      true,
    );
  });

  it('reads every page', async () => {
    const lastKey = { pk: { S: 'AGENT#3' }, sk: { S: 'a' } };
    dynamo.on(QueryCommand).resolves({ Items: [] });
    dynamo
      .on(QueryCommand, { ExpressionAttributeValues: { ':pk': { S: 'AGENT#3' } } })
      .resolvesOnce({ Items: [{ sk: { S: 'a' } }], LastEvaluatedKey: lastKey })
      .resolvesOnce({ LastEvaluatedKey: lastKey })
      .resolves({ Items: [{ sk: { S: 'b' } }] });
    expect(await directory.agentIds()).toEqual(['a', 'b']);
    expect(inputs().filter(({ ExclusiveStartKey }) => ExclusiveStartKey !== undefined)).toHaveLength(2);
  });

  it('throws when any partition can’t be read, rather than leave agents out', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });
    dynamo.on(QueryCommand, { ExpressionAttributeValues: { ':pk': { S: 'AGENT#9' } } }).rejects(new Error('throttled'));
    await expect(directory.agentIds()).rejects.toThrow(StorageFault);
  });

  it('throws on a key that is no text', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [{ sk: { N: '1' } }] });
    await expect(directory.agentIds()).rejects.toThrow(StorageFault);
  });
});

describe('pendingActionIds', () => {
  it('asks for the agent’s actions that wait for approval since before the given time', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [{ sk: { S: 'ACTION#act_1' } }, { sk: { S: 'ACTION#act_2' } }] });
    expect(await pending.pendingActionIds('111122223333:teller', 5_000)).toEqual(['act_1', 'act_2']);
    expect(inputs()).toMatchObject([
      {
        TableName: 'state',
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        FilterExpression: '#status = :pending AND createdAtMs < :before',
        ExpressionAttributeValues: {
          ':pk': { S: 'AGENT#111122223333:teller' },
          ':prefix': { S: 'ACTION#' },
          ':pending': { S: 'pending_approval' },
          ':before': { N: '5000' },
        },
      },
    ]);
  });
});
