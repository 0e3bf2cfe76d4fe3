import { join } from 'node:path';
import { isJsonObject, type JsonValue } from '../../../core/json.ts';
import type { FunctionCaller } from '../../../sandbox/services/lambda/lambda-service.ts';
import { StatesService } from '../../../sandbox/services/states/states-service.ts';
import {
  ACCOUNT,
  assemblyOf,
  contextOf,
  functionArn,
  ManualClock,
  REGION,
  resource,
  roleArn,
  rpcCall,
  type TestContext,
  temporaryFolder,
} from '../lambda/fixtures.ts';

export const MACHINE_ARN = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:approval`;
export const LAMBDA = 'arn:aws:states:::lambda:invoke';
export const CALLBACK = 'arn:aws:states:::lambda:invoke.waitForTaskToken';

/** What a test's function does with its payload; throw a {@link FunctionError} to fail. */
export type TestFunction = (payload: JsonValue) => JsonValue | Promise<JsonValue>;

export class FunctionError extends Error {
  constructor(name: string, message = 'failed') {
    super(message);
    this.name = name;
  }
}

/** A task state that calls function `name`. */
export function task(name: string, rest: object = {}): object {
  return {
    Type: 'Task',
    Resource: LAMBDA,
    Arguments: { FunctionName: functionArn(name), Payload: '{% $states.input %}' },
    ...rest,
  };
}

/** A task state that waits for its token, which function `name` is given. */
export function callback(name: string, rest: object = {}): object {
  const Payload = { token: '{% $states.context.Task.Token %}', input: '{% $states.input %}' };
  return { Type: 'Task', Resource: CALLBACK, Arguments: { FunctionName: functionArn(name), Payload }, ...rest };
}

/** One Step Functions service over one machine, with functions played by the test. */
export class StatesHarness {
  readonly folder: ReturnType<typeof temporaryFolder>;
  readonly clock = new ManualClock();
  readonly calls: { readonly name: string; readonly payload: JsonValue }[] = [];
  functions: Record<string, TestFunction> = {};
  context: TestContext | undefined;
  #service: StatesService | undefined;

  constructor(folder = temporaryFolder()) {
    this.folder = folder;
  }

  /** Opens the service on the harness's folder, also after {@link close}: that is a restart. */
  async open(states: object, startAt: string, rest: object = {}): Promise<StatesService> {
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: startAt, States: states, ...rest });
    const machine = resource(
      'AWS::StepFunctions::StateMachine',
      'approval',
      { StateMachineName: 'approval', DefinitionString: definition, RoleArn: roleArn('workflow') },
      { arn: MACHINE_ARN },
    );
    const context = contextOf(assemblyOf([machine]), join(this.folder.path), this.clock);
    this.context = context;
    this.#service = await StatesService.open(context, this.#lambda(context));
    return this.#service;
  }

  get service(): StatesService {
    if (this.#service === undefined) throw new Error('expected an open service');
    return this.#service;
  }

  async api(operation: string, input: object): Promise<Record<string, unknown>> {
    const reply = await this.service.handle(rpcCall('states', operation, input));
    const body: Record<string, unknown> = JSON.parse(String(reply.body));
    return body;
  }

  async start(input: JsonValue = {}, name = 'run'): Promise<string> {
    const reply = await this.api('StartExecution', {
      stateMachineArn: MACHINE_ARN,
      name,
      input: JSON.stringify(input),
    });
    await this.service.idle();
    return String(reply['executionArn']);
  }

  async describe(executionArn: string): Promise<Record<string, unknown>> {
    const reply = await this.api('DescribeExecution', { executionArn });
    return typeof reply['output'] === 'string' ? { ...reply, output: JSON.parse(reply['output']) } : reply;
  }

  /** Runs `states` to its end and describes the execution. */
  async run(
    states: object,
    startAt: string,
    input: JsonValue = {},
    rest: object = {},
  ): Promise<Record<string, unknown>> {
    await this.open(states, startAt, rest);
    return this.describe(await this.start(input));
  }

  async advance(seconds: number): Promise<void> {
    this.clock.advance(seconds * 1000);
    await this.service.idle();
  }

  /** The token in the newest payload given to function `name`. */
  token(name: string): string {
    const payload = this.calls.findLast((entry) => entry.name === name)?.payload;
    const token = isJsonObject(payload) ? payload['token'] : undefined;
    if (typeof token !== 'string') throw new Error(`no token for ${name}`);
    return token;
  }

  async dispose(): Promise<void> {
    await this.#service?.close();
    this.folder.remove();
  }

  #lambda(context: TestContext): FunctionCaller {
    return {
      invokeAs: async (caller, arn, event) => {
        context.authorizer.authorize(caller, 'lambda:InvokeFunction', arn);
        const name = arn.slice(arn.lastIndexOf(':') + 1);
        const payload: JsonValue = JSON.parse(JSON.stringify(event));
        this.calls.push({ name, payload });
        try {
          return { payload: JSON.stringify((await this.functions[name]?.(payload)) ?? null) };
        } catch (error) {
          if (!(error instanceof FunctionError)) throw error;
          const failure = { errorType: error.name, errorMessage: error.message };
          return { payload: JSON.stringify(failure), functionError: 'Unhandled' };
        }
      },
    };
  }
}
