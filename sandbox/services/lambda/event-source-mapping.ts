/**
 * Lambda's poller for one DynamoDB stream.
 *
 * Kept: batch size and window, order within the shard, a batch retried until it succeeds or its retries or age run
 * out, bisection on a function error, `ReportBatchItemFailures` (an empty list is success, a malformed one fails the
 * whole batch), filters, a checkpoint that survives restarts (so delivery is at least once), the stream rights of the
 * function's role. Not kept: several shards, parallelisation within a shard, tumbling windows. What is given
 * up goes to the failure destination's dead-letter file. A new mapping starts at the stream's beginning, whatever
 * `StartingPosition` says, since the table is created with it.
 */
import { join } from 'node:path';
import type { Caller, SandboxContext } from '../../contract.ts';
import { DeadLetters } from './dead-letters.ts';
import { readJson, writeJsonDurably } from './durable-json.ts';
import type { EventSourceConfig } from './event-source-config.ts';
import type { LambdaService } from './lambda-service.ts';
import { roleCaller } from './role-caller.ts';
import { asList, asRecord, optionalText } from './template-values.ts';

/** A record as `GetRecords` returns it, in its JSON wire form. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  /** Epoch milliseconds when the change was made. */
  readonly createdAtMs: number;
  /** What the function gets in `Records`. */
  readonly event: { readonly [name: string]: unknown };
}

/** Reads at most `limit` records after `afterSequence` as `caller`, oldest first; from the beginning without one. */
export type StreamReader = (
  caller: Caller,
  streamArn: string,
  afterSequence: string | undefined,
  limit: number,
) => Promise<readonly StreamRecord[]>;

const POLL_INTERVAL_MS = 250;
const RETRY_STEP_MS = 1000;
const MAX_RETRY_DELAY_MS = 60_000;
const DRAIN_ATTEMPTS = 40;
const STREAM_ACTIONS = ['dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords'] as const;

