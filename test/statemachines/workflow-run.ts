import { readFileSync } from 'node:fs';
import { close } from '../../core/approval/close.ts';
import { openRequest } from '../../core/approval/open-request.ts';
import { seal } from '../../core/approval/seal.ts';
import { recordToken } from '../../core/approval/slot-reports.ts';
import { workflowError } from '../../core/approval/workflow-error.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ApprovalWorkflow } from '../../core/ports.ts';
import type { Result } from '../../core/result.ts';
import { parseDefinition } from '../../sandbox/services/states/asl.ts';
import type { Snapshot, Thread } from '../../sandbox/services/states/execution.ts';
import { History } from '../../sandbox/services/states/history.ts';
import { Interpreter } from '../../sandbox/services/states/interpreter.ts';
import { nextDueMs } from '../../sandbox/services/states/timing.ts';
import type { Scene } from '../core/approval/scene.ts';
import { ACTION, AGENT } from '../core/approval/scene.ts';

const text = readFileSync(new URL('../../statemachines/approval.asl.json', import.meta.url), 'utf8');
const definition = parseDefinition(text);
const arn = 'arn:aws:states:eu-west-1:111122223333:execution:approval:act';
const ids = { actionId: ACTION, agentId: AGENT };

/** Runs the approval definition over the real core: its functions are called directly, its tokens answered by people. */
export class WorkflowRun implements ApprovalWorkflow {
  readonly snapshot: Snapshot;
  /** Errors to be thrown instead of the next calls, by what is called. */
  readonly faults: { [name in 'open' | 'await' | 'seal' | 'close']?: Error[] } = {};
  readonly #scene: Scene;
  readonly #interpreter: Interpreter;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.snapshot = {
      name: ACTION,
      input: ids,
      startedAtMs: scene.clock.nowMs(),
      definitionHash: '',
      status: 'RUNNING',
      nextThreadId: 1,
      threads: [],
    };
    this.#interpreter = new Interpreter(this.snapshot, new History(0), {
      definition,
      executionArn: arn,
      machineArn: arn,
      machineName: 'approval',
      roleArn: arn,
      nowMs: () => scene.clock.nowMs(),
      jitter: () => 0.5,
      newToken: (thread, attempt) => `${thread}/${attempt}`,
    });
  }

  /** The states that wait now. */
  get waitingIn(): string[] {
    return this.snapshot.threads.filter(({ phase }) => phase.kind === 'callback').map(({ state }) => state);
  }

  async start(): Promise<void> {
    await this.#interpreter.begin();
    await this.settle();
  }

  async complete(taskToken: string): Promise<void> {
    const [thread = 0, attempt = 0] = taskToken.split('/').map(Number);
    await this.#interpreter.succeed(thread, attempt, {});
  }

  async fail(taskToken: string, error: string, cause: string): Promise<void> {
    const [thread = 0, attempt = 0] = taskToken.split('/').map(Number);
    await this.#interpreter.fail(thread, attempt, `Countersign.${error}`, cause);
  }

  /** Calls functions until nothing is left but waiting for people or time. */
  async settle(): Promise<void> {
    for (;;) {
      const thread = this.snapshot.threads.find(
        ({ phase }) => phase.kind === 'task' || (phase.kind === 'callback' && !phase.submitted),
      );
      const retrying = this.snapshot.threads.some(({ phase }) => phase.kind === 'retry');
      if (thread !== undefined) await this.#call(thread);
      else if (retrying) await this.passTime(nextDueMs(this.snapshot, undefined) - this.#scene.clock.nowMs());
      else return;
    }
  }

  /** Moves the clock and handles what falls due. */
  async passTime(durationMs: number): Promise<void> {
    this.#scene.clock.advance(durationMs);
    await this.#interpreter.tick();
  }

  async #call(thread: Thread): Promise<void> {
    const { id, attempt, phase } = thread;
    if (phase.kind !== 'task' && phase.kind !== 'callback') return;
    // The definition's own Arguments, checked as data elsewhere.
    const { FunctionName, Payload } = phase.arguments as { FunctionName: string; Payload: JsonObject };
    try {
      const result = await this.#function(FunctionName, Payload);
      if (phase.kind === 'task') await this.#interpreter.succeed(id, attempt, { Payload: result });
      else this.#interpreter.submitted(id, attempt, result);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      await this.#interpreter.fail(id, attempt, error.name, error.message);
    }
  }

  async #function(name: string, payload: JsonObject): Promise<JsonObject> {
    const called = (['open', 'await', 'seal', 'close'] as const).find((one) =>
      name.toLowerCase().includes(`approval${one}`),
    );
    if (called === undefined) throw new Error(`expected a known function, got \`${name}\``);
    const fault = this.faults[called]?.shift();
    if (fault !== undefined) throw fault;
    if (called === 'open') return outputOf(await openRequest(this.#scene, ids));
    if (called === 'seal') return outputOf(await seal(this.#scene, ids));
    // What the definition passes on is what the functions' own schemas accept.
    if (called === 'close')
      // What the state machine hands over; the function's own schema is tested elsewhere.
      return outputOf(await close(this.#scene, payload as unknown as Parameters<typeof close>[1]));
    // As above.
    await recordToken({ ...this.#scene, workflow: this }, payload as unknown as Parameters<typeof recordToken>[1]);
    return {};
  }
}

function outputOf<Value extends object>(result: Result<Value, { readonly code: string }>): JsonObject {
  if (!result.ok) throw workflowError(result.problem.code, 'Countersign.NotSealed');
  return { ...result.value } as JsonObject;
}
