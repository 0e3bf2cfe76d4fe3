import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoDbLedgerReader } from '../../../aws/ledger-reader.ts';
import { archiveChain } from '../../../core/ledger/archive.ts';
import { readProgress } from '../../../core/ledger/archive-progress.ts';
import { verifyArchive } from '../../../core/ledger/verify.ts';
import { ledgerWrite } from '../../../core/state/ledger-write.ts';
import { MemoryArchive } from '../../core/ledger/memory-archive.ts';
import { AGENT_CHAIN, headsOf, plainChain, rowsOf, sourceOf } from '../../core/ledger/sample-log.ts';
import type { TestDatabase } from '../../support/database.ts';
import { startTestDatabase } from '../../support/database.ts';

const EVENTS = plainChain(AGENT_CHAIN, 40);

let database: TestDatabase;

beforeAll(async () => {
  database = await startTestDatabase();
  for (const event of EVENTS) await database.store.commit([ledgerWrite(event)], event.id);
});

afterAll(() => database.close());

test('archives a chain once and whole when four archivers race on a real database', async () => {
  const archive = new MemoryArchive();
  const ledger = new DynamoDbLedgerReader(database.client, 'Ledger');
  const ports = { store: database.store, ledger, archive };
  const rows = rowsOf(EVENTS);
  const deliveries = [rows.slice(30), rows.slice(0, 12), rows.slice(20, 25), rows.slice(39)];
  const results = await Promise.all(
    deliveries.map((delivered, index) =>
      archiveChain(ports, AGENT_CHAIN, delivered, { maxRows: 3 + index, maxBytes: 1_000_000 }),
    ),
  );
  expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true]);
  expect((await readProgress(database.store, AGENT_CHAIN)).nextSeq).toBe(EVENTS.length);
  const report = await verifyArchive(sourceOf(archive.objects), { heads: headsOf([EVENTS]) });
  expect(report.failures).toEqual([]);
  expect(report.events).toBe(EVENTS.length);
});

test('reads the newest row and pages of rows from the real table', async () => {
  const ledger = new DynamoDbLedgerReader(database.client, 'Ledger');
  expect((await ledger.lastRow(AGENT_CHAIN))?.seq).toBe(39);
  expect((await ledger.readRows(AGENT_CHAIN, 35, 3)).map(({ seq }) => seq)).toEqual([35, 36, 37]);
  expect(await ledger.readRows('agent/none', 0, 3)).toEqual([]);
});
