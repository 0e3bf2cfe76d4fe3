import type { AthenaClient } from '@aws-sdk/client-athena';
import {
  BatchGetNamedQueryCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  ListNamedQueriesCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { Pause } from '../core/ports.ts';

/** A query the deployment ships. */
export interface ShippedQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
  readonly database: string;
}

/** A finished query. `undefined` is NULL. */
export interface QueryTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | undefined)[])[];
}

/** Thrown when a query ended otherwise than well. */
export class QueryFailed extends Error {
  readonly code = 'query_failed';
}

const FIRST_POLL_MS = 50;
const LAST_POLL_MS = 2_000;
const PAGE_ROWS = 1_000;
// Athena's limit on one BatchGetNamedQuery.
const BATCH_QUERIES = 50;

/** Athena in one workgroup. */
export class AthenaQueries {
  readonly #client: AthenaClient;
  readonly #workGroup: string;
  readonly #pause: Pause;

  constructor(client: AthenaClient, workGroup: string, pause: Pause) {
    this.#client = client;
    this.#workGroup = workGroup;
    this.#pause = pause;
  }

  /** The workgroup's named queries, by name. */
  async shipped(): Promise<readonly ShippedQuery[]> {
    const ids = await this.#namedQueryIds();
    const queries: ShippedQuery[] = [];
    for (let start = 0; start < ids.length; start += BATCH_QUERIES) {
      const batch = new BatchGetNamedQueryCommand({ NamedQueryIds: ids.slice(start, start + BATCH_QUERIES) });
      const reply = await this.#client.send(batch);
      for (const { Name: name, Description: description, QueryString: sql, Database: database } of reply.NamedQueries ??
        [])
        if (name !== undefined && sql !== undefined && database !== undefined)
          queries.push({ name, description: description ?? '', sql, database });
    }
    return queries.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /**
   * Runs a statement and reads all of its rows.
   *
   * @param parameters text values for the statement's `?`, in order; they are sent as quoted literals
   * @throws {QueryFailed} with Athena's reason when the query failed or was cancelled
   */
  async run(sql: string, database: string, parameters: readonly string[] = []): Promise<QueryTable> {
    const started = await this.#client.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: this.#workGroup,
        QueryExecutionContext: { Database: database },
        ...(parameters.length > 0 && { ExecutionParameters: parameters.map(textLiteral) }),
      }),
    );
    await this.#finish(started.QueryExecutionId);
    return this.#readRows(started.QueryExecutionId);
  }

  async #finish(id: string | undefined): Promise<void> {
    for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * 2, LAST_POLL_MS)) {
      const reply = await this.#client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
      const status = reply.QueryExecution?.Status;
      if (status?.State === 'SUCCEEDED') return;
      if (status?.State === 'FAILED' || status?.State === 'CANCELLED')
        throw new QueryFailed(status.StateChangeReason ?? `the query ended as ${status.State}`);
      await this.#pause.forMs(waitMs);
    }
  }

  async #readRows(id: string | undefined): Promise<QueryTable> {
    const lines: (string | undefined)[][] = [];
    let token: string | undefined;
    do {
      const reply = await this.#client.send(
        new GetQueryResultsCommand({
          QueryExecutionId: id,
          MaxResults: PAGE_ROWS,
          ...(token !== undefined && { NextToken: token }),
        }),
      );
      for (const { Data: cells } of reply.ResultSet?.Rows ?? [])
        lines.push((cells ?? []).map((cell) => cell.VarCharValue));
      token = reply.NextToken;
    } while (token !== undefined);
    const [header = [], ...rows] = lines;
    return { columns: header.map((name) => name ?? ''), rows };
  }

  async #namedQueryIds(): Promise<readonly string[]> {
    const ids: string[] = [];
    let token: string | undefined;
    do {
      const reply = await this.#client.send(
        new ListNamedQueriesCommand({ WorkGroup: this.#workGroup, ...(token !== undefined && { NextToken: token }) }),
      );
      ids.push(...(reply.NamedQueryIds ?? []));
      token = reply.NextToken;
    } while (token !== undefined);
    return ids;
  }
}

function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
