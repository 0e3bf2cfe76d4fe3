import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECTED_CHECKPOINTS, PROJECTED_RANGES, PROJECTION_PREFIX } from '../../../core/ledger/log/projection.ts';
import { CHECKPOINT_COLUMNS, RANGE_COLUMNS } from '../../../lib/audit/event-catalog.ts';
import { type ColumnSpec, trinoType } from '../../../lib/audit/glue-types.ts';
import { readSqlFiles, readViewFiles, statementOf } from '../../../lib/audit/sql-files.ts';
import type { Assembly, AwsService, Caller, MovableClock, Resource } from '../../../sandbox/contract.ts';
import { AwsError } from '../../../sandbox/contract.ts';
import { createAthenaService } from '../../../sandbox/services/athena/athena-service.ts';
import type { CurrentObject } from '../../../sandbox/services/athena/table-loader.ts';

const ROOT = join(import.meta.dirname, '../../..');

export const VIEWS = readViewFiles(join(ROOT, 'audit/views'));
export const QUERIES = readSqlFiles(join(ROOT, 'audit/queries'));

export const AUDITOR: Caller = {
  arn: 'arn:aws:sts::111122223333:assumed-role/countersign-auditor/test',
  roleArn: 'arn:aws:iam::111122223333:role/countersign-auditor',
  accountId: '111122223333',
};

/** 2026-11-22: a day after the sample archive's last event. */
const NOW_MS = Date.UTC(2026, 10, 22);

const EVENT_COLUMNS = [
  ...['v', 'type', 'chain', 'prev', 'id', 'time', 'agent', 'data'].map((name) => ({ Name: name, Type: 'string' })),
  { Name: 'seq', Type: 'bigint' },
  { Name: 'frameworkrefs', Type: 'array<string>' },
];

function resource(type: string, name: string, properties: { readonly [name: string]: unknown }): Resource {
  const arn = `arn:aws:athena:eu-west-1:111122223333:workgroup/${name}`;
  return { stack: 'CountersignAudit', logicalId: name, type, properties, ref: `ref-${name}`, arn, attributes: {} };
}

function table(name: string, input: { readonly [name: string]: unknown }): Resource {
  return resource('AWS::Glue::Table', name, { DatabaseName: 'countersign', TableInput: { Name: name, ...input } });
}

/** A table over JSON lines by date, as the audit stack declares it. */
function dated(
  name: string,
  location: string,
  columns: readonly { readonly Name: string; readonly Type: string }[],
  serde: { readonly [name: string]: string },
): Resource {
  return table(name, {
    TableType: 'EXTERNAL_TABLE',
    PartitionKeys: [{ Name: 'dt', Type: 'string' }],
    Parameters: { 'projection.dt.type': 'date', 'projection.dt.range': '2026-01-01,NOW+1DAY' },
    StorageDescriptor: { Location: location, Columns: columns, SerdeInfo: { Parameters: serde } },
  });
}

const namesAndTypes = (columns: readonly ColumnSpec[]) => columns.map(({ name, type }) => ({ Name: name, Type: type }));

const EXACT_KEYS = { 'case.insensitive': 'FALSE', 'mapping.frameworkrefs': 'frameworkRefs' };

/** The catalogue as the audit stack declares it. */
export function auditResources(serde: { readonly [name: string]: string } = EXACT_KEYS): Resource[] {
  const events = dated('events', 's3://archive/events/', EVENT_COLUMNS, serde);
  const log = [
    dated('checkpoints', `s3://log/${PROJECTED_CHECKPOINTS}`, namesAndTypes(CHECKPOINT_COLUMNS), EXACT_KEYS),
    dated('log_ranges', `s3://log/${PROJECTED_RANGES}`, namesAndTypes(RANGE_COLUMNS), EXACT_KEYS),
  ];
  const views = VIEWS.map((view) => {
    const columns = view.columns.map(({ name, type }) => ({ name, type: trinoType(type) }));
    const definition = { originalSql: statementOf(view), catalog: 'awsdatacatalog', schema: 'countersign', columns };
    const encoded = Buffer.from(JSON.stringify(definition)).toString('base64');
    return table(view.name, { TableType: 'VIRTUAL_VIEW', ViewOriginalText: `/* Presto View: ${encoded} */` });
  });
  const queries = QUERIES.map(({ name, description, sql }) =>
    resource('AWS::Athena::NamedQuery', name, {
      Name: name,
      Description: description,
      Database: 'countersign',
      QueryString: sql,
      WorkGroup: 'countersign-audit',
    }),
  );
  const workGroup = resource('AWS::Athena::WorkGroup', 'countersign-audit', { Name: 'countersign-audit' });
  return [workGroup, events, ...log, ...views, ...queries];
}

export function assemblyOf(resources: readonly Resource[]): Assembly {
  return {
    accountId: '111122223333',
    region: 'eu-west-1',
    resources,
    byType: (type) => resources.filter((each) => each.type === type),
    assetPath: () => '',
  };
}

