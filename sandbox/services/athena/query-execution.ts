import type { ResultTable } from './result-table.ts';

/** A query from its start on. Not durable: like results in Athena's console it is gone after a restart. */
export interface QueryExecution {
  readonly id: string;
  readonly sql: string;
  readonly parameters: readonly string[];
  readonly database: string;
  readonly workGroup: string;
  readonly submittedMs: number;
  state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  completedMs?: number;
  reason?: string;
  result?: ResultTable;
  interrupt?: () => void;
}

/** The execution as `GetQueryExecution` shows it. Times are epoch seconds. */
export function describeExecution(execution: QueryExecution): { readonly [member: string]: unknown } {
  const { completedMs, submittedMs } = execution;
  return {
    QueryExecutionId: execution.id,
    Query: execution.sql,
    StatementType: 'DML',
    QueryExecutionContext: { Database: execution.database, Catalog: 'awsdatacatalog' },
    ...(execution.parameters.length > 0 && { ExecutionParameters: execution.parameters }),
    WorkGroup: execution.workGroup,
    EngineVersion: {
      SelectedEngineVersion: 'Athena engine version 3',
      EffectiveEngineVersion: 'Athena engine version 3',
    },
    Status: {
      State: execution.state,
      SubmissionDateTime: submittedMs / 1_000,
      ...(completedMs !== undefined && { CompletionDateTime: completedMs / 1_000 }),
      ...(execution.reason !== undefined && { StateChangeReason: execution.reason }),
    },
    // Nothing is scanned from S3, so nothing would be billed: said as 0 rather than guessed.
    Statistics: {
      DataScannedInBytes: 0,
      ...(completedMs !== undefined && { TotalExecutionTimeInMillis: completedMs - submittedMs }),
    },
  };
}

/** One page of results; the first page begins with the column names, as Athena's does. */
export function resultPage(table: ResultTable, start: number, limit: number): { readonly [member: string]: unknown } {
  const header = table.columns.map(({ name }): string | undefined => name);
  const rows = [header, ...table.rows].slice(start, start + limit);
  const next = start + limit;
  return {
    UpdateCount: 0,
    ResultSet: {
      Rows: rows.map((row) => ({ Data: row.map((value) => (value === undefined ? {} : { VarCharValue: value })) })),
      ResultSetMetadata: {
        ColumnInfo: table.columns.map(({ name, type }) => ({
          CatalogName: 'hive',
          SchemaName: '',
          TableName: '',
          Name: name,
          Label: name,
          Type: type,
          Precision: 0,
          Scale: 0,
          Nullable: 'UNKNOWN',
          CaseSensitive: type === 'varchar',
        })),
      },
    },
    ...(next <= table.rows.length && { NextToken: String(next) }),
  };
}
