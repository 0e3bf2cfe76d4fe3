/**
 * AWS Lambda for the functions of the synthesised templates, each in worker threads of its own.
 *
 * Kept: the code asset and handler as deployed; own environment variables and role credentials per function; lazy
 * start; timeouts that end the environment; crash isolation; `Invoke` with RequestResponse, Event and DryRun; two
 * retries for Event; the error shapes; 6 MB synchronous and 1 MB asynchronous payload limits; reserved concurrency.
 * Not kept: memory and CPU limits (threads share this machine), layers, versions and aliases, response streaming,
 * file system isolation. Beyond what is reserved, invocations wait for a thread, where AWS would add environments.
 * One thread runs one invocation at a time unless `concurrencyPerWorker` says otherwise: a deviation from AWS for
 * throughput, safe for handlers that keep no state between an `await` and the next. Timeouts run on the machine's
 * clock, `Date` inside a function on the sandbox's. Event invocations waiting for a retry do not survive a restart.
 */
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import {
  type AwsCall,
  AwsError,
  type AwsReply,
  type AwsService,
  type Caller,
  type SandboxContext,
} from '../../contract.ts';
import { type AsyncFailures, RETRY_DELAYS_MS, readAsyncFailures } from './async-failures.ts';
import { type FunctionConfig, readFunctionConfig } from './function-config.ts';
import { type PoolLimits, WorkerPool } from './worker-pool.ts';
import { functionFailure, type InvokeResult } from './worker-thread.ts';

const MAX_SYNC_PAYLOAD_BYTES = 6 * 1024 * 1024;
const MAX_ASYNC_PAYLOAD_BYTES = 1024 * 1024;
const CREDENTIAL_TTL_SECONDS = 3600;
const INVOKE_PATH = /^\/2015-03-31\/functions\/(.+)\/invocations\/?$/;

/** What a service needs to invoke functions with a caller's rights. */
export type FunctionCaller = Pick<LambdaService, 'invokeAs'>;

/** How the Lambda service is set up. */
export interface LambdaOptions {
  /** Threads per function and invocations per thread; one and one where it says nothing. */
  readonly limitsFor?: (functionName: string) => Partial<PoolLimits>;
  /** Changes an environment value before a function sees it, for example public hostnames to loopback ones. */
  readonly mapEnvironmentValue?: (value: string) => string;
  /** Values for variables that functions declare, in place of those the template gives. */
  readonly variables?: () => { readonly [name: string]: string };
}

interface Deployed {
  readonly config: FunctionConfig;
  readonly pool: WorkerPool;
  readonly failures: AsyncFailures;
}

/** The Lambda service; other services invoke functions through it. */
export class LambdaService implements AwsService {
  readonly service = 'lambda';
  readonly #context: SandboxContext;
  readonly #options: LambdaOptions;
  readonly #functions = new Map<string, Deployed>();
  readonly #clockOffset = new SharedArrayBuffer(8);
  readonly #background = new Set<Promise<void>>();
  readonly #cancelRetries = new Set<() => void>();
  readonly #logs = new Map<string, WriteStream>();

