import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { AthenaQueries } from '../aws/athena-queries.ts';
import { auditClients } from '../aws/audit-clients.ts';
import { DynamoDbLedgerReader } from '../aws/ledger-reader.ts';
import { systemPause } from '../aws/system.ts';
import { CONTROL_CHAIN } from '../core/ledger/event.ts';
import { parseHeads } from '../core/ledger/heads.ts';
import { printable } from '../core/ledger/printable.ts';
import { AUDIT_DATABASE, AUDIT_WORKGROUP, auditTarget } from './audit/audit-target.ts';
import { crossCheck, headsReader } from './audit/cross-check.ts';
import { checkLeaves, type LeafFault } from './audit/leaf-check.ts';
import { runCommand } from './audit/run-command.ts';
import { tableLines, tableObjects } from './audit/table-lines.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import { openLog } from './verify-log/open-log.ts';

/** How the command is called. */
export const QUERY_USAGE = `usage: countersign query                              list the queries of the deployment
       countersign query NAME [--param VALUE]…        run one; a parameter is text, in the order of its \`?\`
       countersign query --sql "SELECT …" [--param VALUE]…
       countersign query --cross-check (--heads FILE | --table LEDGER_TABLE | --log DIR|s3://BUCKET)
flags: --json · --workgroup NAME · --role ROLE (of the sandbox's)`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  param: { type: 'string', multiple: true },
  sql: { type: 'string' },
  'cross-check': { type: 'boolean', default: false },
  heads: { type: 'string' },
  table: { type: 'string' },
  log: { type: 'string' },
  workgroup: { type: 'string', default: AUDIT_WORKGROUP },
  role: { type: 'string' },
} as const;

/** Differences that are printed; `--json` gives all. */
const SHOWN_FAULTS = 20;

type Values = ReturnType<typeof parse>['values'];

/**
 * `countersign query`: asks Athena, on AWS and in the sandbox alike.
 *
 * @returns 0 when the query ran (and, with `--cross-check`, all counts or leaves agree), 1 when not, 3 on bad input
 */
export function queryCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, QUERY_USAGE, async () => {
    const { values, positionals } = parse(argv);
    const [name, ...others] = positionals;
    const asked = [name, values.sql, values['cross-check'] || undefined].filter((each) => each !== undefined);
    if (others.length > 0 || asked.length > 1) throw new CommandError(EXIT.badInput, QUERY_USAGE);
    const clients = auditClients(auditTarget(io, values.role));
    const athena = new AthenaQueries(clients.athena, values.workgroup, systemPause);
    if (values['cross-check'] && values.log !== undefined) return checkLog(io, values, athena, values.log);
    if (values['cross-check']) return checkCounts(io, values, athena);
    if (values.sql?.trim() === '') throw new CommandError(EXIT.badInput, 'expected a statement with --sql, got none');
    if (values.sql !== undefined) return show(io, values, athena, '', values.sql, AUDIT_DATABASE);
    const shipped = await athena.shipped();
    if (name === undefined) {
      const lines = shipped.map((query) => `${query.name.padEnd(30)} ${query.description}`);
      report(io, values.json, { queries: shipped }, lines);
      return EXIT.ok;
    }
    const query = shipped.find((each) => each.name === name);
    if (query === undefined)
      throw new CommandError(
        EXIT.badInput,
        `expected one of ${shipped.map((each) => each.name).join(', ')}, got \`${name}\``,
      );
    return show(io, values, athena, query.name, query.sql, query.database);
  });
}

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
}

async function show(
  io: CommandIo,
  values: Values,
  athena: AthenaQueries,
  name: string,
  sql: string,
  database: string,
): Promise<number> {
  const expected = placeholders(sql);
  const parameters = values.param ?? [];
  if (parameters.length !== expected) {
    const named = /^-- params: (.+)$/m.exec(sql)?.[1];
    const which = named === undefined ? '' : ` (${named})`;
    throw new CommandError(EXIT.badInput, `expected ${expected} of --param${which}, got ${parameters.length}`);
  }
  const table = await athena.run(sql, database, parameters);
  report(io, values.json, { query: name, columns: table.columns, rows: tableObjects(table) }, tableLines(table));
  return EXIT.ok;
}

/** Counts the `?` of a statement, leaving out strings, quoted names and comments. */
function placeholders(sql: string): number {
  const bare = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, '');
  return bare.split('?').length - 1;
}

async function checkCounts(io: CommandIo, values: Values, athena: AthenaQueries): Promise<number> {
  const { read, known } = await headSource(io, values);
  const counts = await crossCheck(athena, read, known);
  const ok = counts.every((count) => count.agrees);
  report(io, values.json, { ok, chains: counts }, [
    ...counts.map(({ chain, queried, expected, agrees }) => {
      return `${agrees ? 'OK    ' : 'DIFFER'} ${chain}: ${queried} queried, ${expected} in the ledger`;
    }),
    ok ? 'all counts agree' : 'counts differ',
  ]);
  return ok ? EXIT.ok : EXIT.failed;
}

async function checkLog(io: CommandIo, values: Values, athena: AthenaQueries, place: string): Promise<number> {
  const log = await openLog(io, place);
  if (log === undefined) throw new CommandError(EXIT.badInput, `expected a log at \`${place}\`, got none`);
  const { faults, ...compared } = await checkLeaves(athena, log.source);
  const ok = faults.length === 0;
  report(io, values.json, { ok, ...compared, faults }, [
    ...faults.slice(0, SHOWN_FAULTS).map(faultLine),
    `the log has ${compared.logSize} leaves, queries know ${compared.queriedSize}`,
    ok ? `all ${compared.compared} leaves agree` : `${faults.length} differences`,
  ]);
  return ok ? EXIT.ok : EXIT.failed;
}

function faultLine({ code, leaf, expected, got }: LeafFault): string {
  const place = leaf === undefined ? '' : ` at leaf ${leaf}`;
  return `DIFFER ${code}${place}: the log has ${printable(expected)}, queries show ${printable(got)}`;
}

async function headSource(io: CommandIo, values: Values) {
  if (values.heads !== undefined) {
    const parsed = parseHeads(await readFile(values.heads, 'utf8'));
    if (!parsed.ok) throw new CommandError(EXIT.badInput, `${values.heads}: ${parsed.problem}`);
    return { read: headsReader(parsed.value), known: parsed.value.keys() };
  }
  if (values.table === undefined)
    throw new CommandError(EXIT.badInput, 'expected --heads FILE, --table LEDGER_TABLE or --log DIR|s3://BUCKET');
  const ledger = new DynamoDbLedgerReader(auditClients(auditTarget(io, values.role)).dynamoDb, values.table);
  const read = async (chain: string) => ((await ledger.lastRow(chain))?.seq ?? -1) + 1;
  return { read, known: [CONTROL_CHAIN] };
}
