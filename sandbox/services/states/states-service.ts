/**
 * AWS Step Functions, Standard workflows, running the definitions of the synthesised templates.
 *
 * Kept: JSONata with Step Functions' own functions, variables and their scopes; Task (`lambda:invoke`, its
 * `.waitForTaskToken` form, function ARNs), Choice, Parallel, inline Map, Wait, Pass, Succeed, Fail; Retry with
 * back-off, cap and jitter, Catch, reserved error names; task, heartbeat and machine timeouts; a new task token for
 * every attempt; 256 KiB payloads; StartExecution idempotent by name while it runs with the same input; the state
 * machine's role for what it calls; every transition on disk before its effects, so executions outlive the process.
 * After a crash a function call in flight is made again (at least once, as AWS itself promises for Lambda); the call
 * that hands a token on is repeated with the same token.
 * Not kept: JSONPath, Express workflows, nested executions, distributed Map, redrive, versions and aliases, execution
 * logging, quotas, the 25,000 events limit and the 90 days after which AWS frees names and forgets history.
 */
import { randomUUID } from 'node:crypto';
import type { JsonValue } from '../../../core/json.ts';
import { type AwsCall, AwsError, type AwsReply, type AwsService, type SandboxContext } from '../../contract.ts';
import type { FunctionCaller } from '../lambda/lambda-service.ts';
import { asRecord, optionalNumber, optionalText, type Properties } from '../lambda/template-values.ts';
import type { ExecutionRunner } from './execution-runner.ts';
import type { StateMachine } from './state-machine.ts';
import { StatesEngine, type TokenTarget } from './states-engine.ts';

type Operation = (call: AwsCall, input: Properties) => Promise<object>;

const INVALID_NAME = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;
const MAX_NAME_LENGTH = 80;
const MAX_INPUT_BYTES = 256 * 1024;
const MAX_PAGE = 1000;

/** The Step Functions API. */
export class StatesService implements AwsService {
  readonly service = 'states';
  readonly engine: StatesEngine;
  readonly #context: SandboxContext;
  readonly #operations: ReadonlyMap<string, Operation>;

  private constructor(context: SandboxContext, engine: StatesEngine) {
    this.#context = context;
    this.engine = engine;
    this.#operations = new Map<string, Operation>([
      ['StartExecution', (call, input) => this.#startExecution(call, input)],
      ['DescribeExecution', (call, input) => this.#describeExecution(call, input)],
      ['ListExecutions', (call, input) => this.#listExecutions(call, input)],
      ['GetExecutionHistory', (call, input) => this.#history(call, input)],
      ['StopExecution', (call, input) => this.#stopExecution(call, input)],
      ['SendTaskSuccess', (call, input) => this.#sendTaskSuccess(call, input)],
      ['SendTaskFailure', (call, input) => this.#sendTaskFailure(call, input)],
      ['SendTaskHeartbeat', (call, input) => this.#sendTaskHeartbeat(call, input)],
    ]);
  }

  /** Loads the machines and their executions. @throws {TypeError} naming what the sandbox does not run */
  static async open(context: SandboxContext, lambda: FunctionCaller): Promise<StatesService> {
    return new StatesService(context, await StatesEngine.open(context, lambda));
  }

  async handle(call: AwsCall): Promise<AwsReply> {
    const operation = this.#operations.get(call.operation);
    if (operation === undefined) {
      throw new AwsError(
        'UnknownOperationException',
        400,
        `the sandbox does not know states operation \`${call.operation}\``,
      );
    }
    const parsed: unknown = JSON.parse(Buffer.from(call.body).toString('utf8'));
    const reply = await operation(call, asRecord(parsed, call.operation));
    return { status: 200, headers: { 'Content-Type': 'application/x-amz-json-1.0' }, body: JSON.stringify(reply) };
  }

  /** Resolves when every execution has ended or waits for time or a token. */
  idle(): Promise<void> {
    return this.engine.idle();
  }

  /** True while a transition or a function call is under way. */
  get isBusy(): boolean {
    return this.engine.isBusy;
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  async #startExecution(call: AwsCall, input: Properties): Promise<object> {
    const machine = this.#machine(call, 'states:StartExecution', input);
    const name = optionalText(input['name'], 'name') ?? randomUUID();
    if (name === '' || name.length > MAX_NAME_LENGTH || INVALID_NAME.test(name)) {
      throw new AwsError('InvalidName', 400, `Invalid Name: '${name}'`);
    }
    const text = optionalText(input['input'], 'input') ?? '{}';
    if (Buffer.byteLength(text) > MAX_INPUT_BYTES)
      throw new AwsError('InvalidExecutionInput', 400, 'input is too large');
    const runner = await this.engine.start(machine, name, parse(text, 'InvalidExecutionInput'));
    return { executionArn: runner.arn, startDate: runner.snapshot.startedAtMs / 1000 };
  }

  async #describeExecution(call: AwsCall, input: Properties): Promise<object> {
    const runner = this.#execution(call, 'states:DescribeExecution', input);
    const { snapshot } = runner;
    return {
      ...summary(runner),
      input: JSON.stringify(snapshot.input),
      ...(snapshot.output === undefined ? {} : { output: JSON.stringify(snapshot.output) }),
      ...(snapshot.error === undefined ? {} : { error: snapshot.error }),
      ...(snapshot.cause === undefined ? {} : { cause: snapshot.cause }),
      redriveCount: 0,
    };
  }

  async #listExecutions(call: AwsCall, input: Properties): Promise<object> {
    const machine = this.#machine(call, 'states:ListExecutions', input);
    const status = optionalText(input['statusFilter'], 'statusFilter');
    const all = this.engine
      .executions(machine)
      .filter((runner) => status === undefined || runner.snapshot.status === status);
    const { page, nextToken } = paginate(all, input);
    return { executions: page.map(summary), ...nextToken };
  }

  async #history(call: AwsCall, input: Properties): Promise<object> {
    const runner = this.#execution(call, 'states:GetExecutionHistory', input);
    const events = input['reverseOrder'] === true ? [...runner.events].reverse() : runner.events;
    const { page, nextToken } = paginate(events, input);
    return { events: page, ...nextToken };
  }

  async #stopExecution(call: AwsCall, input: Properties): Promise<object> {
    const runner = this.#execution(call, 'states:StopExecution', input);
    await runner.stop(optionalText(input['error'], 'error'), optionalText(input['cause'], 'cause'));
    return { stopDate: (runner.snapshot.stoppedAtMs ?? 0) / 1000 };
  }

  async #sendTaskSuccess(call: AwsCall, input: Properties): Promise<object> {
    const { runner, subject } = this.#token(call, 'states:SendTaskSuccess', input);
    const output = parse(optionalText(input['output'], 'output') ?? '', 'InvalidOutput');
    return acknowledged(await runner.sendSuccess(subject.thread, subject.attempt, output));
  }

  async #sendTaskFailure(call: AwsCall, input: Properties): Promise<object> {
    const { runner, subject } = this.#token(call, 'states:SendTaskFailure', input);
    const error = optionalText(input['error'], 'error') ?? '';
    const cause = optionalText(input['cause'], 'cause') ?? '';
    return acknowledged(await runner.sendFailure(subject.thread, subject.attempt, error, cause));
  }

