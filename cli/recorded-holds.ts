import { auditClients } from '../aws/audit-clients.ts';
import { DynamoDbLedgerReader } from '../aws/ledger-reader.ts';
import { CONTROL_CHAIN } from '../core/ledger/event.ts';
import type { LedgerEvent } from '../core/ledger/parse-event.ts';
import { parseEvent } from '../core/ledger/parse-event.ts';
import type { RecordedHold } from '../core/records/holds-of-events.ts';
import { holdsOfEvents } from '../core/records/holds-of-events.ts';
import { auditTarget } from './audit/audit-target.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT } from './command.ts';

const PAGE_ROWS = 500;

/**
 * Every hold that the control chain tells of, read as an auditor.
 *
 * @throws {CommandError} failed when a row of the chain cannot be read
 */
export async function recordedHolds(io: CommandIo, table: string): Promise<readonly RecordedHold[]> {
  return holdsOfEvents(await controlEvents(io, table));
}

/**
 * The control chain, read as an auditor.
 *
 * @throws {CommandError} failed when a row of the chain cannot be read
 */
export async function controlEvents(io: CommandIo, table: string): Promise<readonly LedgerEvent[]> {
  const reader = new DynamoDbLedgerReader(auditClients(auditTarget(io)).dynamoDb, table);
  const events: LedgerEvent[] = [];
  for (;;) {
    const rows = await reader.readRows(CONTROL_CHAIN, events.length, PAGE_ROWS);
    for (const { bytes } of rows) {
      const parsed = parseEvent(bytes);
      if (!parsed.ok) throw new CommandError(EXIT.failed, `control #${events.length}: ${parsed.problem.check}`);
      events.push(parsed.value);
    }
    if (rows.length < PAGE_ROWS) return events;
  }
}
