import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLeaves } from '../../cli/audit/leaf-check.ts';
import { sampleChains, sampleLog } from '../audit/sample-archive.ts';
import { archiveOf } from '../core/ledger/sample-log.ts';
import type { AthenaFixture } from '../sandbox/athena/fixture.ts';
import { athenaFixture, runQuery } from '../sandbox/athena/fixture.ts';

const { agent, control } = sampleChains();
const FIRST = [...agent.slice(0, 4), ...control.slice(0, 2)];
const SECOND = [...agent.slice(4, 15), ...control.slice(2)];
const LOG = sampleLog([FIRST, SECOND]);
const RANGES = [...LOG.projection].filter(([key]) => key.includes('/ranges/'));

let athena: AthenaFixture;

beforeEach(async () => {
  athena = await athenaFixture();
  for (const [key, bytes] of archiveOf([agent, control])) await athena.put(key, bytes);
});
afterEach(() => athena.close());

/** What the check says when SQL reads these copies and the log has these files. */
async function checked(projection: Iterable<readonly [string, Uint8Array | string]>, files = LOG.files) {
  for (const [key, bytes] of projection) await athena.put(key, bytes);
  const run = async (sql: string) => {
    const { rows, types, reason } = await runQuery(athena, sql);
    if (reason !== undefined) throw new Error(reason);
    return { columns: Object.keys(types), rows: rows.map((row) => Object.values(row)) };
  };
  const source = { listPaths: async function* () {}, read: async (path: string) => files.get(path) };
  return checkLeaves({ run }, source);
}

/** The copies with a line changed. */
const changed = (from: RegExp, to: string) =>
  [...LOG.projection].map(([key, bytes]) => [key, new TextDecoder().decode(bytes).replace(from, to)] as const);

const codesOf = ({ faults }: Awaited<ReturnType<typeof checked>>) =>
  [...new Set(faults.map(({ code }) => code))].sort();

describe('checkLeaves', () => {
  it('finds nothing when queries show the log as it is', async () => {
    expect(await checked(LOG.projection)).toEqual({ logSize: 21, queriedSize: 21, compared: 21, faults: [] });
  });

  it('compares up to the smaller one when the log goes on, or ends earlier as an older export does', async () => {
    const [{ projection }, longer] = [sampleLog([FIRST]), LOG.files];
    expect(await checked(projection, longer)).toEqual({ logSize: 21, queriedSize: 6, compared: 6, faults: [] });
    const rest = [...LOG.projection].filter(([key]) => !projection.has(key));
    const older = await checked(rest, sampleLog([FIRST]).files);
    expect(older).toEqual({ logSize: 6, queriedSize: 21, compared: 6, faults: [] });
  });

  it('names the leaf when a query shows another event there', async () => {
    const result = await checked(changed(/"first_seq":0,/, '"first_seq":1,'));
    expect(codesOf(result)).toEqual(expect.arrayContaining(['leaf_differs']));
    expect(result.faults).toContainEqual(
      expect.objectContaining({ leaf: 0, expected: expect.stringContaining(`${agent[0]?.chain} 0 `) }),
    );
  });

  it('names the leaf when a segment of the archive has other data, agents or references', async () => {
    for (const [from, to] of [
      [/"actionId":"act_paid"/, '"actionId":"act_paid!"'],
      [/"agent":"[^"]+"/, '"agent":"other"'],
      [/"frameworkRefs":\["/, '"frameworkRefs":["AIR-OP-001","'],
    ] as const) {
      athena.objects.splice(0);
      for (const [key, bytes] of archiveOf([agent, control]))
        await athena.put(key, new TextDecoder().decode(bytes).replace(from, key.includes('agent~') ? to : '$&'));
      const { faults } = await checked(LOG.projection);
      expect(faults.map(({ code }) => code)).toContain('leaf_differs');
      expect(faults.every(({ code }) => code === 'leaf_differs')).toBe(true);
    }
  });

  it('names leaves that no query shows when ranges or segments are missing', async () => {
    const result = await checked([...LOG.projection].filter(([key]) => key !== RANGES[0]?.[0]));
    expect(codesOf(result)).toEqual(['leaf_missing']);
    athena.objects.splice(0);
    const empty = await checked(LOG.projection);
    expect(empty.faults.map(({ leaf }) => leaf)).toEqual(Array.from({ length: 21 }, (_, index) => index));
  });

  it('refuses two events at one leaf and leaves that the log does not have', async () => {
    const [, range] = /^(.*)\n/.exec(new TextDecoder().decode(RANGES.at(-1)?.[1])) ?? [];
    const line: Record<string, unknown> = JSON.parse(range ?? '');
    const extra = (first_index: number) =>
      `${JSON.stringify({ ...line, chain: agent[0]?.chain, first_seq: 15, leaf_count: 2, first_index })}\n`;
    const key = `${RANGES.at(-1)?.[0]}.extra`;
    expect(codesOf(await checked([...LOG.projection, [key, extra(7)]]))).toContain('leaf_repeated');
    athena.objects.pop();
    expect(codesOf(await checked([[key, extra(21)]]))).toEqual(['leaf_beyond']);
  });

  it('refuses a checkpoint that the log does not keep, and one that is not the first', async () => {
    const other = 'f'.repeat(64);
    expect(codesOf(await checked(changed(/"root":"[0-9a-f]{64}"/, `"root":"${other}"`)))).toEqual([
      'checkpoint_differs',
      'checkpoint_unknown',
    ]);
  });

  it('throws when the log cannot be read', async () => {
    await expect(checked([], new Map())).rejects.toThrow('expected a checkpoint');
    const without = new Map([...LOG.files].filter(([path]) => !path.startsWith('tile/entries/')));
    await expect(checked(LOG.projection, without)).rejects.toThrow('expected 21 entries in bundle 0');
  });
});
