import type { CfnTable } from 'aws-cdk-lib/aws-glue';
import type { ColumnSpec } from './glue-types.ts';

/** A table over JSON lines in a bucket, in folders `dt=<UTC date>/`. */
export interface DatedTable {
  readonly name: string;
  readonly description: string;
  /** `s3://…/` */
  readonly location: string;
  readonly columns: readonly ColumnSpec[];
  /** Keys of the lines by column, where they are not the column's name. */
  readonly keys?: { readonly [column: string]: string };
}

/** First date the partitions cover: no event is older than the product. */
const FIRST_DATE = '2026-01-01';

/** The table as Glue keeps it: partitions are computed from dates, and nothing has to be registered. */
export function datedTable(table: DatedTable): CfnTable.TableInputProperty {
  const { name, description, location, columns, keys = {} } = table;
  const mappings = Object.entries(keys).map(([column, key]) => [`mapping.${column}`, key]);
  return {
    name,
    description,
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
      columns: [...columns],
      inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
      serdeInfo: {
        serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
        // A SerDe that folds case folds the keys inside `data` too, and queries for `$.actionId` would find nothing.
        parameters: {
          'ignore.malformed.json': 'FALSE',
          'case.insensitive': 'FALSE',
          ...Object.fromEntries(mappings),
        },
      },
    },
  };
}
