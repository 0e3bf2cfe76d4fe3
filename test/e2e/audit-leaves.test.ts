import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runJson } from '../../cli/demo/run-json.ts';
import { queryCommand } from '../../cli/query.ts';
import { isJsonObject, type JsonValue } from '../../core/json.ts';
import { decodeEntries } from '../../core/ledger/log/entry-bundle.ts';
import { parseLogPath, TILE_WIDTH } from '../../core/ledger/log/tile-path.ts';
import { parseEntry } from '../../core/ledger/statement.ts';
import { balance, modelCall, newPayeePayment, session } from '../support/requests.ts';
import { type LedgerEvent, openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

type Row = { readonly [column: string]: JsonValue };

let world: SandboxWorld;

beforeAll(async () => {
  world = await openSandboxWorld();
  const agent = world.agent();
  for (let call = 0; call < 3; call += 1) await agent.submit(balance(world));
  await world.sandbox.drain();
  await agent.submit(newPayeePayment(world));
  await agent.submit({ ...balance(world), resource: 'account/of-somebody-else' });
  const held = await agent.submit(modelCall(session()));
  const usage = { inputTokens: 10, outputTokens: 10 };
  await agent.outcome(String(held.body['actionId']), { result: 'succeeded', usage });
  await world.sandbox.drain();
});
afterAll(async () => world?.close());

/** What the auditor's role is answered. */
async function ask(...argv: readonly string[]): Promise<readonly Row[]> {
  const io = { stdout: () => undefined, stderr: () => undefined, env: world.env, fetch };
  const { exitCode, output } = await runJson(queryCommand, argv, io);
  if (exitCode !== 0) throw new Error(JSON.stringify(output));
  return Array.isArray(output['rows']) ? output['rows'].filter(isJsonObject) : [];
}

/** The events that the tiles hold, by leaf. */
function leaves(): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { key, path } of world.sandbox.s3.listCurrent(world.running.file.names.logBucket, 'tile/entries/')) {
    const bundle = parseLogPath(key);
    const decoded = decodeEntries(new Uint8Array(readFileSync(path)));
    if (bundle === undefined || !decoded.ok) throw new Error(`expected \`${key}\` to be a bundle`);
    for (const [place, entry] of decoded.value.entries()) {
      const parsed = parseEntry(entry);
      if (!parsed.ok) throw new Error(`expected an event in \`${key}\``);
      found.set(bundle.n * TILE_WIDTH + place, new TextDecoder().decode(parsed.value.eventBytes));
    }
  }
  return found;
}

/** What the leaves hold that a cell lists, and the ledger's events that the figure is about: to be the same. */
async function behind(cell: JsonValue | undefined, isMeant: (event: LedgerEvent) => boolean) {
  const listed: readonly number[] = JSON.parse(String(cell));
  const held = leaves();
  const meant = (await world.events()).filter(isMeant).map(({ text }) => text);
  return { listed: listed.map((index) => held.get(index)).sort(), meant: meant.sort() };
}

describe('the leaves that a query lists', () => {
  it('hold the decisions that verdicts-by-day counts', async () => {
    const rows = await ask('verdicts-by-day');
    expect(rows.map(({ verdict }) => verdict).sort()).toEqual(expect.arrayContaining(['allow', 'deny']));
    for (const { decisions, leaf_indexes, verdict, tier } of rows) {
      const { listed, meant } = await behind(leaf_indexes, ({ type, data }) => {
        return type === 'action.decided' && data['verdict'] === verdict && String(data['tier']) === tier;
      });
      expect(listed).toEqual(meant);
      expect(listed).toHaveLength(Number(decisions));
    }
  });

  it('hold the denials that refused-by-rule counts', async () => {
    const rows = await ask('refused-by-rule');
    expect(rows.length).toBeGreaterThan(0);
    for (const { rule, leaf_indexes } of rows) {
      const { listed, meant } = await behind(leaf_indexes, ({ type, data }) => {
        return (
          type === 'action.decided' && data['verdict'] === 'deny' && JSON.stringify(data['rules']).includes(`"${rule}"`)
        );
      });
      expect(listed).toEqual(meant);
    }
  });

  it('hold the movements that spend-by-agent-and-day sums up', async () => {
    const [row, ...others] = await ask('spend-by-agent-and-day');
    expect(others).toEqual([]);
    const settled = await behind(row?.['settled_leaf_indexes'], ({ type }) => type === 'action.outcome');
    expect(settled.listed).toEqual(settled.meant);
    const sum = settled.listed.map((text) => BigInt(JSON.parse(text ?? '').data.settledMicroUsd));
    expect(String(sum.reduce((total, each) => total + each, 0n))).toBe(row?.['settled_micro_usd']);
  });

  it('are those of all events, once each, and all in the log', async () => {
    const listed = (await ask('chain-lengths')).flatMap(({ leaf_indexes }) => JSON.parse(String(leaf_indexes)));
    expect(listed.sort((left, right) => left - right)).toEqual(
      [...leaves().keys()].sort((left, right) => left - right),
    );
    expect(await ask('events-not-in-log')).toEqual([]);
  });
});

describe('the checkpoints that a query lists', () => {
  it('are those that the log keeps, with their cosigners', async () => {
    const names = world.sandbox.s3
      .listCurrent(world.running.file.names.logBucket, 'checkpoints/')
      .map(({ key }) => key)
      .filter((key) => !key.endsWith('.tsr'));
    const rows = await ask('log-checkpoints');
    expect(rows.map(({ size, root }) => `checkpoints/${String(size).padStart(16, '0')}-${root}`)).toEqual(names.sort());
    for (const { cosigners } of rows) expect(cosigners).toBe('2');
  });

  it('cover an event first where its leaf is new', async () => {
    const rows = await ask('--sql', 'SELECT leaf_index, checkpoint_size, checkpoint_root FROM events_in_log');
    const heads = await ask('log-checkpoints');
    for (const { leaf_index, checkpoint_size, checkpoint_root } of rows) {
      const first = heads.find(({ size }) => Number(size) > Number(leaf_index));
      expect([first?.['size'], first?.['root']]).toEqual([checkpoint_size, checkpoint_root]);
    }
  });
});

it('is what the auditor finds in the log, leaf by leaf', async () => {
  const io = { stdout: () => undefined, stderr: () => undefined, env: world.env, fetch };
  const place = `s3://${world.running.file.names.logBucket}`;
  const { exitCode, output } = await runJson(queryCommand, ['--cross-check', '--log', place], io);
  const size = leaves().size;
  expect([exitCode, output]).toEqual([0, { ok: true, logSize: size, queriedSize: size, compared: size, faults: [] }]);
});
