import {
  AthenaClient,
  BatchGetNamedQueryCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  ListNamedQueriesCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { AthenaQueries, QueryFailed } from '../../aws/athena-queries.ts';
import { NoPause } from '../support/deps.ts';

const athena = mockClient(AthenaClient);
let pause: NoPause;
let queries: AthenaQueries;

beforeEach(() => {
  athena.reset();
  pause = new NoPause();
  queries = new AthenaQueries(new AthenaClient({ region: 'eu-west-1' }), 'audit', pause);
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q1' });
});

const state = (State: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED', StateChangeReason?: string) => ({
  QueryExecution: { Status: { State, ...(StateChangeReason !== undefined && { StateChangeReason }) } },
});
const row = (...values: readonly (string | undefined)[]) => ({
  Data: values.map((value) => (value === undefined ? {} : { VarCharValue: value })),
});

describe('AthenaQueries', () => {
  test('waits until the query ends and reads every page after one header row', async () => {
    athena.on(GetQueryExecutionCommand).resolvesOnce(state('RUNNING')).resolves(state('SUCCEEDED'));
    athena.on(GetQueryResultsCommand).resolvesOnce({ ResultSet: { Rows: [row('a', 'b'), row('1')] }, NextToken: 't' });
    athena.on(GetQueryResultsCommand, { NextToken: 't' }).resolves({ ResultSet: { Rows: [row(undefined, '2')] } });
    expect(await queries.run('SELECT', 'db')).toEqual({ columns: ['a', 'b'], rows: [['1'], [undefined, '2']] });
    expect(pause.pauses).toBe(1);
  });

  test('sends parameters as quoted literals', async () => {
    athena.on(GetQueryExecutionCommand).resolves(state('SUCCEEDED'));
    athena.on(GetQueryResultsCommand).resolves({});
    await queries.run('SELECT ?', 'db', ["it's"]);
    expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toEqual({
      QueryString: 'SELECT ?',
      WorkGroup: 'audit',
      QueryExecutionContext: { Database: 'db' },
      ExecutionParameters: ["'it''s'"],
    });
  });

  test.each([
    ['FAILED', 'SYNTAX_ERROR', 'SYNTAX_ERROR'],
    ['CANCELLED', undefined, 'the query ended as CANCELLED'],
  ] as const)('throws when the query ended as %s', async (ended, reason, message) => {
    athena.on(GetQueryExecutionCommand).resolves(state(ended, reason));
    await expect(queries.run('SELECT', 'db')).rejects.toThrow(new QueryFailed(message));
  });

  test('reads all named queries in batches that Athena takes', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `id-${index}`);
    athena.on(ListNamedQueriesCommand).resolvesOnce({ NamedQueryIds: ids.slice(0, 50), NextToken: 't' });
    athena.on(ListNamedQueriesCommand, { NextToken: 't' }).resolves({ NamedQueryIds: ids.slice(50) });
    athena.on(BatchGetNamedQueryCommand).callsFake(({ NamedQueryIds: asked }: { NamedQueryIds: string[] }) => ({
      NamedQueries: asked.map((id) => ({ Name: id, QueryString: 'SELECT', Database: 'db' })),
    }));
    expect((await queries.shipped()).length).toBe(60);
    expect(athena.commandCalls(BatchGetNamedQueryCommand).length).toBe(2);
  });
});