  /** @throws {TypeError} naming the resource, when a function uses what the sandbox does not run */
  constructor(context: SandboxContext, options: LambdaOptions = {}) {
    this.#context = context;
    this.#options = options;
    mkdirSync(join(context.stateDir, 'logs'), { recursive: true });
    for (const resource of context.assembly.byType('AWS::Lambda::Function')) {
      const config = readFunctionConfig(resource, context.assembly);
      this.#functions.set(config.name, {
        config,
        pool: this.#pool(config),
        failures: readAsyncFailures(config, context),
      });
    }
  }

  /** The functions of the templates. */
  get functions(): readonly FunctionConfig[] {
    return [...this.#functions.values()].map((deployed) => deployed.config);
  }

  /**
   * Runs a function and waits for its result, without an authorization check: for services that made their own.
   *
   * @param functionArn an ARN or a name, with or without qualifier `$LATEST`
   * @param event JSON value; `undefined` counts as null
   * @throws {AwsError} `ResourceNotFoundException`, `TooManyRequestsException`, `RequestTooLargeException`
   */
  async invoke(functionArn: string, event: unknown): Promise<InvokeResult> {
    return this.#invokeText(functionArn, JSON.stringify(event ?? null));
  }

  /**
   * As {@link invoke}, after checking that the function's permissions let an AWS service in.
   *
   * @param principal for example `apigateway.amazonaws.com`
   * @param sourceArn the method, rule or schedule on whose behalf it calls
   * @throws {AwsError} `AccessDeniedException` when none does
   */
  async invokeForService(
    principal: string,
    sourceArn: string,
    functionArn: string,
    event: unknown,
  ): Promise<InvokeResult> {
    this.authorizeService(principal, sourceArn, functionArn);
    return this.invoke(functionArn, event);
  }

  /** Checks what {@link invokeForService} checks. */
  authorizeService(principal: string, sourceArn: string, functionArn: string): void {
    const { accountId } = this.#context.assembly;
    const caller: Caller = { arn: principal, servicePrincipal: principal, accountId };
    const source = { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': accountId };
    this.#context.authorizer.authorize(caller, 'lambda:InvokeFunction', this.#find(functionArn).config.arn, source);
  }

  /** As {@link invoke}, after checking that `caller` may. @throws {AwsError} `AccessDeniedException` when it may not */
  async invokeAs(caller: Caller, functionArn: string, event: unknown): Promise<InvokeResult> {
    this.#context.authorizer.authorize(caller, 'lambda:InvokeFunction', this.#find(functionArn).config.arn);
    return this.invoke(functionArn, event);
  }

  /** Runs a function without waiting; a failure is retried after one and then two minutes of the sandbox's clock. */
  invokeLater(functionArn: string, event: unknown): void {
    const deployed = this.#find(functionArn);
    this.#attemptLater(deployed, JSON.stringify(event ?? null), 0);
  }

  /** Ends when no invocation runs or waits; scheduled retries are not waited for. */
  async idle(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }

  /** True when no function runs and none waits for a thread. */
  get isIdle(): boolean {
    return this.#background.size === 0 && [...this.#functions.values()].every((deployed) => deployed.pool.idle);
  }

  async handle(call: AwsCall): Promise<AwsReply> {
    const name = INVOKE_PATH.exec(call.path)?.[1];
    if (name === undefined || call.method !== 'POST') {
      throw new AwsError('UnknownOperationException', 404, `expected Invoke, got \`${call.method} ${call.path}\``);
    }
    const deployed = this.#find(decodeURIComponent(name));
    this.#context.authorizer.authorize(call.caller, 'lambda:InvokeFunction', deployed.config.arn);
    const type = call.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    const event = parseEvent(call.body);
    if (type === 'DryRun') return { status: 204, body: '' };
    if (type === 'Event') {
      limitBytes(event, MAX_ASYNC_PAYLOAD_BYTES);
      this.#attemptLater(deployed, event, 0);
      return { status: 202, body: '' };
    }
    const result = await this.#invokeText(deployed.config.arn, event);
    const failed = result.functionError === undefined ? {} : { 'X-Amz-Function-Error': result.functionError };
    const headers = { 'Content-Type': 'application/json', 'X-Amz-Executed-Version': '$LATEST', ...failed };
    return { status: 200, headers, body: result.payload };
  }

  async close(): Promise<void> {
    for (const cancel of this.#cancelRetries) cancel();
    await Promise.all([...this.#functions.values()].map((deployed) => deployed.pool.close()));
    for (const stream of this.#logs.values()) stream.end();
    this.#logs.clear();
  }

  async #invokeText(functionArn: string, event: string): Promise<InvokeResult> {
    limitBytes(event, MAX_SYNC_PAYLOAD_BYTES);
    const result = await this.#find(functionArn).pool.invoke(event);
    if (Buffer.byteLength(result.payload) <= MAX_SYNC_PAYLOAD_BYTES) return result;
    return functionFailure(
      'Function.ResponseSizeTooLarge',
      'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    );
  }

  #attemptLater(deployed: Deployed, event: string, attempt: number): void {
    const work = this.#attempt(deployed, event, attempt).finally(() => this.#background.delete(work));
    this.#background.add(work);
  }

  async #attempt(deployed: Deployed, event: string, attempt: number): Promise<void> {
    const result = await deployed.pool.invoke(event).catch(throttled);
    if (result.functionError === undefined) return;
    const delayMs = RETRY_DELAYS_MS[attempt];
    if (delayMs === undefined || attempt >= deployed.failures.retries) {
      deployed.failures.deadLetters.add({
        functionArn: deployed.config.arn,
        requestPayload: event,
        responsePayload: result.payload,
      });
      return;
    }
    const cancel = this.#context.clock.at(this.#context.clock.nowMs() + delayMs, () => {
      this.#cancelRetries.delete(cancel);
      this.#attemptLater(deployed, event, attempt + 1);
    });
    this.#cancelRetries.add(cancel);
  }

  #find(nameOrArn: string): Deployed {
    const name = nameOrArn.replace(/^(arn:aws:lambda:[^:]+:)?(\d{12}:)?(function:)?/, '').replace(/:\$LATEST$/, '');
    const deployed = this.#functions.get(name);
    if (deployed === undefined) {
      throw new AwsError('ResourceNotFoundException', 404, `Function not found: ${nameOrArn}`, { Type: 'User' });
    }
    return deployed;
  }

  #pool(config: FunctionConfig): WorkerPool {
    const limits = { workers: 1, concurrencyPerWorker: 1, ...this.#options.limitsFor?.(config.name) };
    return new WorkerPool(config, limits, {
      clock: this.#context.clock,
      clockOffset: this.#clockOffset,
      credentials: () => this.#context.vault.issue(config.roleArn, config.name, CREDENTIAL_TTL_SECONDS),
      environment: (credentials) => ({
        ...this.#ownVariables(config),
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
      }),
      log: (chunk) => this.#log(config.name, chunk),
    });
  }

  #ownVariables(config: FunctionConfig): { readonly [name: string]: string } {
    const map = this.#options.mapEnvironmentValue ?? ((value: string) => value);
    const given = this.#options.variables?.() ?? {};
    const own = Object.entries(config.environment).map(([name, value]) => [name, given[name] ?? map(value)] as const);
    return {
      ...Object.fromEntries(own),
      AWS_REGION: this.#context.assembly.region,
      AWS_DEFAULT_REGION: this.#context.assembly.region,
      AWS_ENDPOINT_URL: this.#context.endpointUrl(),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_EXECUTION_ENV: `AWS_Lambda_${config.runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: config.name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${config.name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'sandbox',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      LAMBDA_TASK_ROOT: config.moduleFile.slice(0, config.moduleFile.lastIndexOf('/')),
      _HANDLER: `index.${config.exportName}`,
      TZ: 'UTC',
    };
  }

  #log(functionName: string, chunk: Uint8Array): void {
    const file = join(this.#context.stateDir, 'logs', `${functionName}.log`);
    const stream = this.#logs.get(functionName) ?? createWriteStream(file, { flags: 'a', mode: 0o600 });
    this.#logs.set(functionName, stream);
    stream.write(chunk);
  }
}

/** An asynchronous invocation has no caller left to refuse: a throttled one counts as failed and is retried. */
function throttled(error: unknown): InvokeResult {
  if (error instanceof AwsError) return functionFailure(error.code, error.message);
  throw error;
}

function parseEvent(body: Uint8Array): string {
  const text = body.byteLength === 0 ? 'null' : Buffer.from(body).toString('utf8');
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new AwsError('InvalidRequestContentException', 400, 'Could not parse request body into json', {
      Type: 'User',
    });
  }
}

function limitBytes(event: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(event);
  if (bytes <= maxBytes) return;
  throw new AwsError('RequestTooLargeException', 413, `${bytes} byte payload is too large for the ${maxBytes} limit`);
}
