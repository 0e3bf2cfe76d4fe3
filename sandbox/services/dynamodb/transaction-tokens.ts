import { hash } from 'node:crypto';
import type { Clock } from '../../../core/ports.ts';
import { AwsError, type AwsReply } from '../../contract.ts';
import { jsonReply } from '../../front/protocol.ts';
import { isRawObject, listOf, objectOrEmpty, type RawObject } from '../../template/raw-template.ts';
import { type DatabaseClient, errorOf } from './database-client.ts';

/**
 * `ClientRequestToken` for ten minutes, restarts included. The database keeps tokens in memory only; here the token is
 * an item of the same transaction, so that the writes and the fact that they were made become durable together. The
 * database takes 100 items, so a transaction of exactly 100 keeps its token in memory.
 */
export interface TransactionTokens {
  /** Sends a `TransactWriteItems`; a repetition of one that took effect is answered without writing. */
  send(input: RawObject): Promise<AwsReply>;
  /** Removes tokens that have lapsed. */
  sweep(): Promise<void>;
}

/** The table of tokens; no table of a template can have the name, which is not reachable through the service. */
export const tokenTableName = 'sandbox.transaction-tokens';

const tokenLifetimeMs = 10 * 60 * 1_000;
const largestTransaction = 100;

/** What creates the table of tokens. */
export const tokenTableInput: RawObject = {
  TableName: tokenTableName,
  KeySchema: [{ AttributeName: 'token', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'token', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
};

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (!isRawObject(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}

function tokenItem(token: string, digest: string, nowMs: number): RawObject {
  return {
    Put: {
      TableName: tokenTableName,
      Item: { token: { S: token }, digest: { S: digest }, atMs: { N: String(nowMs) } },
      ConditionExpression: 'attribute_not_exists(#t) OR atMs < :lapsed',
      ExpressionAttributeNames: { '#t': 'token' },
      ExpressionAttributeValues: { ':lapsed': { N: String(nowMs - tokenLifetimeMs) } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

function storedDigest(reason: unknown): string | undefined {
  const item = objectOrEmpty(objectOrEmpty(reason)['Item']);
  const digest = objectOrEmpty(item['digest'])['S'];
  return typeof digest === 'string' ? digest : undefined;
}

function withoutTokenReason(error: AwsError): AwsError {
  const reasons = listOf(error.members['CancellationReasons']).slice(0, -1);
  const codes = reasons.map((reason) => String(objectOrEmpty(reason)['Code']));
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`;
  return new AwsError(error.code, error.status, message, { Message: message, CancellationReasons: reasons });
}

function tokenMismatch(): AwsError {
  const message = 'The request uses the same client token as a previous, but non-identical request.';
  return new AwsError('IdempotentParameterMismatchException', 400, message, { Message: message });
}

async function sendPlain(database: DatabaseClient, input: RawObject): Promise<AwsReply> {
  return jsonReply('dynamodb', await database.ask('TransactWriteItems', input));
}

/** Tokens kept in `database`. */
export function createTransactionTokens(database: DatabaseClient, clock: Clock): TransactionTokens {
  const sendWithToken = async (input: RawObject, token: string): Promise<AwsReply> => {
    const { ClientRequestToken: _token, ReturnConsumedCapacity: _capacity, ...content } = input;
    const digest = hash('sha256', JSON.stringify(sorted(content)), 'hex');
    const items = [...listOf(input['TransactItems']), tokenItem(token, digest, clock.nowMs())];
    const { ClientRequestToken: _own, ...request } = input;
    const reply = await database.send('TransactWriteItems', JSON.stringify({ ...request, TransactItems: items }));
    if (reply.status === 200) {
      return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: reply.body };
    }
    const error = errorOf(reply);
    if (error.code !== 'TransactionCanceledException') {
      throw error;
    }
    const digestBefore = storedDigest(listOf(error.members['CancellationReasons']).at(-1));
    if (digestBefore === undefined) {
      throw withoutTokenReason(error);
    }
    if (digestBefore !== digest) {
      throw tokenMismatch();
    }
    return jsonReply('dynamodb', {});
  };

  return {
    send: (input) => {
      const token = input['ClientRequestToken'];
      const roomForToken = listOf(input['TransactItems']).length < largestTransaction;
      return typeof token === 'string' && roomForToken ? sendWithToken(input, token) : sendPlain(database, input);
    },
    sweep: async () => {
      const lapsed = {
        TableName: tokenTableName,
        FilterExpression: 'atMs < :lapsed',
        ExpressionAttributeValues: { ':lapsed': { N: String(clock.nowMs() - tokenLifetimeMs) } },
      };
      let from: unknown;
      do {
        const page = await database.ask('Scan', { ...lapsed, ...(from !== undefined && { ExclusiveStartKey: from }) });
        for (const item of listOf(page['Items'])) {
          await database.ask('DeleteItem', { TableName: tokenTableName, Key: { token: objectOrEmpty(item)['token'] } });
        }
        from = page['LastEvaluatedKey'];
      } while (from !== undefined);
    },
  };
}
