import type { Assembly, Resource } from '../../contract.ts';

/** A column by its Hive type. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** The settings of the OpenX JSON SerDe that matter here. */
export interface Serde {
  /** When false, keys match exactly: a key with capitals needs a mapping, because column names have none. */
  readonly ignoresCase: boolean;
  /** Keys by column, from `mapping.<column>`. */
  readonly keyByColumn: ReadonlyMap<string, string>;
}

/** A table over JSON lines in a bucket, partitioned by `dt`. */
export interface CatalogTable {
  readonly kind: 'table';
  readonly database: string;
  readonly name: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly columns: readonly Column[];
  /** How the SerDe finds a column's value in a line. */
  readonly serde: Serde;
  /** First and last date of the projection, as written: `2026-01-01` and `NOW+1DAY`. */
  readonly dateRange: readonly [string, string];
}

/** A view, by its Trino statement. */
export interface CatalogView {
  readonly kind: 'view';
  readonly database: string;
  readonly name: string;
  readonly sql: string;
}

type Properties = { readonly [name: string]: unknown };

/**
 * The tables and views the templates declare.
 *
 * @throws {Error} naming the resource when it is neither a view nor JSON lines with a date projection on `dt`
 */
export function readCatalog(assembly: Assembly): readonly (CatalogTable | CatalogView)[] {
  return assembly.byType('AWS::Glue::Table').map((resource) => {
    const input = objectAt(resource.properties, 'TableInput');
    const database = textAt(resource.properties, 'DatabaseName').toLowerCase();
    const name = textAt(input, 'Name').toLowerCase();
    if (input['TableType'] === 'VIRTUAL_VIEW') return { kind: 'view', database, name, sql: viewSql(resource, input) };
    return { kind: 'table', database, name, ...readTable(resource, input) };
  });
}

function readTable(resource: Resource, input: Properties) {
  const storage = objectAt(input, 'StorageDescriptor');
  const parameters = objectAt(input, 'Parameters');
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(textAt(storage, 'Location')) ?? [];
  const partitions = columnsOf(input['PartitionKeys']);
  const [from, to] = textAt(parameters, 'projection.dt.range').split(',');
  const isDated = parameters['projection.dt.type'] === 'date' && partitions.map(({ name }) => name).join() === 'dt';
  if (bucket === undefined || prefix === undefined || !isDated || from === undefined || to === undefined)
    throw unsupported(resource, 'JSON lines in S3 with a date projection on `dt`');
  const dateRange: readonly [string, string] = [from.trim(), to.trim()];
  const serde = readSerde(objectAt(objectAt(storage, 'SerdeInfo'), 'Parameters'));
  return { bucket, prefix, columns: columnsOf(storage['Columns']), serde, dateRange };
}

function readSerde(parameters: Properties): Serde {
  const mappings = Object.entries(parameters).flatMap(([name, key]) =>
    name.startsWith('mapping.') ? [[name.slice('mapping.'.length), String(key)] as const] : [],
  );
  const ignoresCase = textAt(parameters, 'case.insensitive').toLowerCase() !== 'false';
  return { ignoresCase, keyByColumn: new Map(mappings) };
}

function viewSql(resource: Resource, input: Properties): string {
  const encoded = /^\/\* Presto View: ([A-Za-z0-9+/=]+) \*\/$/.exec(textAt(input, 'ViewOriginalText'))?.[1];
  if (encoded === undefined) throw unsupported(resource, 'a Presto view');
  const definition: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString());
  return textAt(isProperties(definition) ? definition : {}, 'originalSql');
}

function columnsOf(value: unknown): readonly Column[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter(isProperties).map((column) => ({
    name: textAt(column, 'Name').toLowerCase(),
    type: textAt(column, 'Type').toLowerCase(),
  }));
}

/** True for an object with named members. */
export function isProperties(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectAt(value: Properties, name: string): Properties {
  const member = value[name];
  return isProperties(member) ? member : {};
}

/** A member that is text; empty when it is absent or something else. */
export function textAt(value: Properties, name: string): string {
  const member = value[name];
  return typeof member === 'string' ? member : '';
}

function unsupported(resource: Resource, expected: string): Error {
  return new Error(`expected \`${resource.stack}/${resource.logicalId}\` to be ${expected}, got something else`);
}
