import { Worker } from 'node:worker_threads';
import type { InvokeMessage, ResultMessage, WorkerStart } from './protocol.ts';

/** What an invocation came to. */
export interface InvokeResult {
  /** JSON text: the result, or `{errorType, errorMessage, trace}`. */
  readonly payload: string;
  /** `Unhandled` when the function failed. */
  readonly functionError?: 'Unhandled';
}

interface InFlight {
  readonly requestId: string;
  readonly resolve: (result: InvokeResult) => void;
  readonly timer: NodeJS.Timeout;
}

/** Answers a failed invocation in Lambda's error shape. */
export function functionFailure(errorType: string, errorMessage: string): InvokeResult {
  return { payload: JSON.stringify({ errorType, errorMessage, trace: [] }), functionError: 'Unhandled' };
}

/** One execution environment: a thread with its own module graph and environment variables. */
export class WorkerThread {
  readonly expiresAtMs: number;
  readonly #worker: Worker;
  readonly #inFlight = new Map<number, InFlight>();
  readonly #onRetired: () => void;
  #nextId = 1;
  #retired = false;

  /**
   * @param environment the function's own variables; nothing of this process's environment is added
   * @param expiresAtMs when the credentials in `environment` end
   * @param log receives what the thread writes to stdout and stderr
   * @param onRetired called once, when the thread takes no more work
   */
  constructor(
    start: WorkerStart,
    environment: { readonly [name: string]: string },
    expiresAtMs: number,
    log: (chunk: Uint8Array) => void,
    onRetired: () => void,
  ) {
    this.expiresAtMs = expiresAtMs;
    this.#onRetired = onRetired;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: start,
      env: { ...environment },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdout: true,
      stderr: true,
    });
    this.#worker.stdout.on('data', log);
    this.#worker.stderr.on('data', log);
    this.#worker.on('message', (message: ResultMessage) => this.#finish(message));
    this.#worker.on('error', (error) => this.#crash('Runtime.UnhandledException', describeCrash(error)));
    this.#worker.on('exit', (code) =>
      this.#crash('Runtime.ExitError', `Runtime exited with error: exit status ${code}`),
    );
  }

  /** Invocations now running here. */
  get load(): number {
    return this.#inFlight.size;
  }

  /** True once the thread takes no more work. */
  get retired(): boolean {
    return this.#retired;
  }

  /** Runs one invocation; it is answered at the latest after `timeoutSeconds` of real time. */
  invoke(message: Omit<InvokeMessage, 'id'>, timeoutSeconds: number): Promise<InvokeResult> {
    return new Promise((resolve) => {
      const id = this.#nextId++;
      const timer = setTimeout(() => this.#timeOut(id, timeoutSeconds), timeoutSeconds * 1000);
      this.#inFlight.set(id, { requestId: message.requestId, resolve, timer });
      this.#worker.postMessage({ ...message, id } satisfies InvokeMessage);
    });
  }

  /** Takes no more work and ends the thread when what runs is done. */
  retire(): void {
    if (!this.#retired) {
      this.#retired = true;
      this.#onRetired();
    }
    if (this.#inFlight.size === 0) void this.#worker.terminate();
  }

  /** Ends the thread now; what runs is answered as a crash. */
  async terminate(): Promise<void> {
    this.#retired = true;
    await this.#worker.terminate();
  }

  #finish(message: ResultMessage): void {
    const result: InvokeResult = message.failed
      ? { payload: message.payload, functionError: 'Unhandled' }
      : { payload: message.payload };
    this.#settle(message.id, () => result);
    if (this.#retired) this.retire();
  }

  #timeOut(id: number, timeoutSeconds: number): void {
    this.#settle(id, (requestId) =>
      functionFailure(
        'Sandbox.Timedout',
        `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
      ),
    );
    this.retire();
  }

  #crash(errorType: string, detail: string): void {
    for (const id of [...this.#inFlight.keys()]) {
      this.#settle(id, (requestId) => functionFailure(errorType, `RequestId: ${requestId} Error: ${detail}`));
    }
    this.retire();
  }

  #settle(id: number, result: (requestId: string) => InvokeResult): void {
    const entry = this.#inFlight.get(id);
    if (entry === undefined) return;
    this.#inFlight.delete(id);
    clearTimeout(entry.timer);
    entry.resolve(result(entry.requestId));
  }
}

function describeCrash(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
