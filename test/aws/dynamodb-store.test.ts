import {
  BatchGetItemCommand,
  DynamoDBClient,
  IdempotentParameterMismatchException,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbStore } from '../../aws/dynamodb-store.ts';
import type { EntityRef, Write } from '../../core/state/entities.ts';
import { StorageFault } from '../../core/state/entities.ts';

const client = mockClient(DynamoDBClient);
const store = new DynamoDbStore(new DynamoDBClient({ region: 'eu-west-1' }), {
  state: 'State',
  registry: 'Registry',
  ledger: 'Ledger',
});
const HEAD: EntityRef = { entity: 'agentHead', agentId: 'a' };
const UNIT: EntityRef = { entity: 'unit', unitId: 'retail' };
const CHECK: Write = { op: 'check', ref: HEAD, when: [{ if: 'present' }] };

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

beforeEach(() => client.reset());

describe('DynamoDbStore.read', () => {
  it('asks once, strongly consistent, over all tables when items of several are wanted', async () => {
    client.on(BatchGetItemCommand).resolves({
      Responses: { State: [{ pk: { S: 'AGENT#a' }, sk: { S: 'HEAD' }, version: { N: '7' } }] },
    });
    expect(await store.read([UNIT, HEAD])).toEqual([undefined, { version: 7 }]);
    const calls = client.commandCalls(BatchGetItemCommand);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.args[0].input.RequestItems).toEqual({
      Registry: { Keys: [{ pk: { S: 'UNIT' }, sk: { S: 'retail' } }], ConsistentRead: true },
      State: { Keys: [{ pk: { S: 'AGENT#a' }, sk: { S: 'HEAD' } }], ConsistentRead: true },
    });
  });

  it('asks again for what was left over when keys come back unprocessed', async () => {
    const Keys = [{ pk: { S: 'AGENT#a' }, sk: { S: 'HEAD' } }];
    client
      .on(BatchGetItemCommand)
      .resolvesOnce({ Responses: {}, UnprocessedKeys: { State: { Keys } } })
      .resolvesOnce({ Responses: { State: [{ ...Keys[0], version: { N: '1' } }] } });
    expect(await store.read([HEAD])).toEqual([{ version: 1 }]);
  });

  it('throws a storage fault when keys stay unprocessed', async () => {
    const Keys = [{ pk: { S: 'AGENT#a' }, sk: { S: 'HEAD' } }];
    client.on(BatchGetItemCommand).resolves({ UnprocessedKeys: { State: { Keys } } });
    await expect(store.read([HEAD])).rejects.toBeInstanceOf(StorageFault);
  });

  it('throws a storage fault when the call fails', async () => {
    client.on(BatchGetItemCommand).rejects(new Error('socket hang up'));
    await expect(store.read([HEAD])).rejects.toBeInstanceOf(StorageFault);
  });

  it('reads an entity once when it is wanted twice', async () => {
    client.on(BatchGetItemCommand).resolves({ Responses: {} });
    expect(await store.read([HEAD, HEAD])).toEqual([undefined, undefined]);
    expect(client.commandCalls(BatchGetItemCommand)[0]?.args[0].input.RequestItems?.['State']?.Keys).toHaveLength(1);
  });
});

describe('DynamoDbStore.commit', () => {
  it('renders every kind of write and condition when committing', async () => {
    client.on(TransactWriteItemsCommand).resolves({});
    const writes: Write[] = [
      { op: 'put', ref: HEAD, item: { version: 2 }, when: [{ if: 'equals', attribute: 'version', value: 1 }] },
      {
        op: 'update',
        ref: { entity: 'unitBudget', unitId: 'retail', month: '2026-11' },
        set: { alerted: true },
        add: { committedMicroUsd: 5n },
        when: [
          { if: 'absentOrAtMost', attribute: 'committedMicroUsd', value: 95n },
          { if: 'attributeAbsent', attribute: 'alerted' },
        ],
      },
      { op: 'check', ref: { entity: 'stopAll' }, when: [{ if: 'absent' }] },
      { op: 'delete', ref: { entity: 'approvalSlot', actionId: 'act_1', slot: 1 }, when: [] },
    ];
    expect(await store.commit(writes, 'token')).toEqual({ committed: true });
    const input = client.commandCalls(TransactWriteItemsCommand)[0]?.args[0].input;
    expect(input?.ClientRequestToken).toBe('token');
    expect(input?.TransactItems).toMatchSnapshot();
  });

  it.each([[['ConditionalCheckFailed', 'None']], [['None', 'TransactionConflict']]])(
    'answers that it lost when the transaction is cancelled for %j',
    async (codes) => {
      client.on(TransactWriteItemsCommand).rejects(cancelled(...codes));
      expect(await store.commit([CHECK], 't')).toEqual({ committed: false });
    },
  );

  it.each([[['ValidationError']], [['ThrottlingError', 'ConditionalCheckFailed']], [['None']]])(
    'throws a storage fault when the transaction is cancelled for %j',
    async (codes) => {
      client.on(TransactWriteItemsCommand).rejects(cancelled(...codes));
      await expect(store.commit([CHECK], 't')).rejects.toBeInstanceOf(StorageFault);
    },
  );

  it('answers that it lost when the token was used for another transaction', async () => {
    client
      .on(TransactWriteItemsCommand)
      .rejects(new IdempotentParameterMismatchException({ message: 'mismatch', $metadata: {} }));
    expect(await store.commit([CHECK], 't')).toEqual({ committed: false });
  });

  it('throws a storage fault when the outcome is unknown', async () => {
    client.on(TransactWriteItemsCommand).rejects(new Error('timeout'));
    await expect(store.commit([CHECK], 't')).rejects.toBeInstanceOf(StorageFault);
  });
});
