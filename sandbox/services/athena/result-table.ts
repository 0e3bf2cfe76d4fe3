import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { DuckDBListValue } from '@duckdb/node-api';

/** A finished query: column names and types as Athena names them, and values as Athena writes them. */
export interface ResultTable {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** `undefined` is NULL. */
  readonly rows: readonly (readonly (string | undefined)[])[];
}

const ATHENA_TYPES: { readonly [duckDb: string]: string } = {
  HUGEINT: 'bigint',
  UBIGINT: 'bigint',
  BIGINT: 'bigint',
  INTEGER: 'integer',
  VARCHAR: 'varchar',
  JSON: 'json',
  BOOLEAN: 'boolean',
  DOUBLE: 'double',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamp with time zone',
};

/** Converts DuckDB's names, types and values. */
export function resultTable(
  names: readonly string[],
  types: readonly DuckDBType[],
  rows: readonly (readonly DuckDBValue[])[],
): ResultTable {
  return {
    columns: names.map((name, index) => ({ name, type: athenaType(String(types[index])) })),
    rows: rows.map((row) => row.map(athenaText)),
  };
}

function athenaType(duckDbType: string): string {
  if (duckDbType.endsWith('[]')) return 'array';
  if (duckDbType.startsWith('DECIMAL')) return 'decimal';
  return ATHENA_TYPES[duckDbType] ?? duckDbType.toLowerCase();
}

function athenaText(value: DuckDBValue): string | undefined {
  if (value === null) return undefined;
  if (value instanceof DuckDBListValue) return `[${value.items.map((item) => athenaText(item) ?? 'null').join(', ')}]`;
  // DuckDB writes a UTC time as `2026-11-20 09:00:00.123+00`, Athena as `2026-11-20 09:00:00.123 UTC`.
  const zoned = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})(\.\d+)?\+00$/.exec(String(value));
  if (zoned !== null) return `${zoned[1]}.${(zoned[2] ?? '').slice(1, 4).padEnd(3, '0')} UTC`;
  return String(value);
}
