import { parseArgs } from 'node:util';
import { auditClients } from '../aws/audit-clients.ts';
import { openDetails } from '../aws/details-keys.ts';
import { DynamoDbStore } from '../aws/dynamodb-store.ts';
import { DynamoDbLedgerReader } from '../aws/ledger-reader.ts';
import type { JsonObject } from '../core/json.ts';
import { parseEvent } from '../core/ledger/parse-event.ts';
import { openCommitment } from '../core/records/commitment.ts';
import { detailsRefOf } from '../core/records/details-ref.ts';
import type { DetailsRef } from '../core/records/keep-details.ts';
import { detailsContext } from '../core/records/keep-details.ts';
import { decodeSubjectMonth, subjectKeyRef } from '../core/records/subject-key.ts';
import { auditTarget } from './audit/audit-target.ts';
import { runCommand } from './audit/run-command.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import { findDeployment } from './deployment.ts';

/** How the command is called. */
export const DETAILS_USAGE = `usage: countersign details CHAIN SEQ [--ledger TABLE --state TABLE] [--key KEY_ID] [--role ROLE] [--json]
  Reads what an event was about, in the clear, and checks it against the commitment in the event. Needs the role of the
  details reader. Without tables: the sandbox that runs here.`;

/** The role that may read details. */
const READER_ROLE = 'countersign-details-reader';
const DETAILS_KEY = 'alias/countersign-details';

const OPTIONS = {
  ledger: { type: 'string' },
  state: { type: 'string' },
  key: { type: 'string', default: DETAILS_KEY },
  role: { type: 'string', default: READER_ROLE },
  json: { type: 'boolean', default: false },
} as const;

/**
 * `countersign details`: opens the encrypted details beside an event.
 *
 * @returns 0 when they are what the event committed to, 1 when they are not, were not kept or their key was destroyed
 */
export function detailsCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, DETAILS_USAGE, async () => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
    const [chain, seqText, ...others] = positionals;
    if (chain === undefined || seqText === undefined || !/^\d{1,15}$/.test(seqText) || others.length > 0) {
      throw new CommandError(EXIT.badInput, DETAILS_USAGE);
    }
    const seq = Number(seqText);
    const clients = auditClients(auditTarget(io, values.role));
    const tables = tablesOf(io, values);
    const row = await new DynamoDbLedgerReader(clients.dynamoDb, tables.ledger).readDetails(chain, seq);
    if (row === undefined) throw new CommandError(EXIT.badInput, `expected an event ${chain} #${seq}, got none`);
    const ref = refOf(row.bytes);
    if (ref === undefined || row.details === undefined) {
      throw new CommandError(EXIT.failed, `expected details beside ${chain} #${seq}, got none`);
    }
    const store = new DynamoDbStore(clients.dynamoDb, { ...tables, registry: 'not-given' });
    const [item] = await store.read([subjectKeyRef(ref.subject, ref.month)]);
    const { key } = decodeSubjectMonth(item);
    if (key === undefined) {
      throw new CommandError(EXIT.failed, `the key of ${ref.subject} for ${ref.month} was destroyed`);
    }
    const context = detailsContext(ref, chain, seq);
    const opening = await openDetails(clients.kms, values.key, key, row.details, context);
    const opened = openCommitment(opening, ref.commitment);
    if (!opened.ok) throw new CommandError(EXIT.failed, `expected what the event committed to: ${opened.problem.code}`);
    report(io, values.json, { chain, seq, ...ref, details: opened.value }, detailLines(ref, opened.value));
    return EXIT.ok;
  });
}

function refOf(bytes: Uint8Array): DetailsRef | undefined {
  const parsed = parseEvent(bytes);
  return parsed.ok ? detailsRefOf(parsed.value.data) : undefined;
}

function detailLines({ subject, month, commitment }: DetailsRef, details: JsonObject): readonly string[] {
  return [
    `about ${subject}, key of ${month}, as committed to by ${commitment.slice(0, 16)}…`,
    ...Object.entries(details).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`),
  ];
}

function tablesOf(
  io: CommandIo,
  given: { readonly ledger?: string; readonly state?: string },
): { readonly ledger: string; readonly state: string } {
  const { ledger, state } = given;
  if (ledger !== undefined && state !== undefined) return { ledger, state };
  const names = findDeployment(io).sandbox?.names;
  if (names === undefined) throw new CommandError(EXIT.badInput, DETAILS_USAGE);
  return { ledger: ledger ?? names.ledgerTable, state: state ?? names.stateTable };
}
