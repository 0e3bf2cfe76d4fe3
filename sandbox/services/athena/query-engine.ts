import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance, StatementType } from '@duckdb/node-api';
import type { CatalogTable, CatalogView } from './catalog.ts';
import type { ResultTable } from './result-table.ts';
import { resultTable } from './result-table.ts';
import type { CurrentObject } from './table-loader.ts';
import { CATALOG_NAME, createTable, TableLoader } from './table-loader.ts';
import { TRINO_SHIMS } from './trino-shims.ts';
import { namesIn, toDuckDb } from './trino-sql.ts';

/** What a table holds when a query begins. */
export type TableContents = ReadonlyMap<CatalogTable, readonly CurrentObject[]>;

/** The caller's side of a running query. */
export interface QueryControl {
  onConnected(interrupt: () => void): void;
  isCancelled(): boolean;
}

/** DuckDB with the catalogue's tables and views, closed to the file system and the network. */
export class QueryEngine {
  readonly #instance: DuckDBInstance;
  readonly #loaders: ReadonlyMap<CatalogTable, TableLoader>;
  /** Loading one at a time; queries themselves run side by side. */
  #loading: Promise<void> = Promise.resolve();

  private constructor(instance: DuckDBInstance, tables: readonly CatalogTable[]) {
    this.#instance = instance;
    this.#loaders = new Map(tables.map((table) => [table, new TableLoader(table)]));
  }

  /** @throws {Error} when a view of the catalogue cannot be created: its statement needs what is not covered */
  static async create(catalog: readonly (CatalogTable | CatalogView)[]): Promise<QueryEngine> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`ATTACH ':memory:' AS ${CATALOG_NAME}`);
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    await connection.run('SET GLOBAL enable_external_access = false');
    await connection.run('SET GLOBAL lock_configuration = true');
    const tables = catalog.filter((entry) => entry.kind === 'table');
    for (const database of new Set(catalog.map((entry) => entry.database))) {
      await connection.run(`CREATE SCHEMA ${CATALOG_NAME}."${database}"`);
      await connection.run(`USE ${CATALOG_NAME}."${database}"`);
      for (const shim of TRINO_SHIMS) await connection.run(`CREATE MACRO ${shim}`);
      for (const table of tables) if (table.database === database) await createTable(connection, table);
      await createViews(
        connection,
        catalog.filter((entry) => entry.kind === 'view' && entry.database === database),
      );
    }
    connection.closeSync();
    return new QueryEngine(instance, tables);
  }

  /**
   * Runs one SELECT.
   *
   * @param control is told how to interrupt the query, and asked whether it is still wanted
   * @throws {Error} with the engine's message
   */
  async run(
    sql: string,
    database: string,
    contents: TableContents,
    nowMs: number,
    control: QueryControl,
  ): Promise<ResultTable> {
    const connection = await this.#instance.connect();
    control.onConnected(() => connection.interrupt());
    try {
      await connection.run(`USE ${CATALOG_NAME}."${database.replaceAll('"', '')}"`);
      await this.#refresh(connection, contents, nowMs);
      if (namesIn(sql).has('query') || namesIn(sql).has('query_table'))
        throw new Error('NOT_SUPPORTED: functions that run text as a statement');
      const statements = await connection.extractStatements(toDuckDb(sql));
      const prepared = statements.count === 1 ? await statements.prepare(0) : undefined;
      if (prepared?.statementType !== StatementType.SELECT) throw new Error('NOT_SUPPORTED: expected one SELECT');
      // Interrupting a connection that is not executing has no effect, so a stop that came before now is asked for.
      if (control.isCancelled()) throw new Error('cancelled before it began');
      const reader = await prepared.runAndReadAll();
      return resultTable(reader.columnNames(), reader.columnTypes(), reader.getRows());
    } finally {
      connection.closeSync();
    }
  }

  close(): void {
    this.#instance.closeSync();
  }

  async #refresh(connection: DuckDBConnection, contents: TableContents, nowMs: number): Promise<void> {
    const refresh = async () => {
      for (const [table, objects] of contents) await this.#loaders.get(table)?.refresh(connection, objects, nowMs);
    };
    const refreshed = this.#loading.then(refresh);
    this.#loading = refreshed.catch(() => undefined);
    return refreshed;
  }
}

/** Creates views in whatever order their references allow. */
async function createViews(
  connection: DuckDBConnection,
  entries: readonly (CatalogTable | CatalogView)[],
): Promise<void> {
  let waiting = entries.filter((entry) => entry.kind === 'view');
  while (waiting.length > 0) {
    const failed: { readonly view: CatalogView; readonly error: unknown }[] = [];
    for (const view of waiting) {
      try {
        await connection.run(`CREATE VIEW "${view.name}" AS ${toDuckDb(view.sql)}`);
      } catch (error) {
        failed.push({ view, error });
      }
    }
    const [first] = failed;
    if (first !== undefined && failed.length === waiting.length)
      throw new Error(`expected view \`${first.view.name}\` to be supported`, { cause: first.error });
    waiting = failed.map(({ view }) => view);
  }
}
