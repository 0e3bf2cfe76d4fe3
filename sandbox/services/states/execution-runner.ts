import type { JsonValue } from '../../../core/json.ts';
import type { MovableClock } from '../../contract.ts';
import type { HistoryEvent, Snapshot, Thread } from './execution.ts';
import { History } from './history.ts';
import { Interpreter } from './interpreter.ts';
import type { ExecutionJournal } from './journal.ts';
import type { StateMachine } from './state-machine.ts';
import type { TaskInvoker } from './task-invoker.ts';
import { nodeOf } from './threads.ts';
import { nextDueMs } from './timing.ts';
import type { TaskTokens } from './tokens.ts';

/** What every execution shares. */
export interface RunnerHost {
  readonly clock: MovableClock;
  readonly tokens: TaskTokens;
  readonly invoker: TaskInvoker;
  executionArn(machineName: string, executionName: string): string;
}

/**
 * Runs one execution: every transition happens in a turn of its own and is on disk before anything it causes
 * (a function call, a timer, a reply to a caller) begins.
 */
export class ExecutionRunner {
  readonly machine: StateMachine;
  readonly snapshot: Snapshot;
  readonly #events: HistoryEvent[];
  readonly #history: History;
  readonly #interpreter: Interpreter;
  readonly #journal: ExecutionJournal;
  readonly #host: RunnerHost;
  readonly #inFlight = new Map<string, Promise<void>>();
  #turns: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(
    machine: StateMachine,
    snapshot: Snapshot,
    events: readonly HistoryEvent[],
    journal: ExecutionJournal,
    host: RunnerHost,
  ) {
    this.machine = machine;
    this.snapshot = snapshot;
    this.#events = [...events];
    this.#journal = journal;
    this.#host = host;
    this.#history = new History(events.at(-1)?.id ?? 0);
    this.#interpreter = new Interpreter(snapshot, this.#history, {
      definition: machine.definition,
      executionArn: this.arn,
      machineArn: machine.arn,
      machineName: machine.name,
      roleArn: machine.roleArn,
      nowMs: () => host.clock.nowMs(),
      jitter: () => Math.random(),
      newToken: (thread, attempt) =>
        host.tokens.seal({ machine: machine.name, execution: snapshot.name, thread, attempt }),
    });
  }

  /** The execution's ARN. */
  get arn(): string {
    return this.#host.executionArn(this.machine.name, this.snapshot.name);
  }

  /** The history so far, oldest first. */
  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  /** True while a transition or a function call is under way; waiting for time or a token is not busy. */
  get busy(): boolean {
    return this.#waiting > 0 || this.#inFlight.size > 0;
  }

  /** Begins the execution; durable when it resolves. */
  async start(): Promise<void> {
    await this.#turn(() => this.#interpreter.begin());
  }

  /** Goes on after a restart: lost calls are made again, timers are set for what is left of them. */
  async resume(): Promise<void> {
    if (this.snapshot.status !== 'RUNNING') return;
    await this.#turn(() => {
      this.#interpreter.resume();
      return this.#interpreter.tick();
    });
  }

  /** A token's holder reports success. False when the attempt no longer waits. */
  sendSuccess(thread: number, attempt: number, output: JsonValue): Promise<boolean> {
    return this.#turn(() => this.#interpreter.succeed(thread, attempt, output));
  }

  /** A token's holder reports failure. False when the attempt no longer waits. */
  sendFailure(thread: number, attempt: number, error: string, cause: string): Promise<boolean> {
    return this.#turn(() => this.#interpreter.fail(thread, attempt, error, cause));
  }

  /** A token's holder shows that it is alive. False when the attempt no longer waits. */
  sendHeartbeat(thread: number, attempt: number): Promise<boolean> {
    return this.#turn(async () => this.#interpreter.heartbeat(thread, attempt));
  }

  /** Ends the execution from outside. */
  async stop(error: string | undefined, cause: string | undefined): Promise<void> {
    await this.#turn(async () => this.#interpreter.abort(error, cause));
  }

  /** Resolves when the turns and calls now under way have ended. */
  async settled(): Promise<void> {
    await this.#turns;
    await Promise.all(this.#inFlight.values());
  }

  /** Takes no more turns; what is on disk is what a restart goes on from. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    await this.#turns;
  }

  #turn<T>(work: () => T | Promise<T>): Promise<T> {
    this.#waiting += 1;
    const next = this.#turns.then(async () => {
      if (this.#closed) throw new Error('expected an open sandbox, it is closing');
      const result = await work();
      if (result !== false) await this.#persist();
      this.#act();
      return result;
    });
    this.#turns = next
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        this.#waiting -= 1;
      });
    return next;
  }

  async #persist(): Promise<void> {
    const events = this.#history.take();
    await this.#journal.append(this.snapshot, events);
    this.#events.push(...events);
  }

  #act(): void {
    this.#cancelTimer?.();
    const dueMs = nextDueMs(this.snapshot, this.machine.definition.timeoutSeconds);
    if (Number.isFinite(dueMs)) {
      this.#cancelTimer = this.#host.clock.at(dueMs, () => this.#report(this.#turn(() => this.#interpreter.tick())));
    }
    for (const thread of this.snapshot.threads) this.#callIfNeeded(thread);
  }

  #callIfNeeded(thread: Thread): void {
    const { phase } = thread;
    const needed = phase.kind === 'task' || (phase.kind === 'callback' && !phase.submitted);
    const key = `${thread.id}/${thread.attempt}`;
    if (!needed || this.#inFlight.has(key)) return;
    const call = this.#call(thread, phase.arguments).catch((error: unknown) => this.#warn(error));
    this.#inFlight.set(
      key,
      call.finally(() => this.#inFlight.delete(key)),
    );
  }

  async #call(thread: Thread, parameters: JsonValue): Promise<void> {
    const { id, attempt } = thread;
    const callback = thread.phase.kind === 'callback';
    const resource = String(nodeOf(this.machine.definition, thread).fields['Resource']);
    const outcome = await this.#host.invoker.call(this.machine.roleArn, this.snapshot.name, resource, parameters);
    if (this.#closed) return;
    await this.#turn(() => {
      if (!outcome.ok) return this.#interpreter.fail(id, attempt, outcome.error, outcome.cause);
      if (callback) return this.#interpreter.submitted(id, attempt, outcome.result);
      return this.#interpreter.succeed(id, attempt, outcome.result);
    });
  }

  #report(turn: Promise<unknown>): void {
    turn.catch((error: unknown) => this.#warn(error));
  }

  #warn(error: unknown): void {
    if (!this.#closed) process.emitWarning(`${this.arn}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
