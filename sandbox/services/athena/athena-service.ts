import { randomUUID } from 'node:crypto';
import type { AwsCall, AwsReply, AwsService, Caller, SandboxContext } from '../../contract.ts';
import { AwsError } from '../../contract.ts';
import type { CatalogTable, CatalogView } from './catalog.ts';
import { isProperties, readCatalog, textAt } from './catalog.ts';
import { authorizeData } from './data-access.ts';
import type { NamedQuery, WorkGroup } from './named-queries.ts';
import { readNamedQueries, readWorkGroups } from './named-queries.ts';
import { QueryEngine } from './query-engine.ts';
import type { QueryExecution } from './query-execution.ts';
import { describeExecution, resultPage } from './query-execution.ts';
import type { ListCurrent } from './table-loader.ts';
import { bindParameters } from './trino-sql.ts';

type Input = { readonly [member: string]: unknown };
type Output = { readonly [member: string]: unknown };
type Context = Pick<SandboxContext, 'assembly' | 'authorizer' | 'clock'>;

const MAX_RESULTS = 1_000;

/** Everything the operations share. */
interface Parts {
  readonly context: Context;
  readonly catalog: readonly (CatalogTable | CatalogView)[];
  readonly engine: QueryEngine;
  readonly namedQueries: readonly NamedQuery[];
  readonly workGroups: ReadonlyMap<string, WorkGroup>;
  readonly listCurrent: ListCurrent;
}

/**
 * Athena on DuckDB. Kept: asynchronous executions, execution parameters, paged results with a header row, named
 * queries and workgroups of the templates, views, the date projection, failures of malformed JSON, and the caller's
 * IAM on workgroup, catalogue and data. Not kept: scan limits, result files in S3, result reuse, query history over
 * restarts, and the parts of Trino that `NOT_COVERED` lists.
 *
 * @throws {Error} naming a table or view of the templates that cannot be emulated
 */
export async function createAthenaService(context: Context, listCurrent: ListCurrent): Promise<AwsService> {
  const catalog = readCatalog(context.assembly);
  const service = new AthenaService({
    context,
    catalog,
    engine: await QueryEngine.create(catalog),
    namedQueries: readNamedQueries(context.assembly),
    workGroups: readWorkGroups(context.assembly),
    listCurrent,
  });
  return service;
}

