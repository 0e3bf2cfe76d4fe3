import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { archiveOf } from '../core/ledger/sample-log.ts';
import type { AthenaFixture } from '../sandbox/athena/fixture.ts';
import { athenaFixture, QUERIES, runQuery } from '../sandbox/athena/fixture.ts';
import { sampleChains, sampleLog } from './sample-archive.ts';

const PARAMETERS: { readonly [query: string]: readonly string[] } = {
  'agent-activity': ["'111122223333:countersign-agent-teller'", "'2026-11-20'", "'2026-11-21'"],
  'events-at-leaf': ["'4'"],
};

const { agent, control } = sampleChains();
/** In the log under two checkpoints; the last two events of the agent's chain are in none. */
const BATCHES = [
  [...agent.slice(0, 4), ...control.slice(0, 2)],
  [...agent.slice(4, 15), ...control.slice(2)],
] as const;

let athena: AthenaFixture;
/** The same archive without a log. */
let bare: AthenaFixture;

beforeAll(async () => {
  [athena, bare] = await Promise.all([athenaFixture(), athenaFixture()]);
  for (const [key, bytes] of archiveOf([agent, control], 6)) {
    await athena.put(key, bytes);
    await bare.put(key, bytes);
  }
  for (const [key, bytes] of sampleLog(BATCHES).projection) await athena.put(key, bytes);
});

afterAll(async () => {
  await athena.close();
  await bare.close();
});

/** What a query gives, cells as they are. */
async function ask(fixture: AthenaFixture, name: string) {
  const sql = QUERIES.find((query) => query.name === name)?.sql ?? '';
  const { rows, reason } = await runQuery(fixture, sql, PARAMETERS[name]);
  expect(reason).toBeUndefined();
  return rows;
}

const list = (cell: string | undefined): unknown => JSON.parse(cell ?? '[]');

describe('events_in_log', () => {
  it('names the leaf of every event and the first checkpoint that covers it, nothing where there is none', async () => {
    const { rows } = await runQuery(
      athena,
      'SELECT chain, seq, leaf_index, checkpoint_size, checkpoint_time FROM events_in_log ORDER BY chain, seq',
    );
    const found = new Map(rows.map((row) => [`${row['chain']} ${row['seq']}`, row]));
    const leaves = BATCHES.flat();
    expect(rows).toHaveLength(agent.length + control.length);
    for (const [index, { chain, seq }] of leaves.entries())
      expect(found.get(`${chain} ${seq}`)).toMatchObject({
        leaf_index: String(index),
        checkpoint_size: index < BATCHES[0].length ? '6' : '21',
        checkpoint_time: index < BATCHES[0].length ? '2026-11-21T00:00:58.000Z' : '2026-11-21T00:01:58.000Z',
      });
    const none = { leaf_index: undefined, checkpoint_size: undefined, checkpoint_time: undefined };
    expect(rows.filter(({ leaf_index }) => leaf_index === undefined)).toMatchObject([
      { seq: '15', ...none },
      { seq: '16', ...none },
    ]);
  });

  it('has the same rows when ranges are copied twice, or under a later checkpoint too', async () => {
    const sql = 'SELECT * FROM events_in_log ORDER BY chain, seq';
    const before = await runQuery(athena, sql);
    const copies = [...sampleLog(BATCHES).projection].filter(([key]) => key.includes('ranges/'));
    const later = copies.map(([key, bytes]) => {
      const text = new TextDecoder().decode(bytes).replaceAll(/"size":\d+/g, '"size":99');
      return [`${key}.later`, `${text}${new TextDecoder().decode(bytes)}`] as const;
    });
    const { length } = athena.objects;
    for (const [key, text] of later) await athena.put(key, text);
    expect(await runQuery(athena, sql)).toEqual(before);
    athena.objects.splice(length);
  });
});

describe('leaves behind figures', () => {
  test.each(QUERIES.filter(({ name }) => name !== 'log-checkpoints' && name !== 'events-not-in-log'))(
    '$name names leaves for what it says',
    async ({ name }) => {
      const [first] = await ask(athena, name);
      expect(Object.keys(first ?? {}).some((column) => /leaf_index(es)?$/.test(column))).toBe(true);
    },
  );

  test.each(QUERIES.filter(({ sql }) => /FROM (?!checkpoints)/.test(sql) && !/leaf_index( IS|\s*=)/.test(sql)))(
    '$name says the same when there is no log, but for the leaves',
    async ({ name }) => {
      const said = (rows: Awaited<ReturnType<typeof ask>>) =>
        rows.map((row) => Object.entries(row).filter(([column]) => !/leaf_index|in_log/.test(column)));
      const rows = await ask(athena, name);
      expect(rows.length).toBeGreaterThan(0);
      expect(said(await ask(bare, name))).toEqual(said(rows));
    },
  );

  it('lists one leaf, or null, for each event that a count counts', async () => {
    for (const [name, figure] of [
      ['verdicts-by-day', 'decisions'],
      ['refused-by-rule', 'refusals'],
      ['events-by-framework-reference', 'events'],
      ['chain-lengths', 'events'],
      ['shadow-rules', 'decisions'],
    ] as const)
      for (const row of await ask(athena, name))
        expect(list(row['leaf_indexes']), name).toHaveLength(Number(row[figure]));
  });

  it('shows what is not in the log as null', async () => {
    const rows = await ask(athena, 'chain-lengths');
    expect(rows.map((row) => [row['events'], row['events_in_log'], list(row['leaf_indexes'])])).toEqual([
      ['17', '15', [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, null, null]],
      ['6', '6', [4, 5, 17, 18, 19, 20]],
    ]);
    expect(await ask(athena, 'events-not-in-log')).toMatchObject([{ seq: '15' }, { seq: '16' }]);
  });

  it('keeps the movements of a sum apart', async () => {
    const rows = await ask(athena, 'spend-by-agent-and-day');
    const leaves = rows.map((row) =>
      ['reserved', 'settled', 'lapsed'].map((movement) => list(row[`${movement}_leaf_indexes`])),
    );
    // The second hold that lapsed did so in the last event, which is not in the log.
    expect(leaves).toEqual([
      [[0], [1], []],
      [[12], [], [13, null]],
    ]);
  });

  it('leads from a leaf to its event', async () => {
    expect(await ask(athena, 'events-at-leaf')).toMatchObject([
      { chain: 'control', seq: '0', leaf_index: '4', checkpoint_size: '6' },
    ]);
  });
});

describe('log-checkpoints', () => {
  it('lists heads by size', async () => {
    expect(await ask(athena, 'log-checkpoints')).toMatchObject([
      { size: '6', first_index: '0', leaf_count: '6', cosigners: '0', time: '2026-11-21T00:00:58.000Z' },
      { size: '21', first_index: '6', leaf_count: '15' },
    ]);
  });
});
