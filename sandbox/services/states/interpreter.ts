import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { LAMBDA_INVOKE_CALLBACK, type StateNode } from './asl.ts';
import type { Snapshot, Thread } from './execution.ts';
import type { History } from './history.ts';
import { evaluate, type Scope } from './query.ts';
import { choose, failureOf, mapInputs, text, waitUntilMs } from './simple-states.ts';
import { StateError } from './state-error.ts';
import { spawn } from './threads.ts';
import { dueAtMs, executionTimeoutMs, numberOr } from './timing.ts';
import { type InterpreterHost, Transitions } from './transitions.ts';

const DEFAULT_TIMEOUT_SECONDS = 99_999_999;

/** Moves one execution's snapshot from state to state. It calls nothing: whoever holds it reads the phases and acts. */
export class Interpreter {
  readonly #snapshot: Snapshot;
  readonly #host: InterpreterHost;
  readonly #flow: Transitions;

  constructor(snapshot: Snapshot, history: History, host: InterpreterHost) {
    this.#snapshot = snapshot;
    this.#host = host;
    this.#flow = new Transitions(snapshot, history, host);
  }

  /** Starts the execution. */
  async begin(): Promise<void> {
    this.#flow.record('ExecutionStarted', { input: text(this.#snapshot.input), roleArn: this.#host.roleArn });
    spawn(
      this.#snapshot,
      this.#host.definition.flow,
      { scope: [], variables: {} },
      this.#snapshot.input,
      this.#host.nowMs(),
    );
    await this.#settle();
  }

  /** A task's attempt succeeded. False when that attempt no longer runs. */
  async succeed(threadId: number, attempt: number, result: JsonValue): Promise<boolean> {
    const thread = this.#running(threadId, attempt);
    if (thread === undefined) return false;
    this.#flow.record('TaskSucceeded', { ...this.#flow.resource(thread), output: text(result) });
    await this.#flow.finish(thread, this.#flow.node(thread), result, true);
    await this.#settle();
    return true;
  }

  /** A task's attempt failed. False when that attempt no longer runs. */
  async fail(threadId: number, attempt: number, error: string, cause: string): Promise<boolean> {
    const thread = this.#running(threadId, attempt);
    if (thread === undefined) return false;
    this.#flow.record('TaskFailed', { ...this.#flow.resource(thread), error, cause });
    await this.#flow.recover(thread, new StateError(error, cause));
    await this.#settle();
    return true;
  }

  /** The function that hands a token on has returned. False when that attempt no longer runs. */
  submitted(threadId: number, attempt: number, output: JsonValue): boolean {
    const thread = this.#running(threadId, attempt);
    if (thread?.phase.kind !== 'callback') return false;
    thread.phase = { ...thread.phase, submitted: true };
    this.#flow.record('TaskSubmitted', { ...this.#flow.resource(thread), output: text(output) });
    return true;
  }

