import type { SFNClient } from '@aws-sdk/client-sfn';
import {
  ExecutionAlreadyExists,
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { ApprovalWorkflow } from '../core/ports.ts';

/** Step Functions' limit on a failure's cause, characters. */
const MAX_CAUSE_LENGTH = 32_768;

/**
 * The approval workflow on Step Functions. Everything may be repeated: executions are named after the action, and a
 * token that no longer waits has been reported, has timed out or has been replaced by a newer one.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
 */
export class StepFunctionsWorkflow implements ApprovalWorkflow {
  readonly #client: SFNClient;
  readonly #stateMachineArn: string | undefined;

  /** @param stateMachineArn needed to start executions only; roles that merely report have none */
  constructor(client: SFNClient, stateMachineArn?: string) {
    this.#client = client;
    this.#stateMachineArn = stateMachineArn;
  }

  async start(input: { readonly actionId: string; readonly agentId: string }): Promise<void> {
    if (this.#stateMachineArn === undefined) throw new Error('expected a state machine to start, got none');
    const { actionId, agentId } = input;
    const request = { stateMachineArn: this.#stateMachineArn, name: actionId };
    try {
      await this.#client.send(new StartExecutionCommand({ ...request, input: JSON.stringify({ actionId, agentId }) }));
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  }

  async complete(taskToken: string): Promise<void> {
    await unlessOver(() => this.#client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' })));
  }

  async fail(taskToken: string, error: 'Refused' | 'Cancelled', cause: string): Promise<void> {
    const failure = { error: `Countersign.${error}`, cause: cause.slice(0, MAX_CAUSE_LENGTH) };
    await unlessOver(() => this.#client.send(new SendTaskFailureCommand({ taskToken, ...failure })));
  }
}

async function unlessOver(send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    const isOver = [TaskTimedOut, TaskDoesNotExist, InvalidToken].some((over) => error instanceof over);
    if (!isOver) throw error;
  }
}
