import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AthenaFixture } from './fixture.ts';
import { athenaFixture, auditResources, finished, runQuery } from './fixture.ts';

let athena: AthenaFixture;

beforeEach(async () => {
  athena = await athenaFixture();
});

afterEach(() => athena.close());

const line = (seq: number) => `{"chain":"control","data":{"n":${seq}},"frameworkRefs":["A"],"seq":${seq},"type":"t"}\n`;
const put = (seq: number, date = '2026-11-20') =>
  athena.put(`events/dt=${date}/control/${String(seq).padStart(16, '0')}.jsonl`, line(seq));

async function countEvents() {
  return (await runQuery(athena, 'SELECT COUNT(*) AS n FROM events')).rows[0]?.['n'];
}

describe('athena queries', () => {
  test('reads JSON lines, plain and gzipped, with the partition date and data as JSON text', async () => {
    await put(0);
    await athena.put('events/dt=2026-11-21/control/0000000000000001.jsonl.gz', gzipSync(line(1)));
    const { rows, types } = await runQuery(athena, 'SELECT seq, frameworkrefs, data, dt FROM events ORDER BY seq');
    expect(rows).toEqual([
      { seq: '0', frameworkrefs: '[A]', data: '{"n":0}', dt: '2026-11-20' },
      { seq: '1', frameworkrefs: '[A]', data: '{"n":1}', dt: '2026-11-21' },
    ]);
    expect(types).toEqual({ seq: 'bigint', frameworkrefs: 'array', data: 'varchar', dt: 'varchar' });
  });

  test.each([
    [{ 'case.insensitive': 'FALSE' }, undefined],
    [{ 'case.insensitive': 'TRUE' }, '[A]'],
    [{}, '[A]'],
  ])('finds a key with capitals as the SerDe is set: %j', async (serde, expected) => {
    const other = await athenaFixture(auditResources(serde));
    await other.put('events/dt=2026-11-20/control/0000000000000000.jsonl', line(0));
    const { rows } = await runQuery(other, 'SELECT frameworkrefs AS refs FROM events');
    expect(rows[0]?.['refs']).toBe(expected);
    await other.close();
  });

  test('sees objects that arrive, and forgets objects that a delete marker hides', async () => {
    await put(0);
    expect(await countEvents()).toBe('1');
    await put(1);
    expect(await countEvents()).toBe('2');
    athena.objects.shift();
    expect(await countEvents()).toBe('1');
  });

  test('gives no rows and no error for dates outside the projection', async () => {
    await put(0, '2025-12-31');
    await put(1, '2026-11-23');
    await put(2, '2026-11-24');
    expect((await runQuery(athena, 'SELECT seq FROM events')).rows).toEqual([{ seq: '1' }]);
  });

  test('fails a query when a line is not JSON, and succeeds again when the object is gone', async () => {
    await athena.put('events/dt=2026-11-20/control/0000000000000000.jsonl', '{"v":\n');
    expect(await runQuery(athena, 'SELECT 1 FROM events')).toMatchObject({
      state: 'FAILED',
      reason: expect.stringContaining('HIVE_CURSOR_ERROR'),
    });
    athena.objects.length = 0;
    expect(await countEvents()).toBe('0');
  });

  test('pages results after one header row', async () => {
    const { rows } = await runQuery(athena, 'SELECT n FROM (VALUES (1), (2), (3)) AS t (n) ORDER BY n', [], 2);
    expect(rows.map(({ n }) => n)).toEqual(['1', '2', '3']);
  });

  test('writes times, decimals, booleans and NULL as Athena does', async () => {
    const { rows } = await runQuery(
      athena,
      "SELECT from_iso8601_timestamp('2026-11-20T09:00:00.120Z') AS t, 1.50 AS d, true AS b, CAST(NULL AS varchar) AS x",
    );
    expect(rows).toEqual([{ t: '2026-11-20 09:00:00.120 UTC', d: '1.50', b: 'true', x: undefined }]);
  });

  test.each([
    ['json_extract_scalar(\'{"a":{"b":1}}\', \'$.a\')', undefined],
    ["json_extract_scalar('{\"a\":true}', '$.a')", 'true'],
    ["cardinality(ARRAY['a', 'b'])", '2'],
    ["element_at(ARRAY['a', 'b'], 2)", 'b'],
    ["contains(ARRAY['a', 'b'], 'b')", 'true'],
    ["array_join(ARRAY['a', NULL, 'b'], '-')", 'a-b'],
    ["array_join(ARRAY['a', NULL], '-', '?')", 'a-?'],
    ["regexp_like('payment.send', '^pay')", 'true'],
    ["date_parse('2026-11-20 09:08:07', '%Y-%m-%d %H:%i:%s')", '2026-11-20 09:08:07'],
    ["date_format(DATE '2026-11-20', '%Y/%m')", '2026/11'],
    ["to_iso8601(from_iso8601_timestamp('2026-11-20T09:00:00.120Z'))", '2026-11-20T09:00:00.120Z'],
    ["from_iso8601_date('2026-11-20')", '2026-11-20'],
    ["json_format(json_parse('[1]'))", '[1]'],
    ['approx_distinct(1)', '1'],
    ["date_diff('minute', DATE '2026-11-20', DATE '2026-11-21')", '1440'],
  ])('evaluates %s', async (expression, expected) => {
    const { rows, reason } = await runQuery(athena, `SELECT ${expression} AS x`);
    expect(reason).toBeUndefined();
    expect(rows[0]?.['x']).toBe(expected);
  });

  test.each([
    'CREATE TABLE t (a int)',
    'SELECT 1; SELECT 2',
    "SELECT * FROM read_csv('/etc/hostname')",
    "SELECT * FROM query('SELECT 1')",
    "SET TimeZone = 'UTC'",
    'SELECT * FROM nothing',
  ])('fails %s', async (sql) => {
    expect((await runQuery(athena, sql)).state).toBe('FAILED');
  });

  test('resolves names qualified by database and catalogue', async () => {
    await put(0);
    const { rows } = await runQuery(athena, 'SELECT seq FROM "awsdatacatalog"."countersign"."events"');
    expect(rows).toEqual([{ seq: '0' }]);
  });

  test('stays cancelled when a query is stopped', async () => {
    const { QueryExecutionId: id } = await athena.call('StartQueryExecution', {
      QueryString: 'SELECT COUNT(*) FROM range(100000) a, range(100000) b',
      WorkGroup: 'countersign-audit',
    });
    await athena.call('StopQueryExecution', { QueryExecutionId: id });
    expect(await finished(athena, id)).toMatchObject({ State: 'CANCELLED' });
  });
});

