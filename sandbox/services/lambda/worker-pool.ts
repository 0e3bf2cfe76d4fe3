import { randomUUID } from 'node:crypto';
import { AwsError, type MovableClock, type RoleCredentials } from '../../contract.ts';
import type { FunctionConfig } from './function-config.ts';
import { type InvokeResult, WorkerThread } from './worker-thread.ts';

/** How many threads a function may have and how many invocations each may hold. */
export interface PoolLimits {
  readonly workers: number;
  readonly concurrencyPerWorker: number;
}

/** What a pool needs from the sandbox. */
export interface PoolHost {
  readonly clock: MovableClock;
  readonly clockOffset: SharedArrayBuffer;
  credentials(): RoleCredentials;
  environment(credentials: RoleCredentials): { readonly [name: string]: string };
  log(chunk: Uint8Array): void;
}

/** Invocations that may wait for a free thread before callers are throttled. */
const MAX_QUEUED = 1000;
/** A thread is replaced this long before its credentials end. */
const CREDENTIAL_MARGIN_MS = 5 * 60_000;

/** The threads of one function, started when first needed, and the queue before them. */
export class WorkerPool {
  readonly #config: FunctionConfig;
  readonly #limits: PoolLimits;
  readonly #host: PoolHost;
  readonly #threads = new Set<WorkerThread>();
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(config: FunctionConfig, limits: PoolLimits, host: PoolHost) {
    this.#config = config;
    this.#limits = limits;
    this.#host = host;
  }

  /** Runs the function once. @throws {AwsError} `TooManyRequestsException` when it is throttled */
  async invoke(event: string): Promise<InvokeResult> {
    await this.#admit();
    try {
      const timeoutSeconds = this.#config.timeoutSeconds;
      new Float64Array(this.#host.clockOffset)[0] = this.#host.clock.nowMs() - Date.now();
      const requestId = randomUUID();
      const deadlineMs = this.#host.clock.nowMs() + timeoutSeconds * 1000;
      const traceId = `Root=1-${requestId.slice(0, 8)}-${requestId.replaceAll('-', '').slice(8)};Sampled=0`;
      return await this.#thread().invoke({ requestId, event, deadlineMs, traceId }, timeoutSeconds);
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }

  /** True when nothing runs and nothing waits. */
  get idle(): boolean {
    return this.#running === 0 && this.#queue.length === 0;
  }

  /** Ends every thread. */
  async close(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
    this.#threads.clear();
  }

  async #admit(): Promise<void> {
    const reserved = this.#config.reservedConcurrency ?? Number.POSITIVE_INFINITY;
    if (reserved === 0 || this.#queue.length >= MAX_QUEUED) {
      throw new AwsError('TooManyRequestsException', 429, 'Rate Exceeded.', {
        Reason: 'ConcurrentInvocationLimitExceeded',
      });
    }
    const limit = Math.min(reserved, this.#limits.workers * this.#limits.concurrencyPerWorker);
    while (this.#running >= limit) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#running += 1;
  }

  #thread(): WorkerThread {
    const expiryMs = this.#host.clock.nowMs() + CREDENTIAL_MARGIN_MS;
    for (const thread of [...this.#threads]) if (thread.expiresAtMs <= expiryMs) thread.retire();
    let best: WorkerThread | undefined;
    for (const thread of this.#threads) if (best === undefined || thread.load < best.load) best = thread;
    if (best !== undefined && best.load === 0) return best;
    if (best !== undefined && this.#threads.size >= this.#limits.workers) return best;
    return this.#start();
  }

  #start(): WorkerThread {
    const config = this.#config;
    const credentials = this.#host.credentials();
    const thread: WorkerThread = new WorkerThread(
      {
        moduleFile: config.moduleFile,
        exportName: config.exportName,
        functionName: config.name,
        functionArn: config.arn,
        memoryMb: config.memoryMb,
        logGroupName: `/aws/lambda/${config.name}`,
        logStreamName: 'sandbox',
        clockOffset: this.#host.clockOffset,
      },
      this.#host.environment(credentials),
      credentials.expiresAtMs,
      (chunk) => this.#host.log(chunk),
      () => this.#threads.delete(thread),
    );
    this.#threads.add(thread);
    return thread;
  }
}
