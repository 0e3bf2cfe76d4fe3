import { mkdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '../../../core/json.ts';
import { AwsError, type SandboxContext } from '../../contract.ts';
import type { FunctionCaller } from '../lambda/lambda-service.ts';
import { parseDefinition } from './asl.ts';
import type { Snapshot } from './execution.ts';
import { ExecutionRunner, type RunnerHost } from './execution-runner.ts';
import { ExecutionJournal, journalledExecutions } from './journal.ts';
import { readStateMachine, type StateMachine } from './state-machine.ts';
import { TaskInvoker } from './task-invoker.ts';
import { TaskTokens, type TokenSubject } from './tokens.ts';

/** An execution that a task token points into. */
export interface TokenTarget {
  readonly machine: StateMachine;
  readonly runner: ExecutionRunner;
  readonly subject: TokenSubject;
}

/** Every state machine of the templates and their executions, in memory and on disk. */
export class StatesEngine {
  readonly machines: readonly StateMachine[];
  readonly #folder: string;
  readonly #host: RunnerHost;
  readonly #runners = new Map<string, ExecutionRunner>();
  readonly #starting = new Map<string, Promise<void>>();

  private constructor(machines: readonly StateMachine[], folder: string, host: RunnerHost) {
    this.machines = machines;
    this.#folder = folder;
    this.#host = host;
  }

  /** Loads the machines and goes on with every execution that a former run left open. */
  static async open(context: SandboxContext, lambda: FunctionCaller): Promise<StatesEngine> {
    const { assembly } = context;
    const machines = assembly
      .byType('AWS::StepFunctions::StateMachine')
      .map((entry) => readStateMachine(entry, assembly));
    const engine = new StatesEngine(machines, context.stateDir, {
      clock: context.clock,
      tokens: await TaskTokens.open(context.stateDir),
      invoker: new TaskInvoker(context, lambda),
      executionArn: (machine, name) =>
        `arn:aws:states:${assembly.region}:${assembly.accountId}:execution:${machine}:${name}`,
    });
    for (const machine of machines) await engine.#recover(machine);
    return engine;
  }

  /** The machine with this ARN, if the templates have it. */
  machine(arn: string): StateMachine | undefined {
    return this.machines.find((machine) => machine.arn === arn);
  }

  /** The execution with this ARN, if it was ever started. */
  execution(arn: string): ExecutionRunner | undefined {
    return this.#runners.get(arn);
  }

  /** Executions of a machine, newest first. */
  executions(machine: StateMachine): readonly ExecutionRunner[] {
    return [...this.#runners.values()]
      .filter((runner) => runner.machine.name === machine.name)
      .sort((a, b) => b.snapshot.startedAtMs - a.snapshot.startedAtMs);
  }

  /**
   * Starts an execution; starting a running one again with the same input has no effect.
   *
   * @throws {AwsError} `ExecutionAlreadyExists` when the name was used with another input or has ended
   */
  async start(machine: StateMachine, name: string, input: JsonValue): Promise<ExecutionRunner> {
    const arn = this.#host.executionArn(machine.name, name);
    const known = this.#runners.get(arn);
    if (known !== undefined) {
      await this.#starting.get(arn);
      const same = known.snapshot.status === 'RUNNING' && isDeepStrictEqual(known.snapshot.input, input);
      if (same) return known;
      throw new AwsError('ExecutionAlreadyExists', 400, `Execution Already Exists: '${arn}'`);
    }
    const snapshot: Snapshot = {
      name,
      input,
      startedAtMs: this.#host.clock.nowMs(),
      definitionHash: machine.definitionHash,
      status: 'RUNNING',
      nextThreadId: 1,
      threads: [],
    };
    const runner = new ExecutionRunner(machine, snapshot, [], this.#journal(machine, name), this.#host);
    this.#runners.set(arn, runner);
    const starting = runner.start().finally(() => this.#starting.delete(arn));
    this.#starting.set(arn, starting);
    await starting;
    return runner;
  }

  /** What a token points at. @throws {AwsError} `InvalidToken`, `TaskDoesNotExist` */
  resolveToken(token: string): TokenTarget {
    const subject = this.#host.tokens.open(token);
    if (subject === undefined) throw new AwsError('InvalidToken', 400, "Invalid Token: 'Invalid token'");
    const machine = this.machines.find((entry) => entry.name === subject.machine);
    const runner = this.#runners.get(this.#host.executionArn(subject.machine, subject.execution));
    if (machine === undefined || runner === undefined) {
      throw new AwsError('TaskDoesNotExist', 400, "Task does not exist: 'Provided task does not exist'");
    }
    return { machine, runner, subject };
  }

  /** Resolves when no execution is busy: all have ended or wait for time or a token. */
  async idle(): Promise<void> {
    for (;;) {
      const busy = [...this.#runners.values()].filter((runner) => runner.busy);
      if (busy.length === 0) return;
      await Promise.all(busy.map((runner) => runner.settled()));
    }
  }

  /** True while an execution is busy. */
  get isBusy(): boolean {
    return [...this.#runners.values()].some((runner) => runner.busy);
  }

  /** Stops where things stand; a later `open` goes on from there. */
  async close(): Promise<void> {
    await Promise.all([...this.#runners.values()].map((runner) => runner.close()));
  }

  async #recover(machine: StateMachine): Promise<void> {
    const folder = join(this.#folder, machine.name);
    mkdirSync(join(folder, 'definitions'), { recursive: true });
    const definitionFile = (hash: string): string => join(folder, 'definitions', `${hash}.json`);
    await writeFile(definitionFile(machine.definitionHash), machine.definitionText, { flush: true });
    for (const name of journalledExecutions(join(folder, 'executions'))) {
      const journal = this.#journal(machine, name);
      const recovered = await journal.recover();
      if (recovered === undefined) continue;
      const { snapshot, events } = recovered;
      const definition = parseDefinition(readFileSync(definitionFile(snapshot.definitionHash), 'utf8'));
      const runner = new ExecutionRunner({ ...machine, definition }, snapshot, events, journal, this.#host);
      this.#runners.set(runner.arn, runner);
    }
    for (const runner of this.executions(machine)) await runner.resume();
  }

  #journal(machine: StateMachine, name: string): ExecutionJournal {
    return new ExecutionJournal(join(this.#folder, machine.name, 'executions'), name);
  }
}
