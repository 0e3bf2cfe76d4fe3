import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { archiveChain } from '../../../core/ledger/archive.ts';
import { archiveBatch } from '../../../core/ledger/archive-batch.ts';
import { CONTROL_CHAIN } from '../../../core/ledger/event.ts';
import { verifyArchive } from '../../../core/ledger/verify.ts';
import { StorageFault } from '../../../core/state/entities.ts';
import { memoryPorts } from './memory-archive.ts';
import { AGENT_CHAIN, headsOf, plainChain, rowsOf, sourceOf } from './sample-log.ts';

const LIMITS = { maxRows: 3, maxBytes: 1_000_000 };
const EVENTS = plainChain(AGENT_CHAIN, 9);
const ROWS = rowsOf(EVENTS);
const KEY_0 = 'events/dt=2026-11-20/agent~111122223333~countersign-agent-teller/0000000000000000.jsonl';

const lastOf = <Item>(items: readonly Item[]) => items.slice(-1);

async function expectWhole(objects: ReadonlyMap<string, Uint8Array>) {
  const report = await verifyArchive(sourceOf(objects), { heads: headsOf([EVENTS]) });
  expect(report.failures).toEqual([]);
  expect(report.events).toBe(EVENTS.length);
}

describe('archiveChain', () => {
  test('fetches from the ledger whatever was not delivered', async () => {
    const ports = memoryPorts(ROWS);
    const result = await archiveChain(ports, AGENT_CHAIN, lastOf(ROWS), LIMITS);
    expect(result).toEqual({ ok: true, value: { nextSeq: 9, prevHash: EVENTS[8]?.hash } });
    await expectWhole(ports.archive.objects);
  });

  test('reads nothing from the ledger when the delivery is contiguous', async () => {
    const ports = memoryPorts(ROWS);
    await archiveChain(ports, AGENT_CHAIN, ROWS, LIMITS);
    expect(ports.ledger.reads).toBe(0);
  });

  test('writes nothing when everything delivered is archived already', async () => {
    const ports = memoryPorts(ROWS);
    await archiveChain(ports, AGENT_CHAIN, ROWS, LIMITS);
    const objects = new Map(ports.archive.objects);
    await archiveChain(ports, AGENT_CHAIN, ROWS.slice(2, 5), LIMITS);
    expect(ports.archive.objects).toEqual(objects);
  });

  test('refuses with ledger_gap when the ledger itself lacks the row', async () => {
    const ports = memoryPorts(ROWS.filter(({ seq }) => seq !== 4));
    const result = await archiveChain(ports, AGENT_CHAIN, lastOf(ROWS), LIMITS);
    expect(result).toMatchObject({ ok: false, problem: { code: 'ledger_gap', seq: 4 } });
    expect(ports.store.get({ entity: 'archiveProgress', chain: AGENT_CHAIN })).toMatchObject({ nextSeq: 4 });
  });

  test('refuses with ledger_link when a row does not follow the one before it', async () => {
    const forged = rowsOf(plainChain(AGENT_CHAIN, 9)).slice(1);
    const ports = memoryPorts([...ROWS.slice(0, 1), ...forged]);
    const result = await archiveChain(ports, AGENT_CHAIN, lastOf(forged), LIMITS);
    expect(result).toMatchObject({ ok: false, problem: { code: 'ledger_link', seq: 0 } });
    expect(ports.archive.objects.size).toBe(0);
  });

  test.each([1, 2])('adopts an object of %i rows that another attempt left', async (length) => {
    const ports = memoryPorts(ROWS);
    await archiveChain(memoryPortsSharing(ports), AGENT_CHAIN, ROWS.slice(0, length), LIMITS);
    const result = await archiveChain(ports, AGENT_CHAIN, ROWS, LIMITS);
    expect(result).toMatchObject({ ok: true, value: { nextSeq: 9 } });
    await expectWhole(ports.archive.objects);
  });

  test('adopts a longer object than it was about to write', async () => {
    const ports = memoryPorts(ROWS);
    await archiveChain(memoryPortsSharing(ports), AGENT_CHAIN, ROWS, LIMITS);
    const result = await archiveChain(ports, AGENT_CHAIN, ROWS.slice(0, 1), LIMITS);
    expect(result).toMatchObject({ ok: true, value: { nextSeq: 2 } });
  });

  test.each([
    ['other bytes', 'x\n'],
    ['an unfinished line', 'x'],
    ['an empty line', '\n'],
    ['nothing', ''],
  ])('refuses with archive_mismatch when the object in the way holds %s', async (_, text) => {
    const ports = memoryPorts(ROWS);
    ports.archive.objects.set(KEY_0, new TextEncoder().encode(text));
    const result = await archiveChain(ports, AGENT_CHAIN, ROWS, LIMITS);
    expect(result).toMatchObject({ ok: false, problem: { code: 'archive_mismatch', seq: 0 } });
    expect(new TextDecoder().decode(ports.archive.objects.get(KEY_0))).toBe(text);
    expect(ports.store.commits).toEqual([]);
  });

  test('refuses with contended when every swap is lost', async () => {
    const ports = memoryPorts(ROWS);
    ports.store.failCommits(...Array.from({ length: 9 }, () => 'conflict' as const));
    const result = await archiveChain(ports, AGENT_CHAIN, ROWS, LIMITS);
    expect(result).toMatchObject({ ok: false, problem: { code: 'contended', seq: 0 } });
  });

  test('loses and doubles nothing when two archivers are interrupted anywhere and repeat', async () => {
    const fault = fc.constantFrom('before', 'after', 'none');
    const deliveries = fc.array(fc.array(fc.constantFrom(...ROWS), { minLength: 1 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(deliveries, fc.array(fault), fc.array(fault), async (batches, createFaults, commitFaults) => {
        const ports = memoryPorts(ROWS);
        ports.archive.faults.push(...createFaults);
        ports.store.failCommits(...commitFaults);
        const attempts = batches.map((rows, index) => {
          const limits = { ...LIMITS, maxRows: 1 + (index % 4) };
          return archiveChain(ports, AGENT_CHAIN, rows, limits).catch(expectFault);
        });
        await Promise.all(attempts);
        for (let round = createFaults.length + commitFaults.length; round >= 0; round -= 1)
          await archiveChain(ports, AGENT_CHAIN, lastOf(ROWS), LIMITS).catch(expectFault);
        await expectWhole(ports.archive.objects);
      }),
    );
  });
});

describe('archiveBatch', () => {
  const control = rowsOf(plainChain(CONTROL_CHAIN, 2));
  const deliveries = [...ROWS.slice(4, 6), ...control].map((row) => ({ itemId: `${row.chain}#${row.seq}`, row }));

  test('hands back only what a blocked chain holds back', async () => {
    const ports = memoryPorts([...ROWS.filter(({ seq }) => seq !== 5), ...control]);
    const held = [...deliveries, ...ROWS.slice(6, 7).map((row) => ({ itemId: 'six', row }))].filter(
      ({ itemId }) => !itemId.endsWith('#5'),
    );
    const outcome = await archiveBatch(ports, held, LIMITS);
    expect(outcome.failedItemIds).toEqual(['six']);
    expect(outcome.problems).toMatchObject([{ code: 'ledger_gap', chain: AGENT_CHAIN, seq: 5 }]);
  });

  test('hands back a chain whose store failed and archives the others', async () => {
    const ports = memoryPorts([...ROWS, ...control]);
    ports.archive.faults.push('before');
    const outcome = await archiveBatch(ports, deliveries, LIMITS);
    expect(outcome.faults.map(({ error }) => error instanceof StorageFault)).toEqual([true]);
    expect(outcome.failedItemIds.length).toBe(2);
    expect(new Set(outcome.failedItemIds.map((itemId) => itemId.split('#')[0])).size).toBe(1);
  });

  test('archives more chains than it works on at once', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => rowsOf(plainChain(`agent/${index}`, 1))).flat();
    const ports = memoryPorts(rows);
    const outcome = await archiveBatch(
      ports,
      rows.map((row) => ({ itemId: row.chain, row })),
      LIMITS,
    );
    expect(outcome.failedItemIds).toEqual([]);
    expect(ports.archive.objects.size).toBe(50);
  });

  test('hands nothing back when all is archived', async () => {
    const outcome = await archiveBatch(memoryPorts([...ROWS, ...control]), deliveries, LIMITS);
    expect(outcome).toEqual({ failedItemIds: [], problems: [], faults: [] });
  });
});

/** The same archive and ledger seen by an archiver that dies before it records progress. */
function memoryPortsSharing(ports: ReturnType<typeof memoryPorts>) {
  return { ...memoryPorts(ROWS), ledger: ports.ledger, archive: ports.archive };
}

function expectFault(error: unknown): void {
  expect(error).toBeInstanceOf(StorageFault);
}
