import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../core/ledger/hash.ts';
import { verifyArchive } from '../../../core/ledger/verify.ts';
import { archiveBundle } from '../../../lambdas/archive-ledger/archive-bundle.ts';
import { archiveStream } from '../../../lambdas/archive-ledger/archive-stream.ts';
import { memoryPorts } from '../../core/ledger/memory-archive.ts';
import { AGENT_CHAIN, headsOf, plainChain, rowsOf, sourceOf } from '../../core/ledger/sample-log.ts';
import { streamRecord } from '../../support/stream-record.ts';

const AGENT = plainChain(AGENT_CHAIN, 4);
const CONTROL = plainChain('control', 2);
const ALL = [...AGENT, ...CONTROL];

describe('archiveStream', () => {
  test('archives every chain of a shuffled batch and reports no failure', async () => {
    const ports = memoryPorts(rowsOf(ALL));
    const response = await archiveStream(ALL.map(streamRecord).reverse(), ports);
    expect(response).toEqual({ batchItemFailures: [] });
    const report = await verifyArchive(sourceOf(ports.archive.objects), { heads: headsOf([AGENT, CONTROL]) });
    expect(report).toMatchObject({ ok: true, events: 6 });
  });

  test.each([
    ['a modification', { eventName: 'MODIFY' as const }],
    ['a removal', { eventName: 'REMOVE' as const }],
    ['no image', { dynamodb: { SequenceNumber: 'control#0' } }],
  ])('reports a record by its sequence number when it is %s, and archives the rest', async (_, change) => {
    const ports = memoryPorts(rowsOf(ALL));
    const records = [
      ...CONTROL.slice(0, 1).map((event) => ({ ...streamRecord(event), ...change })),
      ...AGENT.map(streamRecord),
    ];
    const response = await archiveStream(records, ports);
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'control#0' }] });
    expect((await verifyArchive(sourceOf(ports.archive.objects))).events).toBe(4);
  });

  test('reports the records of a chain whose object holds other bytes and never overwrites it', async () => {
    const ports = memoryPorts(rowsOf(ALL));
    const key = 'events/dt=2026-11-20/control/0000000000000000.jsonl';
    ports.archive.objects.set(key, new TextEncoder().encode('forged\n'));
    const response = await archiveStream(ALL.map(streamRecord), ports);
    expect(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['control#0', 'control#1']);
    expect(new TextDecoder().decode(ports.archive.objects.get(key))).toBe('forged\n');
  });

  test('reports records again when the store failed and archives them when they come back', async () => {
    const ports = memoryPorts(rowsOf(ALL));
    ports.store.failReads(2);
    const records = ALL.map(streamRecord);
    expect((await archiveStream(records, ports)).batchItemFailures.length).toBe(ALL.length);
    expect(await archiveStream(records, ports)).toEqual({ batchItemFailures: [] });
  });
});

describe('archiveBundle', () => {
  const bundle = new TextEncoder().encode('{"rules":[]}');
  const key = `bundles/${sha256Hex(bundle)}.json`;

  test('writes the bundle once under its hash', async () => {
    const { archive } = memoryPorts([]);
    await archiveBundle(archive, bundle);
    await archiveBundle(archive, bundle);
    expect([...archive.objects]).toEqual([[key, bundle]]);
  });

  test('throws when other bytes are stored under its hash', async () => {
    const { archive } = memoryPorts([]);
    archive.objects.set(key, new TextEncoder().encode('{}'));
    await expect(archiveBundle(archive, bundle)).rejects.toThrow(key);
  });
});
