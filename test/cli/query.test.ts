import { writeFile } from 'node:fs/promises';
import { deflateRawSync } from 'node:zlib';
import {
  AthenaClient,
  BatchGetNamedQueryCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  ListNamedQueriesCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AUDIT_DATABASE, AUDIT_WORKGROUP, AUDITOR_ROLE } from '../../cli/audit/audit-target.ts';
import { queryCommand } from '../../cli/query.ts';
import { formatHeads } from '../../core/ledger/heads.ts';
import { ATHENA_WORKGROUP_NAME, AUDITOR_ROLE_NAME, GLUE_DATABASE_NAME } from '../../lib/names.ts';
import { sampleArchive } from '../audit/sample-archive.ts';
import { plainChain } from '../core/ledger/sample-log.ts';
import type { AthenaFixture } from '../sandbox/athena/fixture.ts';
import { athenaFixture } from '../sandbox/athena/fixture.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import { archiveFolder } from './archive-folder.ts';
import { testIo } from './audit-io.ts';

const athenaMock = mockClient(AthenaClient);
const dynamoMock = mockClient(DynamoDBClient);
const TELLER = '111122223333:countersign-agent-teller';

let athena: AthenaFixture;
let folder: ArchiveFolder;

beforeAll(async () => {
  athena = await athenaFixture();
  folder = await archiveFolder(new Map());
  for (const [key, bytes] of sampleArchive()) await athena.put(key, bytes);
});

beforeEach(() => {
  const answer = (operation: string) => (input: unknown) => athena.call(operation, input);
  athenaMock.on(StartQueryExecutionCommand).callsFake(answer('StartQueryExecution'));
  athenaMock.on(GetQueryExecutionCommand).callsFake(answer('GetQueryExecution'));
  athenaMock.on(GetQueryResultsCommand).callsFake(answer('GetQueryResults'));
  athenaMock.on(ListNamedQueriesCommand).callsFake(answer('ListNamedQueries'));
  athenaMock.on(BatchGetNamedQueryCommand).callsFake(answer('BatchGetNamedQuery'));
});

afterEach(() => {
  athenaMock.reset();
  dynamoMock.reset();
});

afterAll(async () => {
  await athena.close();
  await folder.remove();
});

function auditorIo() {
  return testIo({ AWS_REGION: 'eu-west-1', COUNTERSIGN_HOME: folder.path });
}

