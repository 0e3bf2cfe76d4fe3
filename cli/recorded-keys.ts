import { auditClients } from '../aws/audit-clients.ts';
import { DynamoDbLedgerReader } from '../aws/ledger-reader.ts';
import { CONTROL_CHAIN } from '../core/ledger/event.ts';
import type { LedgerEvent } from '../core/ledger/parse-event.ts';
import { parseEvent } from '../core/ledger/parse-event.ts';
import type { RecordedKey } from '../core/records/keys-of-events.ts';
import { keysOfEvents, logKeyLine } from '../core/records/keys-of-events.ts';
import { auditTarget } from './audit/audit-target.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT } from './command.ts';

/** Rows read at once. */
const PAGE_ROWS = 500;

/**
 * The keys that the control chain of a ledger table tells of.
 *
 * @throws {CommandError} failed, when a row cannot be read as an event
 */
export async function recordedKeys(io: CommandIo, table: string): Promise<readonly RecordedKey[]> {
  const reader = new DynamoDbLedgerReader(auditClients(auditTarget(io)).dynamoDb, table);
  const events: LedgerEvent[] = [];
  for (let isRead = false; !isRead; ) {
    const rows = await reader.readRows(CONTROL_CHAIN, events.length, PAGE_ROWS);
    for (const { bytes, seq } of rows) {
      const parsed = parseEvent(bytes);
      if (!parsed.ok) throw new CommandError(EXIT.failed, `control #${seq}: ${parsed.problem.check}`);
      events.push(parsed.value);
    }
    isRead = rows.length < PAGE_ROWS;
  }
  return keysOfEvents(events);
}

/**
 * The log's keys as its readers pin them, one in a line: those that were recorded, retired ones with their last size,
 * and those in use that nobody has recorded yet.
 *
 * @param inUse verifier keys, one in a line
 */
export function pinnedLines(recorded: readonly RecordedKey[], origin: string, inUse: string): string {
  const lines = recorded.flatMap((key) => logKeyLine(key, origin) ?? []);
  const known = new Set(lines.map((line) => line.split(' ', 1)[0]));
  const others = inUse.split('\n').filter((key) => key !== '' && !known.has(key));
  return [...lines, ...others].map((line) => `${line}\n`).join('');
}