/** One mapping; `start` polls on the sandbox's clock, `drain` delivers everything at once. */
export class EventSourceMapping {
  readonly #config: EventSourceConfig;
  readonly #context: SandboxContext;
  readonly #lambda: LambdaService;
  readonly #read: StreamReader;
  readonly #caller: Caller;
  readonly #checkpointFile: string;
  readonly #deadLetters: DeadLetters;
  #checkpoint: string | undefined;
  #waitingSinceMs: number | undefined;
  #retryAtMs = 0;
  #attempts = 0;
  /** After a bisection: how many records the next batch may hold. */
  #batchCap: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  /** @throws {AwsError} when the function's role may not read the stream, as AWS refuses to create the mapping */
  constructor(config: EventSourceConfig, context: SandboxContext, lambda: LambdaService, read: StreamReader) {
    this.#config = config;
    this.#context = context;
    this.#lambda = lambda;
    this.#read = read;
    const target = lambda.functions.find(
      (entry) => entry.name === config.functionName || entry.arn === config.functionName,
    );
    if (target === undefined)
      throw new TypeError(`${config.id}: expected a known function, got \`${config.functionName}\``);
    this.#caller = roleCaller(target.roleArn, 'event-source', context.assembly.accountId);
    for (const action of STREAM_ACTIONS) context.authorizer.authorize(this.#caller, action, config.streamArn);
    this.#deadLetters = new DeadLetters(context, config.failureQueueArn, this.#caller);
    this.#checkpointFile = join(context.stateDir, `checkpoint-${config.id}.json`);
    this.#checkpoint = optionalText(asRecord(readJson(this.#checkpointFile), config.id)['sequenceNumber'], config.id);
  }

  /** Polls from now on until `close`. */
  start(): void {
    if (this.#closed) return;
    this.#cancelTimer = this.#context.clock.at(this.#context.clock.nowMs() + POLL_INTERVAL_MS, () => {
      void this.#inTurn(() => this.#poll(false))
        .catch((error: unknown) => this.#report(error))
        .finally(() => this.start());
    });
  }

  /**
   * Delivers what the stream holds now, without waiting for windows or back-off.
   *
   * @throws {Error} when the function keeps failing on the same batch
   */
  async drain(): Promise<void> {
    let failures = 0;
    for (;;) {
      const before = this.#checkpoint;
      const more = await this.#inTurn(() => this.#poll(true));
      if (!more) return;
      failures = this.#checkpoint === before ? failures + 1 : 0;
      if (failures >= DRAIN_ATTEMPTS) throw new Error(`${this.#config.id}: ${this.#config.functionName} keeps failing`);
    }
  }

  /** Stops polling; what is being delivered ends first. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    await this.#turn;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  /** Delivers one batch; true when there may be more to do. */
  async #poll(now: boolean): Promise<boolean> {
    const nowMs = this.#context.clock.nowMs();
    if (!now && nowMs < this.#retryAtMs) return false;
    const batch = await this.#read(
      this.#caller,
      this.#config.streamArn,
      this.#checkpoint,
      this.#batchCap ?? this.#config.batchSize,
    );
    if (batch.length === 0) return false;
    if (!now && batch.length < this.#config.batchSize && this.#batchCap === undefined) {
      this.#waitingSinceMs ??= nowMs;
      if (nowMs - this.#waitingSinceMs < this.#config.batchingWindowMs) return true;
    }
    this.#waitingSinceMs = undefined;
    await this.#deliver(batch);
    return true;
  }

  async #deliver(batch: readonly StreamRecord[]): Promise<void> {
    const records = batch.filter((record) => this.#config.filter(record.event));
    if (records.length === 0) return this.#advance(batch.at(-1));
    const result = await this.#lambda.invoke(this.#config.functionName, {
      Records: records.map((record) => record.event),
    });
    const failedAt = result.functionError === undefined ? this.#firstFailure(batch, result.payload) : 0;
    if (failedAt === undefined) return this.#advance(batch.at(-1));
    if (failedAt > 0) await this.#advance(batch[failedAt - 1]);
    await this.#retryOrDiscard(batch.slice(failedAt), result.payload);
  }

  /** Index of the first failed record as the function reported it; `undefined` when all succeeded. */
  #firstFailure(batch: readonly StreamRecord[], payload: string): number | undefined {
    if (!this.#config.reportsItemFailures) return undefined;
    const reply: unknown = JSON.parse(payload);
    if (reply === null || typeof reply !== 'object') return undefined;
    const failures = asList(asRecord(reply, this.#config.id)['batchItemFailures'], this.#config.id);
    if (failures.length === 0) return undefined;
    const positions = failures.map((failure) => {
      const identifier = asRecord(failure, this.#config.id)['itemIdentifier'];
      return batch.findIndex((record) => record.sequenceNumber === identifier);
    });
    return Math.max(0, Math.min(...positions));
  }

  async #retryOrDiscard(rest: readonly StreamRecord[], payload: string): Promise<void> {
    const nowMs = this.#context.clock.nowMs();
    const halved = this.#config.bisectOnError && rest.length > 1;
    const spent = this.#attempts >= this.#config.maxRetries && !halved;
    if (spent || nowMs - (rest[0]?.createdAtMs ?? nowMs) > this.#config.maxRecordAgeMs) {
      for (const { event } of rest)
        this.#deadLetters.add({ mapping: this.#config.id, event, responsePayload: payload });
      return this.#advance(rest.at(-1));
    }
    if (!halved) this.#attempts += 1;
    this.#batchCap = halved ? Math.ceil(rest.length / 2) : rest.length;
    const backOffMs = RETRY_STEP_MS * 2 ** Math.max(0, this.#attempts - 1);
    this.#retryAtMs = nowMs + Math.min(MAX_RETRY_DELAY_MS, backOffMs);
  }

  async #advance(record: StreamRecord | undefined): Promise<void> {
    if (record === undefined) return;
    this.#checkpoint = record.sequenceNumber;
    this.#attempts = 0;
    this.#retryAtMs = 0;
    this.#batchCap = undefined;
    await writeJsonDurably(this.#checkpointFile, { sequenceNumber: record.sequenceNumber });
  }

  #report(error: unknown): void {
    process.emitWarning(`${this.#config.id}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
