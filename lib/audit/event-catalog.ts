import { Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { EVENTS_PREFIX } from '../archive/archive-bucket.ts';
import { GLUE_DATABASE_NAME } from '../names.ts';
import { type ColumnSpec, trinoType } from './glue-types.ts';
import { statementOf, type ViewFile } from './sql-files.ts';

/** Properties of {@link EventCatalog}. */
export interface EventCatalogProps {
  readonly archive: Bucket;
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

/** First date the partitions cover: no event is older than the product. */
const FIRST_DATE = '2026-01-01';

/** The ledger as a table by date, and views over it. */
export class EventCatalog extends Construct {
  constructor(scope: Construct, id: string, props: EventCatalogProps) {
    super(scope, id);
    const catalogId = Stack.of(this).account;
    const database = new CfnDatabase(this, 'Database', {
      catalogId,
      databaseInput: { name: GLUE_DATABASE_NAME, description: 'Countersign ledger, read-only' },
    });
    const events = new CfnTable(this, 'Events', {
      catalogId,
      databaseName: GLUE_DATABASE_NAME,
      tableInput: eventsTable(props.archive.s3UrlForObject(EVENTS_PREFIX)),
    });
    events.addResourceDependency(database);
    for (const view of props.views) {
      const table = new CfnTable(this, `View-${view.name}`, {
        catalogId,
        databaseName: GLUE_DATABASE_NAME,
        tableInput: viewTable(view),
      });
      table.addResourceDependency(events);
    }
  }
}

function eventsTable(location: string): CfnTable.TableInputProperty {
  return {
    name: EVENTS_TABLE_NAME,
    description: 'One row per ledger event; filter by dt, the UTC date',
    tableType: 'EXTERNAL_TABLE',
    partitionKeys: [{ name: 'dt', type: 'string' }],
    parameters: {
      EXTERNAL: 'TRUE',
      classification: 'json',
      'projection.enabled': 'true',
      'projection.dt.type': 'date',
      'projection.dt.format': 'yyyy-MM-dd',
      // A date outside the range gives no rows and no error, so the range ends after today, never before.
      'projection.dt.range': `${FIRST_DATE},NOW+1DAY`,
      'projection.dt.interval': '1',
      'projection.dt.interval.unit': 'DAYS',
      'storage.location.template': `${location}dt=\${dt}/`,
    },
    storageDescriptor: {
      location,
      columns: [...EVENT_COLUMNS],
      inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
      serdeInfo: {
        serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
        // A SerDe that folds case folds the keys inside `data` too, and queries for `$.actionId` would find nothing.
        parameters: {
          'ignore.malformed.json': 'FALSE',
          'case.insensitive': 'FALSE',
          'mapping.frameworkrefs': 'frameworkRefs',
        },
      },
    },
  };
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