export interface AthenaFixture {
  readonly service: AwsService;
  /** Current objects, of the log those below `projection/`, of the archive all others; change it to change the buckets. */
  readonly objects: CurrentObject[];
  readonly denied: Set<string>;
  readonly asked: string[];
  put(key: string, bytes: Uint8Array | string): Promise<void>;
  /** Calls an operation as the SDK would. */
  call<Reply = { readonly [member: string]: unknown }>(operation: string, input: unknown): Promise<Reply>;
  close(): Promise<void>;
}

/** The service over a folder of objects. `denied` holds actions the authorizer refuses. */
export async function athenaFixture(resources: readonly Resource[] = auditResources()): Promise<AthenaFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'athena-'));
  const objects: CurrentObject[] = [];
  const denied = new Set<string>();
  const asked: string[] = [];
  const clock: MovableClock = { nowMs: () => NOW_MS, advance: () => undefined, at: () => () => undefined };
  const authorizer = {
    authorize: (_: Caller, action: string, arn: string) => {
      asked.push(`${action} ${arn}`);
      if (denied.has(action)) throw new AwsError('AccessDeniedException', 400, `not authorized to perform: ${action}`);
    },
  };
  const service = await createAthenaService({ assembly: assemblyOf(resources), authorizer, clock }, (bucket, prefix) =>
    objects.filter(
      ({ key }) => key.startsWith(prefix) && bucket === (key.startsWith(PROJECTION_PREFIX) ? 'log' : 'archive'),
    ),
  );
  let files = 0;
  return {
    service,
    objects,
    denied,
    asked,
    put: async (key, bytes) => {
      files += 1;
      const file = join(folder, String(files));
      await writeFile(file, bytes);
      objects.push({ key, file });
    },
    call: async (operation, input) => {
      const body = Buffer.from(JSON.stringify(input));
      const base = { service: 'athena', method: 'POST', path: '/', query: new URLSearchParams(), headers: {} };
      const reply = await service.handle({ ...base, operation, body, caller: AUDITOR });
      return JSON.parse(String(reply.body));
    },
    close: async () => {
      await service.close?.();
      await rm(folder, { recursive: true });
    },
  };
}

export interface QueryOutcome {
  readonly state: string;
  readonly reason?: string;
  readonly rows: readonly { readonly [column: string]: string | undefined }[];
  readonly types: { readonly [column: string]: string };
}

/** Runs a statement to its end and reads every page. */
export async function runQuery(
  fixture: AthenaFixture,
  sql: string,
  parameters: readonly string[] = [],
  maxResults = 1_000,
): Promise<QueryOutcome> {
  const { QueryExecutionId: id } = await fixture.call('StartQueryExecution', {
    QueryString: sql,
    WorkGroup: 'countersign-audit',
    QueryExecutionContext: { Database: 'countersign' },
    ...(parameters.length > 0 && { ExecutionParameters: parameters }),
  });
  const status = await finished(fixture, id);
  if (status.State !== 'SUCCEEDED')
    return { state: status.State, reason: status.StateChangeReason, rows: [], types: {} };
  const lines: (string | undefined)[][] = [];
  let types: Record<string, string> = {};
  let token: string | undefined;
  do {
    const page: ResultPage = await fixture.call('GetQueryResults', {
      QueryExecutionId: id,
      MaxResults: maxResults,
      ...(token !== undefined && { NextToken: token }),
    });
    lines.push(...page.ResultSet.Rows.map(({ Data }) => Data.map(({ VarCharValue }) => VarCharValue)));
    types = Object.fromEntries(page.ResultSet.ResultSetMetadata.ColumnInfo.map(({ Name, Type }) => [Name, Type]));
    token = page.NextToken;
  } while (token !== undefined);
  const [header = [], ...rows] = lines;
  return {
    state: status.State,
    types,
    rows: rows.map((row) => Object.fromEntries(row.map((value, index) => [header[index] ?? '', value]))),
  };
}

interface ResultPage {
  readonly ResultSet: {
    readonly Rows: readonly { readonly Data: readonly { readonly VarCharValue?: string }[] }[];
    readonly ResultSetMetadata: { readonly ColumnInfo: readonly { readonly Name: string; readonly Type: string }[] };
  };
  readonly NextToken?: string;
}

interface Status {
  readonly State: string;
  readonly StateChangeReason: string;
}

/** Polls, yielding to the event loop, until the execution has ended. */
export async function finished(fixture: AthenaFixture, id: unknown): Promise<Status> {
  for (;;) {
    const reply: { readonly QueryExecution: { readonly Status: Status } } = await fixture.call('GetQueryExecution', {
      QueryExecutionId: id,
    });
    const status = reply.QueryExecution.Status;
    if (status.State !== 'QUEUED' && status.State !== 'RUNNING') return status;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
