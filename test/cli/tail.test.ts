import { deflateRawSync } from 'node:zlib';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tailCommand } from '../../cli/tail.ts';
import { AGENT_CHAIN, archiveOf, plainChain, sampleChain } from '../core/ledger/sample-log.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import { archiveFolder } from './archive-folder.ts';
import { testIo } from './audit-io.ts';

const CONTROL = sampleChain(
  'control',
  Array.from({ length: 5 }, (_, index) => ({
    type: 'control.risk_level_set' as const,
    data: { level: `L${index}`, reason: 'two words', by: 'p1_risk' },
  })),
);

let folder: ArchiveFolder;

beforeEach(async () => {
  folder = await archiveFolder(archiveOf([CONTROL, plainChain(AGENT_CHAIN, 2)], 2));
});

afterEach(() => folder.remove());

/** Time that passes only by waiting; `onWait` runs at each wait. */
function waitingTime(onWait: () => Promise<unknown>) {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    forMs: async (durationMs: number) => {
      nowMs += durationMs;
      await onWait();
    },
  };
}

describe('countersign tail', () => {
  test('prints the last events by time, one line each', async () => {
    const io = testIo();
    expect(await tailCommand([folder.path, '--lines', '2'], io)).toBe(0);
    expect(io.out).toEqual([
      '2026-11-21T00:00:01.000Z control#3 control.risk_level_set level=L3 by=p1_risk reason="two words"\n',
      '2026-11-21T00:00:02.000Z control#4 control.risk_level_set level=L4 by=p1_risk reason="two words"\n',
    ]);
  });

  test('keeps to the chains that are asked for and prints exact bytes with --json', async () => {
    const io = testIo();
    await tailCommand([folder.path, '--chain', 'control', '--json'], io);
    expect(io.text()).toBe(CONTROL.map(({ bytes }) => `${new TextDecoder().decode(bytes)}\n`).join(''));
  });

  test('prints new events once when it follows, until the time is over', async () => {
    const late = [...archiveOf([plainChain('agent/late', 3)], 3)];
    const time = waitingTime(async () => {
      const next = late.shift();
      if (next !== undefined) await folder.write(...next);
    });
    const io = testIo();
    const argv = [folder.path, '--lines', '0', '--follow', '--for', '6', '--interval', '2'];
    expect(await tailCommand(argv, io, time)).toBe(0);
    expect(io.out.map((line) => line.split(' ')[1])).toEqual(['agent/late#0', 'agent/late#1', 'agent/late#2']);
  });

  test('says so when a record is no event', async () => {
    await folder.write('events/dt=2026-11-22/x/0000000000000000.jsonl', '{}\n');
    const io = testIo();
    await tailCommand([folder.path, '--lines', '1'], io);
    expect(io.text()).toBe('not an event: event_version, 2 bytes\n');
    const json = testIo();
    await tailCommand([folder.path, '--lines', '1', '--json'], json);
    expect(json.json()).toMatchObject({ notAnEvent: { check: 'event_version' } });
  });

  test('follows the control chain of a ledger table from where it stopped', async () => {
    const dynamo = mockClient(DynamoDBClient);
    const items = CONTROL.map(({ seq, bytes }) => ({
      pk: { S: 'control' },
      sk: { S: String(seq).padStart(16, '0') },
      deflated: { B: deflateRawSync(bytes) },
    }));
    dynamo.on(QueryCommand).callsFake(({ ExpressionAttributeValues: values }) => ({
      Items: items.filter(({ sk }) => sk.S >= values[':sk'].S).slice(0, 3),
    }));
    const io = testIo({ AWS_REGION: 'eu-west-1', COUNTERSIGN_HOME: folder.path });
    const time = waitingTime(async () => undefined);
    const argv = ['--table', 'ledger', '--follow', '--for', '4'];
    expect(await tailCommand(argv, io, time)).toBe(0);
    expect(io.out.map((line) => line.split(' ')[1])).toEqual([
      'control#0',
      'control#1',
      'control#2',
      'control#3',
      'control#4',
    ]);
    dynamo.restore();
  });

  test.each([
    ['no place', []],
    ['a place and a table', ['x', '--table', 't']],
    ['a wrong number of lines', ['x', '--lines', '-1']],
    ['a wrong interval', ['x', '--interval', 'soon']],
    ['no time at all', ['x', '--follow', '--for', '0']],
    ['a folder that is not there', ['/nowhere/at/all']],
    ['a table without a sandbox or region', ['--table', 't']],
  ])('exits 3 when given %s', async (_, argv) => {
    const io = testIo({ COUNTERSIGN_HOME: '/nowhere/at/all' });
    expect(await tailCommand(argv, io)).toBe(3);
    expect(io.err.join('')).not.toBe('');
  });
});