  async #sendTaskHeartbeat(call: AwsCall, input: Properties): Promise<object> {
    const { runner, subject } = this.#token(call, 'states:SendTaskHeartbeat', input);
    return acknowledged(await runner.sendHeartbeat(subject.thread, subject.attempt));
  }

  #machine(call: AwsCall, action: string, input: Properties): StateMachine {
    const arn = optionalText(input['stateMachineArn'], 'stateMachineArn') ?? '';
    this.#context.authorizer.authorize(call.caller, action, arn);
    const machine = this.engine.machine(arn);
    if (machine === undefined) {
      throw new AwsError('StateMachineDoesNotExist', 400, `State Machine Does Not Exist: '${arn}'`);
    }
    return machine;
  }

  #execution(call: AwsCall, action: string, input: Properties): ExecutionRunner {
    const arn = optionalText(input['executionArn'], 'executionArn') ?? '';
    this.#context.authorizer.authorize(call.caller, action, arn);
    const runner = this.engine.execution(arn);
    if (runner === undefined) throw new AwsError('ExecutionDoesNotExist', 400, `Execution Does Not Exist: '${arn}'`);
    return runner;
  }

  #token(call: AwsCall, action: string, input: Properties): TokenTarget {
    const target = this.engine.resolveToken(optionalText(input['taskToken'], 'taskToken') ?? '');
    this.#context.authorizer.authorize(call.caller, action, target.machine.arn);
    return target;
  }
}

function acknowledged(waiting: boolean): object {
  if (!waiting) throw new AwsError('TaskTimedOut', 400, "Task Timed Out: 'Provided task does not exist anymore'");
  return {};
}

function parse(text: string, code: string): JsonValue {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    throw new AwsError(code, 400, `expected JSON, got \`${text.slice(0, 40)}\``);
  }
}

function summary(runner: ExecutionRunner): object {
  const { snapshot, machine } = runner;
  return {
    executionArn: runner.arn,
    stateMachineArn: machine.arn,
    name: snapshot.name,
    status: snapshot.status,
    startDate: snapshot.startedAtMs / 1000,
    ...(snapshot.stoppedAtMs === undefined ? {} : { stopDate: snapshot.stoppedAtMs / 1000 }),
  };
}

function paginate<T>(
  all: readonly T[],
  input: Properties,
): { readonly page: readonly T[]; readonly nextToken: object } {
  const size = Math.min(optionalNumber(input['maxResults'], 'maxResults') || 100, MAX_PAGE);
  const from = Number(optionalText(input['nextToken'], 'nextToken') ?? 0);
  if (!Number.isInteger(from) || from < 0) throw new AwsError('InvalidToken', 400, 'Invalid Token');
  const end = from + size;
  return { page: all.slice(from, end), nextToken: end < all.length ? { nextToken: String(end) } : {} };
}