describe('athena permissions', () => {
  test('asks for every table a view rests on, and for every object', async () => {
    await put(0);
    await runQuery(athena, 'SELECT * FROM decisions');
    expect(athena.asked).toEqual(
      expect.arrayContaining([
        'athena:StartQueryExecution arn:aws:athena:eu-west-1:111122223333:workgroup/countersign-audit',
        'glue:GetTable arn:aws:glue:eu-west-1:111122223333:table/countersign/decisions',
        'glue:GetTable arn:aws:glue:eu-west-1:111122223333:table/countersign/events',
        's3:ListBucket arn:aws:s3:::archive',
        's3:GetObject arn:aws:s3:::archive/events/dt=2026-11-20/control/0000000000000000.jsonl',
      ]),
    );
    expect(athena.asked).not.toContain('glue:GetTable arn:aws:glue:eu-west-1:111122223333:table/countersign/controls');
  });

  test.each(['glue:GetTable', 's3:ListBucket', 's3:GetObject'])(
    'fails the query when %s is refused',
    async (action) => {
      await put(0);
      athena.denied.add(action);
      expect(await runQuery(athena, 'SELECT * FROM decisions')).toMatchObject({
        state: 'FAILED',
        reason: expect.stringContaining(action),
      });
    },
  );

  test.each([
    ['StartQueryExecution', { QueryString: 'SELECT 1', WorkGroup: 'countersign-audit' }],
    ['ListNamedQueries', { WorkGroup: 'countersign-audit' }],
    ['GetNamedQuery', { NamedQueryId: 'ref-chain-lengths' }],
    ['BatchGetNamedQuery', { NamedQueryIds: ['ref-chain-lengths'] }],
    ['GetWorkGroup', { WorkGroup: 'countersign-audit' }],
    ['ListWorkGroups', {}],
  ])('refuses %s when the caller may not', async (operation, input) => {
    athena.denied.add(`athena:${operation}`);
    await expect(athena.call(operation, input)).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });
});

describe('athena catalogue', () => {
  test('lists and gives the named queries of a workgroup', async () => {
    const { NamedQueryIds: ids } = await athena.call('ListNamedQueries', { WorkGroup: 'countersign-audit' });
    expect(ids).toContain('ref-chain-lengths');
    const reply = await athena.call('BatchGetNamedQuery', { NamedQueryIds: ['ref-chain-lengths', 'nope'] });
    expect(reply).toMatchObject({
      NamedQueries: [{ Name: 'chain-lengths', Database: 'countersign', WorkGroup: 'countersign-audit' }],
      UnprocessedNamedQueryIds: [{ NamedQueryId: 'nope' }],
    });
  });

  test('knows the workgroups of the templates', async () => {
    expect(await athena.call('ListWorkGroups', {})).toMatchObject({ WorkGroups: [{ Name: 'countersign-audit' }] });
    expect(await athena.call('GetWorkGroup', { WorkGroup: 'countersign-audit' })).toMatchObject({
      WorkGroup: { Name: 'countersign-audit' },
    });
  });

  test.each([
    ['StartQueryExecution', { QueryString: 'SELECT 1', WorkGroup: 'other' }],
    ['GetQueryExecution', { QueryExecutionId: 'x' }],
    ['GetNamedQuery', { NamedQueryId: 'x' }],
    ['StartQueryExecution', { QueryString: 'SELECT ?', WorkGroup: 'countersign-audit' }],
  ])('refuses %s when it names what is not there', async (operation, input) => {
    await expect(athena.call(operation, input)).rejects.toMatchObject({ code: 'InvalidRequestException', status: 400 });
  });

  test('refuses an operation it does not know', async () => {
    await expect(athena.call('CreateWorkGroup', {})).rejects.toMatchObject({ code: 'UnknownOperationException' });
  });

  test('does not start when a table is not JSON lines by date, and names it', async () => {
    const resources = auditResources().map((each) =>
      each.logicalId === 'events'
        ? { ...each, properties: { DatabaseName: 'countersign', TableInput: { Name: 'events' } } }
        : each,
    );
    await expect(athenaFixture(resources)).rejects.toThrow('CountersignAudit/events');
  });
});
