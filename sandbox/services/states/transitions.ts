import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts';
import { type Definition, objects, type StateNode } from './asl.ts';
import type { ExecutionStatus, Snapshot, Thread } from './execution.ts';
import type { History } from './history.ts';
import { evaluate, type Scope } from './query.ts';
import { checkSize, text } from './simple-states.ts';
import { errorMatches, StateError } from './state-error.ts';
import { type ExecutionIdentity, nodeOf, removeChildren, scopeOf, spawnChild } from './threads.ts';
import { numberOr, retryDelayMs } from './timing.ts';

/** What an execution needs to know about its surroundings. */
export interface InterpreterHost extends ExecutionIdentity {
  readonly definition: Definition;
  nowMs(): number;
  /** A number in [0, 1) for back-off jitter. */
  jitter(): number;
  newToken(thread: number, attempt: number): string;
}

/** How threads leave a state: forward with a result, back for a retry, aside to a catcher, or up as a failure. */
export class Transitions {
  readonly #snapshot: Snapshot;
  readonly #history: History;
  readonly #host: InterpreterHost;

  constructor(snapshot: Snapshot, history: History, host: InterpreterHost) {
    this.#snapshot = snapshot;
    this.#history = history;
    this.#host = host;
  }

  /** Ends a Parallel or Map whose children all have. */
  async joinChildren(thread: Thread): Promise<void> {
    const children = thread.children;
    const node = this.node(thread);
    const results = (children?.inputs ?? []).map((_, slot) => children?.results[slot] ?? null);
    delete thread.children;
    this.record(`${node.type}StateSucceeded`, {});
    await this.finish(thread, node, results, true);
  }

  /** Evaluates Assign and Output side by side, then moves on. */
  async finish(
    thread: Thread,
    node: StateNode,
    result: JsonValue,
    hasResult: boolean,
    rule: JsonObject = node.fields,
    next: string | undefined = node.next,
  ): Promise<void> {
    try {
      checkSize(result);
      const scope = this.scope(thread, hasResult ? { result } : {});
      const output = await this.#leave(thread, rule, scope, result);
      await this.#moveOn(thread, node, next, output);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      await this.recover(thread, error);
    }
  }

  async #leave(thread: Thread, rule: JsonObject, scope: Scope, fallback: JsonValue): Promise<JsonValue> {
    const assigned = await evaluate(rule['Assign'] ?? {}, scope, 'Assign');
    const output = rule['Output'] === undefined ? fallback : await evaluate(rule['Output'], scope, 'Output');
    checkSize(output);
    if (isJsonObject(assigned)) thread.variables = { ...thread.variables, ...assigned };
    return output;
  }

  async #moveOn(thread: Thread, node: StateNode, next: string | undefined, output: JsonValue): Promise<void> {
    this.record(`${node.type}StateExited`, { name: node.name, output: text(output) });
    if (next !== undefined) {
      thread.state = next;
      thread.input = output;
      thread.phase = { kind: 'enter' };
      return;
    }
    const parent = this.#snapshot.threads.find((entry) => entry.id === thread.parent?.id);
    if (thread.parent === undefined || parent?.children === undefined) return this.end('SUCCEEDED', { output });
    this.#snapshot.threads = this.#snapshot.threads.filter((entry) => entry !== thread);
    parent.children.results[thread.parent.slot] = output;
    if (parent.children.started < parent.children.inputs.length) this.spawnChild(parent);
    else if (Object.keys(parent.children.results).length === parent.children.inputs.length)
      await this.joinChildren(parent);
  }

  /** Retries, catches, or lets the failure rise. */
  async recover(thread: Thread, error: StateError): Promise<void> {
    removeChildren(this.#snapshot, thread);
    const node = this.node(thread);
    const retriers = objects(node.fields['Retry']);
    const index = retriers.findIndex((retrier) => errorMatches(retrier['ErrorEquals'], error.error));
    const retrier = retriers[index];
    const made = thread.retries[index] ?? 0;
    if (retrier !== undefined && made < numberOr(retrier['MaxAttempts'], 3)) {
      thread.retries = retriers.map((_, position) => (thread.retries[position] ?? 0) + (position === index ? 1 : 0));
      thread.phase = { kind: 'retry', untilMs: this.#host.nowMs() + retryDelayMs(retrier, made, this.#host.jitter()) };
      return;
    }
    const catcher = objects(node.fields['Catch']).find((entry) => errorMatches(entry['ErrorEquals'], error.error));
    if (catcher === undefined) return this.#rise(thread, error);
    const errorOutput = { Error: error.error, Cause: error.causeText };
    try {
      const output = await this.#leave(thread, catcher, this.scope(thread, { errorOutput }), errorOutput);
      await this.#moveOn(thread, node, textOr(catcher['Next']), output);
    } catch (second) {
      if (!(second instanceof StateError)) throw second;
      await this.#rise(thread, second);
    }
  }

  async #rise(thread: Thread, error: StateError): Promise<void> {
    const parent = this.#snapshot.threads.find((entry) => entry.id === thread.parent?.id);
    if (parent === undefined) return this.end('FAILED', { error: error.error, cause: error.causeText });
    this.record(`${this.node(parent).type}StateFailed`, { error: error.error, cause: error.causeText });
    return this.recover(parent, error);
  }

  /** Ends the execution; a second end has no effect. */
  end(
    status: ExecutionStatus,
    result: { readonly output?: JsonValue; readonly error?: string; readonly cause?: string },
  ): void {
    if (this.#snapshot.status !== 'RUNNING') return;
    const nowMs = this.#host.nowMs();
    Object.assign(this.#snapshot, { ...result, status, stoppedAtMs: nowMs, threads: [] });
    const { output, ...failure } = result;
    const name = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', TIMED_OUT: 'TimedOut', ABORTED: 'Aborted', RUNNING: '' }[
      status
    ];
    this.record(`Execution${name}`, output === undefined ? failure : { output: text(output) });
  }

  /** Starts the next branch or iteration. */
  spawnChild(parent: Thread): void {
    spawnChild(this.#snapshot, parent, this.node(parent), this.#host.nowMs());
  }

  /** The state a thread is in. */
  node(thread: Thread): StateNode {
    return nodeOf(this.#host.definition, thread);
  }

  /** What an expression of the thread's state sees. */
  scope(thread: Thread, states: JsonObject = {}, context: JsonObject = {}): Scope {
    return scopeOf(this.#host, this.#snapshot, thread, states, context);
  }

  /** Members that every task event carries. */
  resource(thread: Thread): JsonObject {
    const resource = String(this.node(thread).fields['Resource']);
    return { resourceType: 'lambda', resource: resource.replace('arn:aws:states:::lambda:', '') };
  }

  /** Adds a history event. */
  record(type: string, details: JsonObject): void {
    this.#history.add(type, this.#host.nowMs(), details);
  }
}

function textOr(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