  /** Postpones the heartbeat deadline. False when that attempt no longer waits. */
  heartbeat(threadId: number, attempt: number): boolean {
    const thread = this.#running(threadId, attempt);
    if (thread?.phase.kind !== 'callback') return false;
    const seconds = thread.phase.heartbeatSeconds;
    if (seconds !== undefined) thread.phase = { ...thread.phase, heartbeatAtMs: this.#host.nowMs() + seconds * 1000 };
    return true;
  }

  /** After a restart: what was in flight has no one left to answer, so it counts as a new attempt. */
  resume(): void {
    for (const thread of this.#snapshot.threads) {
      if (thread.phase.kind !== 'task') continue;
      this.#flow.record('TaskFailed', {
        ...this.#flow.resource(thread),
        error: 'Sandbox.AttemptLost',
        cause: 'the sandbox restarted',
      });
      thread.attempt += 1;
      this.#flow.record('TaskScheduled', { ...this.#flow.resource(thread), parameters: text(thread.phase.arguments) });
    }
  }

  /** Handles whatever has fallen due. */
  async tick(): Promise<void> {
    const nowMs = this.#host.nowMs();
    if (executionTimeoutMs(this.#snapshot, this.#host.definition.timeoutSeconds) <= nowMs) {
      this.#flow.end('TIMED_OUT', { error: 'States.Timeout' });
      return;
    }
    for (const thread of [...this.#snapshot.threads]) {
      if (!this.#snapshot.threads.includes(thread) || dueAtMs(thread.phase) > nowMs) continue;
      await this.#due(thread, nowMs);
    }
    await this.#settle();
  }

  /** Ends the execution from outside. */
  abort(error: string | undefined, cause: string | undefined): void {
    this.#flow.end('ABORTED', { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) });
  }

  async #due(thread: Thread, nowMs: number): Promise<void> {
    const { phase } = thread;
    if (phase.kind === 'wait') return this.#flow.finish(thread, this.#flow.node(thread), thread.input, false);
    if (phase.kind === 'retry') return this.#start(thread);
    const silent = phase.kind === 'callback' && phase.heartbeatAtMs !== undefined && phase.heartbeatAtMs <= nowMs;
    const error = silent ? 'States.HeartbeatTimeout' : 'States.Timeout';
    this.#flow.record('TaskTimedOut', { ...this.#flow.resource(thread), error });
    return this.#flow.recover(thread, new StateError(error, ''));
  }

  async #settle(): Promise<void> {
    for (;;) {
      const thread = this.#snapshot.threads.find((entry) => entry.phase.kind === 'enter');
      if (thread === undefined) return;
      const node = this.#flow.node(thread);
      thread.enteredAtMs = this.#host.nowMs();
      thread.retries = [];
      this.#flow.record(`${node.type}StateEntered`, { name: node.name, input: text(thread.input) });
      await this.#start(thread);
    }
  }

  /** Begins an attempt at the thread's state. */
  async #start(thread: Thread): Promise<void> {
    const node = this.#flow.node(thread);
    try {
      if (node.type === 'Task') await this.#startTask(thread, node);
      else if (node.type === 'Parallel') await this.#startParallel(thread, node);
      else if (node.type === 'Map') await this.#startMap(thread, node);
      else if (node.type === 'Wait') {
        const untilMs = await waitUntilMs(node, this.#flow.scope(thread), this.#host.nowMs());
        thread.phase = { kind: 'wait', untilMs };
      } else if (node.type === 'Choice') {
        const { rule, next } = await choose(node, this.#flow.scope(thread));
        await this.#flow.finish(thread, node, thread.input, false, rule, next);
      } else if (node.type === 'Fail') throw await failureOf(node, this.#flow.scope(thread));
      else await this.#flow.finish(thread, node, thread.input, false);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      await this.#flow.recover(thread, error);
    }
  }

  async #startTask(thread: Thread, node: StateNode): Promise<void> {
    thread.attempt += 1;
    const token = this.#host.newToken(thread.id, thread.attempt);
    const scope = this.#flow.scope(thread, {}, { Task: { Token: token } });
    const parameters = await evaluate(node.fields['Arguments'] ?? thread.input, scope, 'Arguments');
    const timeout = await evaluate(node.fields['TimeoutSeconds'] ?? DEFAULT_TIMEOUT_SECONDS, scope, 'TimeoutSeconds');
    const heartbeat = await evaluate(node.fields['HeartbeatSeconds'] ?? null, scope, 'HeartbeatSeconds');
    const nowMs = this.#host.nowMs();
    const timeoutAtMs = nowMs + numberOr(timeout, DEFAULT_TIMEOUT_SECONDS) * 1000;
    const beats =
      typeof heartbeat === 'number' ? { heartbeatSeconds: heartbeat, heartbeatAtMs: nowMs + heartbeat * 1000 } : {};
    thread.phase =
      node.fields['Resource'] === LAMBDA_INVOKE_CALLBACK
        ? { kind: 'callback', arguments: parameters, timeoutAtMs, submitted: false, ...beats }
        : { kind: 'task', arguments: parameters, timeoutAtMs };
    this.#flow.record('TaskScheduled', {
      ...this.#flow.resource(thread),
      parameters: text(parameters),
      timeoutInSeconds: timeout,
    });
    this.#flow.record('TaskStarted', this.#flow.resource(thread));
  }

  async #startParallel(thread: Thread, node: StateNode): Promise<void> {
    const input = await evaluate(node.fields['Arguments'] ?? thread.input, this.#flow.scope(thread), 'Arguments');
    await this.#startChildren(
      thread,
      node.flows.map(() => input),
      node.flows.length,
    );
  }

  async #startMap(thread: Thread, node: StateNode): Promise<void> {
    const scopeFor = (context: JsonObject): Scope => this.#flow.scope(thread, {}, context);
    const { items, inputs, limit } = await mapInputs(node, thread.input, scopeFor);
    await this.#startChildren(thread, inputs, limit, items);
  }

  async #startChildren(
    thread: Thread,
    inputs: readonly JsonValue[],
    limit: number,
    items?: readonly JsonValue[],
  ): Promise<void> {
    const node = this.#flow.node(thread);
    thread.phase = { kind: 'children' };
    const children = { inputs, started: 0, results: {}, ...(items === undefined ? {} : { items }) };
    thread.children = children;
    this.#flow.record(`${node.type}StateStarted`, { length: inputs.length });
    if (inputs.length === 0) return this.#flow.joinChildren(thread);
    while (children.started < Math.min(limit, inputs.length)) this.#flow.spawnChild(thread);
  }

  #running(threadId: number, attempt: number): Thread | undefined {
    const thread = this.#snapshot.threads.find((entry) => entry.id === threadId && entry.attempt === attempt);
    return thread?.phase.kind === 'task' || thread?.phase.kind === 'callback' ? thread : undefined;
  }
}
