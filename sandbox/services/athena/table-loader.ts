import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { LIST, listValue, VARCHAR } from '@duckdb/node-api';
import type { CatalogTable, Column } from './catalog.ts';
import { isProperties } from './catalog.ts';
import { isProjected } from './date-range.ts';

/** A current object of a bucket and the file that holds its bytes. */
export interface CurrentObject {
  readonly key: string;
  readonly file: string;
}

/** Lists the objects that are current under a prefix: no delete markers, no older versions. */
export type ListCurrent = (
  bucket: string,
  prefix: string,
) => Promise<readonly CurrentObject[]> | readonly CurrentObject[];

const DUCKDB_TYPES: { readonly [hive: string]: string } = {
  string: 'VARCHAR',
  bigint: 'BIGINT',
  int: 'INTEGER',
  boolean: 'BOOLEAN',
  'array<string>': 'VARCHAR[]',
};

/** Creates the table a catalogue entry describes, with its partition column. */
export async function createTable(connection: DuckDBConnection, table: CatalogTable): Promise<void> {
  const columns = table.columns.map(({ name, type }) => {
    const duckDbType = DUCKDB_TYPES[type];
    if (duckDbType === undefined)
      throw new Error(`expected a known column type of \`${table.name}.${name}\`, got \`${type}\``);
    return `"${name}" ${duckDbType}`;
  });
  await connection.run(`CREATE TABLE "${table.database}"."${table.name}" (${columns.join(', ')}, dt VARCHAR)`);
}

/** Keeps one table's rows equal to the bucket's current objects. Files are read once: an object never changes. */
export class TableLoader {
  readonly #table: CatalogTable;
  readonly #loaded = new Set<string>();

  constructor(table: CatalogTable) {
    this.#table = table;
  }

  /** @throws {Error} `HIVE_CURSOR_ERROR…` when a line is not JSON, as Athena does */
  async refresh(connection: DuckDBConnection, objects: readonly CurrentObject[], nowMs: number): Promise<void> {
    const current = new Set(objects.map(({ file }) => file));
    if (![...this.#loaded].every((file) => current.has(file))) {
      await connection.run(`DELETE FROM "${this.#table.database}"."${this.#table.name}"`);
      this.#loaded.clear();
    }
    for (const { key, file } of objects) {
      const date = /(?:^|\/)dt=([^/]+)\//.exec(key.slice(this.#table.prefix.length))?.[1];
      if (date === undefined || this.#loaded.has(file) || !isProjected(date, this.#table.dateRange, nowMs)) continue;
      const rows = await readRows(key, file, this.#table.serde.ignoresCase);
      await this.#append(connection, rows, date);
      this.#loaded.add(file);
    }
  }

  #keyOf(column: string): string {
    const { ignoresCase, keyByColumn } = this.#table.serde;
    const key = keyByColumn.get(column) ?? column;
    return ignoresCase ? key.toLowerCase() : key;
  }

  async #append(connection: DuckDBConnection, rows: readonly Row[], date: string): Promise<void> {
    const appender = await connection.createAppender(this.#table.name, this.#table.database, CATALOG_NAME);
    for (const row of rows) {
      for (const column of this.#table.columns) appendValue(appender, column, row.get(this.#keyOf(column.name)));
      appender.appendVarchar(date);
      appender.endRow();
    }
    appender.closeSync();
  }
}

/** The catalogue's name in statements, as Athena spells it. */
export const CATALOG_NAME = 'awsdatacatalog';

/** A line's members by name, lower-cased when the SerDe ignores case. Keys inside of a member keep theirs. */
type Row = ReadonlyMap<string, unknown>;

async function readRows(key: string, file: string, ignoresCase: boolean): Promise<readonly Row[]> {
  const stored = await readFile(file);
  const bytes = key.endsWith('.gz') ? await promisify(gunzip)(stored) : stored;
  const lines = bytes.toString('utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => parseRow(key, line, ignoresCase));
}

function parseRow(key: string, line: string, ignoresCase: boolean): Row {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  if (!isProperties(value)) throw new Error(`HIVE_CURSOR_ERROR: Row is not a valid JSON Object in ${key}`);
  return new Map(Object.entries(value).map(([name, member]) => [ignoresCase ? name.toLowerCase() : name, member]));
}

function appendValue(appender: DuckDBAppender, { type }: Column, value: unknown): void {
  if (value === undefined || value === null) appender.appendNull();
  else if (type === 'bigint') appender.appendBigInt(BigInt(String(value)));
  else if (type === 'int') appender.appendInteger(Number(value));
  else if (type === 'boolean') appender.appendBoolean(value === true);
  else if (Array.isArray(value) && type === 'array<string>')
    appender.appendList(listValue(value.map(asText)), LIST(VARCHAR));
  else appender.appendVarchar(asText(value));
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
