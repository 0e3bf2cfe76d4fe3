import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { toAttributes } from '../../aws/attribute-values.ts';
import { DynamoDbOpenRequests } from '../../aws/open-requests.ts';
import type { ApprovalRequest } from '../../core/approval/request.ts';
import { encodeRequest } from '../../core/approval/request.ts';
import { StorageFault } from '../../core/state/entities.ts';
import { TEST_NOW_MS } from '../support/deps.ts';

const dynamo = mockClient(DynamoDBClient);
const index = new DynamoDbOpenRequests(new DynamoDBClient({ region: 'eu-west-1' }), 'state-table');
const request: ApprovalRequest = {
  actionId: 'act_1',
  agentId: '1:a',
  agentName: 'Payments',
  status: 'open',
  type: 'payment.send',
  tier: 2,
  resource: 'account/1',
  sessionId: 's-1',
  paramsJson: '{}',
  confidential: [],
  digest: 'd'.repeat(64),
  rules: [],
  approvals: 1,
  managers: 0,
  createdAtMs: TEST_NOW_MS,
  expiresAtMs: TEST_NOW_MS + 1_000,
  linkKey: new Uint8Array(32),
};

beforeEach(() => dynamo.reset());

describe('DynamoDbOpenRequests', () => {
  it('reads the open partition of the index, oldest first', async () => {
    const item = { pk: { S: 'REQUEST#act_1' }, sk: { S: 'REQUEST' }, ...toAttributes(encodeRequest(request)) };
    dynamo.on(QueryCommand).resolves({ Items: [item] });
    expect(await index.open(5)).toEqual([request]);
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input).toEqual({
      TableName: 'state-table',
      IndexName: 'open-requests',
      KeyConditionExpression: 'openPk = :open',
      ExpressionAttributeValues: { ':open': { S: 'OPEN' } },
      Limit: 5,
    });
  });

  it('is empty when none is open, and throws when the table cannot answer', async () => {
    dynamo.on(QueryCommand).resolvesOnce({}).rejects(new Error('unreachable'));
    expect(await index.open(5)).toEqual([]);
    await expect(index.open(5)).rejects.toThrow(StorageFault);
  });
});
