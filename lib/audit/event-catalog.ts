import { Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PROJECTED_CHECKPOINTS, PROJECTED_RANGES } from '../../core/ledger/log/projection.ts';
import { EVENTS_PREFIX } from '../archive/archive-bucket.ts';
import { GLUE_DATABASE_NAME } from '../names.ts';
import { datedTable } from './dated-table.ts';
import { type ColumnSpec, trinoType } from './glue-types.ts';
import { statementOf, type ViewFile } from './sql-files.ts';

/** Properties of {@link EventCatalog}. */
export interface EventCatalogProps {
  readonly archive: Bucket;
  /** The log's bucket. */
  readonly log: Bucket;
  readonly views: readonly ViewFile[];
}

/** The table over the archive. */
export const EVENTS_TABLE_NAME = 'events';

/** Members of an event as Athena sees them; `data` stays JSON text, because each type has its own. */
export const EVENT_COLUMNS: readonly ColumnSpec[] = [
  { name: 'v', type: 'string' },
  { name: 'type', type: 'string' },
  { name: 'chain', type: 'string' },
  { name: 'seq', type: 'bigint' },
  { name: 'prev', type: 'string' },
  { name: 'id', type: 'string' },
  { name: 'time', type: 'string' },
  { name: 'agent', type: 'string' },
  { name: 'frameworkrefs', type: 'array<string>' },
  { name: 'data', type: 'string' },
];

/** The log's checkpoints: a line each. */
export const CHECKPOINT_COLUMNS: readonly ColumnSpec[] = [
  { name: 'size', type: 'bigint' },
  { name: 'root', type: 'string' },
  { name: 'time', type: 'string' },
  { name: 'first_index', type: 'bigint' },
  { name: 'leaf_count', type: 'bigint' },
  { name: 'origin', type: 'string' },
  { name: 'cosigners', type: 'bigint' },
  { name: 'cosigner_names', type: 'array<string>' },
];

/** Which events the leaves hold that are new in a checkpoint: a line for consecutive ones of a chain. */
export const RANGE_COLUMNS: readonly ColumnSpec[] = [
  { name: 'chain', type: 'string' },
  { name: 'first_seq', type: 'bigint' },
  { name: 'first_index', type: 'bigint' },
  { name: 'leaf_count', type: 'bigint' },
  { name: 'size', type: 'bigint' },
  { name: 'root', type: 'string' },
  { name: 'time', type: 'string' },
];

/** The ledger and its places in the log as tables by date, and views over them. */
export class EventCatalog extends Construct {
  constructor(scope: Construct, id: string, props: EventCatalogProps) {
    super(scope, id);
    const catalogId = Stack.of(this).account;
    const database = new CfnDatabase(this, 'Database', {
      catalogId,
      databaseInput: { name: GLUE_DATABASE_NAME, description: 'Countersign ledger, read-only' },
    });
    const tables = sources(props).map((source) => {
      const tableInput = datedTable(source);
      const table = new CfnTable(this, source.id, { catalogId, databaseName: GLUE_DATABASE_NAME, tableInput });
      table.addResourceDependency(database);
      return table;
    });
    for (const view of props.views) {
      const table = new CfnTable(this, `View-${view.name}`, {
        catalogId,
        databaseName: GLUE_DATABASE_NAME,
        tableInput: viewTable(view),
      });
      for (const source of tables) table.addResourceDependency(source);
    }
  }
}

function sources({ archive, log }: EventCatalogProps) {
  return [
    {
      id: 'Events',
      name: EVENTS_TABLE_NAME,
      description: 'One row per ledger event; filter by dt, the UTC date',
      location: archive.s3UrlForObject(EVENTS_PREFIX),
      columns: EVENT_COLUMNS,
      keys: { frameworkrefs: 'frameworkRefs' },
    },
    {
      id: 'Checkpoints',
      name: 'checkpoints',
      description: 'One row per checkpoint of the log; copies, made of what a verifier reads',
      location: log.s3UrlForObject(PROJECTED_CHECKPOINTS),
      columns: CHECKPOINT_COLUMNS,
    },
    {
      id: 'LogRanges',
      name: 'log_ranges',
      description: 'Consecutive events of a chain and their leaves; dt is the date of the events',
      location: log.s3UrlForObject(PROJECTED_RANGES),
      columns: RANGE_COLUMNS,
    },
  ];
}

/**
 * A view as Athena keeps it in the catalogue: the statement and its columns as base64 JSON.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/views.html
 */
function viewTable(view: ViewFile): CfnTable.TableInputProperty {
  const definition = {
    originalSql: statementOf(view),
    catalog: 'awsdatacatalog',
    schema: GLUE_DATABASE_NAME,
    columns: view.columns.map((column) => ({ name: column.name, type: trinoType(column.type) })),
  };
  return {
    name: view.name,
    description: view.description,
    tableType: 'VIRTUAL_VIEW',
    parameters: { presto_view: 'true', comment: 'Presto View' },
    viewOriginalText: `/* Presto View: ${Buffer.from(JSON.stringify(definition)).toString('base64')} */`,
    viewExpandedText: '/* Presto View */',
    storageDescriptor: { columns: [...view.columns], serdeInfo: {} },
  };
}
