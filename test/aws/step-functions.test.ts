import {
  ExecutionAlreadyExists,
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { StepFunctionsWorkflow } from '../../aws/step-functions.ts';

const sfn = mockClient(SFNClient);
const client = new SFNClient({ region: 'eu-west-1' });
const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:approval';
const workflow = new StepFunctionsWorkflow(client, machine);
const metadata = { $metadata: {}, message: 'x' };
const inputs = () => sfn.calls().map((call) => call.args[0].input);

beforeEach(() => sfn.reset());

describe('StepFunctionsWorkflow', () => {
  it('names the execution after the action', async () => {
    sfn.on(StartExecutionCommand).resolves({});
    await workflow.start({ actionId: 'act_1', agentId: '1:a' });
    expect(inputs()).toEqual([
      { stateMachineArn: machine, name: 'act_1', input: '{"actionId":"act_1","agentId":"1:a"}' },
    ]);
  });

  it('takes an execution that already exists for started', async () => {
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists(metadata));
    await expect(workflow.start({ actionId: 'act_1', agentId: '1:a' })).resolves.toBeUndefined();
  });

  it('throws when it cannot start', async () => {
    sfn.on(StartExecutionCommand).rejects(new Error('unreachable'));
    await expect(workflow.start({ actionId: 'act_1', agentId: '1:a' })).rejects.toThrow('unreachable');
    const mute = new StepFunctionsWorkflow(client);
    await expect(mute.start({ actionId: 'act_1', agentId: '1:a' })).rejects.toThrow('expected a state machine');
  });

  it('reports without output, and failures by name with a bounded cause', async () => {
    sfn.on(SendTaskSuccessCommand).resolves({});
    sfn.on(SendTaskFailureCommand).resolves({});
    await workflow.complete('token');
    await workflow.fail('token', 'Refused', 'x'.repeat(40_000));
    expect(inputs()).toEqual([
      { taskToken: 'token', output: '{}' },
      { taskToken: 'token', error: 'Countersign.Refused', cause: 'x'.repeat(32_768) },
    ]);
  });

  it.each([TaskTimedOut, TaskDoesNotExist, InvalidToken])('takes %o for reported', async (Over) => {
    sfn.onAnyCommand().rejects(new Over(metadata));
    await expect(workflow.complete('token')).resolves.toBeUndefined();
    await expect(workflow.fail('token', 'Cancelled', 'x')).resolves.toBeUndefined();
  });

  it('throws when a report cannot be delivered', async () => {
    sfn.onAnyCommand().rejects(new Error('unreachable'));
    await expect(workflow.complete('token')).rejects.toThrow('unreachable');
    await expect(workflow.fail('token', 'Refused', 'x')).rejects.toThrow('unreachable');
  });
});