class AthenaService implements AwsService {
  readonly service = 'athena';
  readonly #parts: Parts;
  readonly #executions = new Map<string, QueryExecution>();
  readonly #operations: { readonly [name: string]: (input: Input, caller: Caller) => Output } = {
    StartQueryExecution: (input, caller) => this.#start(input, caller),
    GetQueryExecution: (input, caller) => ({ QueryExecution: describeExecution(this.#find('Get', input, caller)) }),
    GetQueryResults: (input, caller) => this.#results(input, caller),
    StopQueryExecution: (input, caller) => this.#stop(input, caller),
    ListNamedQueries: (input, caller) => this.#listNamedQueries(input, caller),
    GetNamedQuery: (input, caller) => ({
      NamedQuery: this.#namedQuery('GetNamedQuery', textAt(input, 'NamedQueryId'), caller),
    }),
    BatchGetNamedQuery: (input, caller) => this.#batchNamedQueries(input, caller),
    ListWorkGroups: (_, caller) => this.#listWorkGroups(caller),
    GetWorkGroup: (input, caller) => this.#getWorkGroup(textAt(input, 'WorkGroup'), caller),
  };

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async handle(call: AwsCall): Promise<AwsReply> {
    const operation = Object.hasOwn(this.#operations, call.operation) ? this.#operations[call.operation] : undefined;
    if (operation === undefined)
      throw new AwsError('UnknownOperationException', 400, `the sandbox does not know athena:${call.operation}`);
    const input: unknown = JSON.parse(Buffer.from(call.body).toString() || '{}');
    const output = operation(isProperties(input) ? input : {}, call.caller);
    return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(output) };
  }

  async close(): Promise<void> {
    for (const execution of this.#executions.values()) execution.interrupt?.();
    this.#parts.engine.close();
  }

  #start(input: Input, caller: Caller): Output {
    const workGroup = textAt(input, 'WorkGroup') || 'primary';
    this.#authorize('StartQueryExecution', workGroup, caller);
    const queryContext = isProperties(input['QueryExecutionContext']) ? input['QueryExecutionContext'] : {};
    const database = textAt(queryContext, 'Database').toLowerCase() || (this.#parts.catalog[0]?.database ?? '');
    const given: readonly unknown[] = Array.isArray(input['ExecutionParameters']) ? input['ExecutionParameters'] : [];
    const parameters = given.map(String);
    const sql = textAt(input, 'QueryString');
    const bound = bindParameters(sql, parameters);
    const submittedMs = this.#parts.context.clock.nowMs();
    const id = randomUUID();
    const execution: QueryExecution = { id, sql, parameters, database, workGroup, submittedMs, state: 'QUEUED' };
    this.#executions.set(id, execution);
    void this.#run(execution, bound, caller);
    return { QueryExecutionId: id };
  }

  /** Runs to an end whatever happens: a failure is the execution's state, as in Athena. */
  async #run(execution: QueryExecution, sql: string, caller: Caller): Promise<void> {
    const { context, catalog, engine, listCurrent } = this.#parts;
    try {
      const contents = await authorizeData(context, caller, catalog, sql, listCurrent);
      if (execution.state === 'CANCELLED') return;
      execution.state = 'RUNNING';
      const nowMs = context.clock.nowMs();
      execution.result = await engine.run(sql, execution.database, contents, nowMs, {
        onConnected: (interrupt) => {
          execution.interrupt = interrupt;
        },
        isCancelled: () => isCancelled(execution),
      });
      if (!isCancelled(execution)) execution.state = 'SUCCEEDED';
    } catch (error) {
      if (isCancelled(execution)) return;
      execution.reason = error instanceof Error ? error.message : String(error);
      execution.state = 'FAILED';
    } finally {
      delete execution.interrupt;
      execution.completedMs = context.clock.nowMs();
    }
  }

  #stop(input: Input, caller: Caller): Output {
    const execution = this.#find('Stop', input, caller);
    if (execution.state === 'QUEUED' || execution.state === 'RUNNING') {
      execution.state = 'CANCELLED';
      execution.reason = 'Query cancelled by user';
      execution.interrupt?.();
    }
    return {};
  }

  #results(input: Input, caller: Caller): Output {
    const execution = this.#find('GetResults', input, caller);
    if (execution.result === undefined || execution.state !== 'SUCCEEDED')
      throw invalid(`Query has not yet finished or did not succeed. Current state: ${execution.state}`);
    const limit = typeof input['MaxResults'] === 'number' ? input['MaxResults'] : MAX_RESULTS;
    const start = Number(textAt(input, 'NextToken') || '0');
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_RESULTS || !Number.isSafeInteger(start) || start < 0)
      throw invalid('MaxResults or NextToken is not valid');
    return resultPage(execution.result, start, limit);
  }

  #find(verb: 'Get' | 'GetResults' | 'Stop', input: Input, caller: Caller): QueryExecution {
    const id = textAt(input, 'QueryExecutionId');
    const execution = this.#executions.get(id);
    if (execution === undefined) throw invalid(`QueryExecution ${id} was not found`);
    const action = verb === 'GetResults' ? 'GetQueryResults' : `${verb}QueryExecution`;
    this.#authorize(action, execution.workGroup, caller);
    return execution;
  }

  #listNamedQueries(input: Input, caller: Caller): Output {
    const workGroup = textAt(input, 'WorkGroup') || 'primary';
    this.#authorize('ListNamedQueries', workGroup, caller);
    const own = this.#parts.namedQueries.filter((query) => query.WorkGroup === workGroup);
    return { NamedQueryIds: own.map(({ NamedQueryId }) => NamedQueryId) };
  }

  #batchNamedQueries(input: Input, caller: Caller): Output {
    const given: readonly unknown[] = Array.isArray(input['NamedQueryIds']) ? input['NamedQueryIds'] : [];
    const known = new Set(this.#parts.namedQueries.map(({ NamedQueryId }) => NamedQueryId));
    const [found, unknown] = [
      given.map(String).filter((id) => known.has(id)),
      given.map(String).filter((id) => !known.has(id)),
    ];
    return {
      NamedQueries: found.map((id) => this.#namedQuery('BatchGetNamedQuery', id, caller)),
      UnprocessedNamedQueryIds: unknown.map((id) => ({ NamedQueryId: id, ErrorCode: 'NamedQueryNotFound' })),
    };
  }

  #namedQuery(action: string, id: string, caller: Caller): NamedQuery {
    const query = this.#parts.namedQueries.find(({ NamedQueryId }) => NamedQueryId === id);
    if (query === undefined) throw invalid(`NamedQuery ${id} was not found`);
    this.#authorize(action, query.WorkGroup, caller);
    return query;
  }

  #listWorkGroups(caller: Caller): Output {
    this.#parts.context.authorizer.authorize(caller, 'athena:ListWorkGroups', '*');
    return {
      WorkGroups: [...this.#parts.workGroups.values()].map(({ name, description }) => ({
        Name: name,
        State: 'ENABLED',
        Description: description,
      })),
    };
  }

  #getWorkGroup(name: string, caller: Caller): Output {
    const { description, configuration } = this.#authorize('GetWorkGroup', name, caller);
    return { WorkGroup: { Name: name, State: 'ENABLED', Description: description, Configuration: configuration } };
  }

  #authorize(action: string, workGroup: string, caller: Caller): WorkGroup {
    const known = this.#parts.workGroups.get(workGroup);
    if (known === undefined) throw invalid(`WorkGroup ${workGroup} is not found.`);
    this.#parts.context.authorizer.authorize(caller, `athena:${action}`, known.arn);
    return known;
  }
}

/** Read anew, because the state changes while a query is awaited. */
function isCancelled(execution: QueryExecution): boolean {
  return execution.state === 'CANCELLED';
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidRequestException', 400, message, { AthenaErrorCode: 'INVALID_INPUT' });
}