describe('countersign query', () => {
  test('uses the names the templates give', () => {
    expect([AUDITOR_ROLE, AUDIT_WORKGROUP, AUDIT_DATABASE]).toEqual([
      AUDITOR_ROLE_NAME,
      ATHENA_WORKGROUP_NAME,
      GLUE_DATABASE_NAME,
    ]);
  });

  test('lists the queries of the deployment with their questions when given no name', async () => {
    const io = auditorIo();
    expect(await queryCommand([], io)).toBe(0);
    expect(io.text()).toMatch(/^agent-activity +Activity of one agent: what did one agent do/m);
    expect(io.text().trim().split('\n').length).toBe(16);
  });

  test('runs a named query and prints aligned rows', async () => {
    const io = auditorIo();
    expect(await queryCommand(['self-approval-attempts'], io)).toBe(0);
    expect(io.text()).toMatch(/^time +agent +action_id +step +person +code +leaf_index\n-/);
    expect(io.text()).toContain('p1_owner');
    expect(io.text()).toContain('(1 row)');
  });

  test('gives rows as objects with NULL as null with --json', async () => {
    const io = auditorIo();
    await queryCommand(['--sql', "SELECT CAST(NULL AS varchar) AS a, 'x' AS b", '--json'], io);
    expect(io.json()).toEqual({ query: '', columns: ['a', 'b'], rows: [{ a: null, b: 'x' }] });
  });

  test('sends parameters as quoted text, so that they cannot become SQL', async () => {
    const io = auditorIo();
    const attack = "x' OR '1'='1";
    const argv = ['agent-activity', '--param', attack, '--param', '2026-11-20', '--param', '2026-11-21', '--json'];
    expect(await queryCommand(argv, io)).toBe(0);
    expect(io.json()).toMatchObject({ rows: [] });
    const good = auditorIo();
    await queryCommand(argv.with(2, TELLER), good);
    expect(good.json()).toMatchObject({ rows: { length: 19 } });
  });

  test('exits 1 with the reason when the query fails', async () => {
    const io = auditorIo();
    expect(await queryCommand(['--sql', 'SELECT nothing'], io)).toBe(1);
    expect(io.err.join('')).toContain('nothing');
  });

  test.each([
    ['an unknown name', ['nope'], 'expected one of agent-activity, chain-lengths'],
    ['a missing parameter', ['agent-activity'], 'expected 3 of --param (agent, first day'],
    ['a parameter too many', ['chain-lengths', '--param', 'x'], 'expected 0 of --param, got 1'],
    ['a name and a statement', ['chain-lengths', '--sql', 'SELECT 1'], 'usage'],
    ['an unknown flag', ['--fast'], 'usage'],
    ['a log that is none', ['--cross-check', '--log', '.'], 'expected a log at `.`'],
    ['a cross-check without heads', ['--cross-check'], 'expected --heads FILE, --table LEDGER_TABLE or --log'],
  ])('exits 3 when given %s', async (_, argv, message) => {
    const io = auditorIo();
    expect(await queryCommand(argv, io)).toBe(3);
    expect(io.err.join('')).toContain(message);
  });

  test('exits 3 when there is neither a sandbox nor a region', async () => {
    expect(await queryCommand([], testIo({ COUNTERSIGN_HOME: folder.path }))).toBe(3);
  });
});

describe('countersign query --cross-check', () => {
  async function headsFile(counts: { readonly [chain: string]: number }): Promise<string> {
    const heads = Object.entries(counts).map(([chain, nextSeq]) => [chain, { nextSeq, hash: 'a'.repeat(64) }] as const);
    const file = `${folder.path}.heads.json`;
    await writeFile(file, formatHeads(new Map(heads)));
    return file;
  }

  test('exits 0 when every chain has as many events as its head says', async () => {
    const io = auditorIo();
    const heads = await headsFile({ [`agent/${TELLER}`]: 17, control: 6 });
    expect(await queryCommand(['--cross-check', '--heads', heads], io)).toBe(0);
    expect(io.text()).toContain('all counts agree');
  });

  test('exits 1 and names the chain when queries miss events or a whole chain', async () => {
    const io = auditorIo();
    const heads = await headsFile({ [`agent/${TELLER}`]: 18, control: 6, 'agent/gone': 1 });
    expect(await queryCommand(['--cross-check', '--heads', heads, '--json'], io)).toBe(1);
    expect(io.json()).toEqual({
      ok: false,
      chains: [
        { chain: `agent/${TELLER}`, queried: 17, expected: 18, agrees: false },
        { chain: 'agent/gone', queried: 0, expected: 1, agrees: false },
        { chain: 'control', queried: 6, expected: 6, agrees: true },
      ],
    });
  });

  test('takes heads from the ledger table', async () => {
    const last = plainChain('control', 6).slice(-1);
    const items = last.map(({ bytes }) => ({
      pk: { S: 'control' },
      sk: { S: '5'.padStart(16, '0') },
      deflated: { B: deflateRawSync(bytes) },
    }));
    dynamoMock.on(QueryCommand).resolves({ Items: [] });
    dynamoMock
      .on(QueryCommand, { ExpressionAttributeValues: { ':pk': { S: 'control' }, ':sk': { S: '0'.repeat(16) } } })
      .resolves({ Items: items });
    const io = auditorIo();
    expect(await queryCommand(['--cross-check', '--table', 'ledger', '--json'], io)).toBe(1);
    expect(io.json()).toMatchObject({
      chains: [
        { expected: 0, agrees: false },
        { chain: 'control', agrees: true },
      ],
    });
  });
});
