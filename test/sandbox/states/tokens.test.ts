import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rpcCall } from '../lambda/fixtures.ts';
import { callback, FunctionError, MACHINE_ARN, StatesHarness, task } from './harness.ts';

let harness: StatesHarness;
beforeEach(() => {
  harness = new StatesHarness();
});
afterEach(() => harness.dispose());

const WAITING = { A: callback('ask', { TimeoutSeconds: 900, HeartbeatSeconds: 60, End: true }) };
const success = (taskToken: string, output: unknown = 'yes') =>
  harness.api('SendTaskSuccess', { taskToken, output: JSON.stringify(output) });

describe('waitForTaskToken', () => {
  it('waits until its token is answered and gives the answer as result', async () => {
    await harness.open(WAITING, 'A');
    const arn = await harness.start();
    expect((await harness.describe(arn))['status']).toBe('RUNNING');
    await success(harness.token('ask'), { ok: true });
    expect(await harness.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: { ok: true } });
  });

  it('accepts an answer that comes before the function has returned', async () => {
    harness.functions = {
      ask: async () => {
        await success(harness.token('ask'));
        return 'late';
      },
    };
    await harness.open(WAITING, 'A');
    expect(await harness.describe(await harness.start())).toMatchObject({ status: 'SUCCEEDED', output: 'yes' });
  });

  it('fails with the error it is sent', async () => {
    await harness.open(WAITING, 'A');
    const arn = await harness.start();
    await harness.api('SendTaskFailure', { taskToken: harness.token('ask'), error: 'Refused', cause: 'by ann' });
    expect(await harness.describe(arn)).toMatchObject({ status: 'FAILED', error: 'Refused', cause: 'by ann' });
  });

  it('fails when the function that hands the token on fails', async () => {
    harness.functions = {
      ask: () => {
        throw new FunctionError('MailDown');
      },
    };
    await harness.open(WAITING, 'A');
    expect(await harness.describe(await harness.start())).toMatchObject({ status: 'FAILED', error: 'MailDown' });
  });

  it('gives each attempt a new token and closes the former one', async () => {
    const Retry = [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 1 }];
    await harness.open({ A: callback('ask', { TimeoutSeconds: 10, Retry, End: true }) }, 'A');
    const arn = await harness.start();
    const first = harness.token('ask');
    await harness.advance(10);
    await harness.advance(1);
    const second = harness.token('ask');
    expect(second).not.toBe(first);
    expect(second.length).toBeLessThanOrEqual(2048);
    await expect(success(first)).rejects.toMatchObject({ code: 'TaskTimedOut' });
    await success(second);
    expect((await harness.describe(arn))['status']).toBe('SUCCEEDED');
  });

  it('times out with States.Timeout when no answer comes', async () => {
    await harness.open({ A: callback('ask', { TimeoutSeconds: 900, End: true }) }, 'A');
    const arn = await harness.start();
    await harness.advance(900);
    expect(await harness.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('times out with States.HeartbeatTimeout when heartbeats stop', async () => {
    await harness.open(WAITING, 'A');
    const arn = await harness.start();
    await harness.advance(59);
    await harness.api('SendTaskHeartbeat', { taskToken: harness.token('ask') });
    await harness.advance(59);
    expect((await harness.describe(arn))['status']).toBe('RUNNING');
    await harness.advance(1);
    expect(await harness.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.HeartbeatTimeout' });
  });

  it('refuses a second answer, a forged token and an answer that is not JSON', async () => {
    await harness.open(WAITING, 'A');
    await harness.start();
    const token = harness.token('ask');
    await expect(harness.api('SendTaskSuccess', { taskToken: token, output: 'nope' })).rejects.toMatchObject({
      code: 'InvalidOutput',
    });
    await success(token);
    await expect(success(token)).rejects.toMatchObject({ code: 'TaskTimedOut' });
    const forged = `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    await expect(success(forged)).rejects.toMatchObject({ code: 'InvalidToken' });
    await expect(success('')).rejects.toMatchObject({ code: 'InvalidToken' });
  });

  it('checks the caller against the state machine', async () => {
    await harness.open(WAITING, 'A');
    await harness.start();
    harness.context?.refused.add('states:SendTaskSuccess');
    await expect(success(harness.token('ask'))).rejects.toMatchObject({ code: 'AccessDeniedException' });
    expect(harness.context?.asked.at(-1)).toContain(`states:SendTaskSuccess ${MACHINE_ARN}`);
  });
});

describe('Step Functions API', () => {
  it('starts an execution once when it is started twice with the same name and input', async () => {
    await harness.open(WAITING, 'A');
    const [first, second] = await Promise.all([harness.start({ a: 1 }), harness.start({ a: 1 })]);
    expect(second).toBe(first);
    expect(harness.calls).toHaveLength(1);
  });

  it('refuses a used name with another input, and after the execution has ended', async () => {
    await harness.open(WAITING, 'A');
    await harness.start({ a: 1 });
    await expect(harness.start({ a: 2 })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    await success(harness.token('ask'));
    await expect(harness.start({ a: 1 })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  });

  it('refuses names and inputs that AWS refuses', async () => {
    await harness.open(WAITING, 'A');
    await expect(harness.start({}, 'a b')).rejects.toMatchObject({ code: 'InvalidName' });
    await expect(harness.start({}, 'x'.repeat(81))).rejects.toMatchObject({ code: 'InvalidName' });
    const badInput = { stateMachineArn: MACHINE_ARN, input: '{' };
    await expect(harness.api('StartExecution', badInput)).rejects.toMatchObject({ code: 'InvalidExecutionInput' });
    await expect(harness.api('StartExecution', { stateMachineArn: 'other' })).rejects.toMatchObject({
      code: 'StateMachineDoesNotExist',
    });
    await expect(harness.api('DescribeExecution', { executionArn: 'other' })).rejects.toMatchObject({
      code: 'ExecutionDoesNotExist',
    });
    await expect(harness.service.handle(rpcCall('states', 'CreateActivity', {}))).rejects.toMatchObject({
      code: 'UnknownOperationException',
    });
  });

  it('stops an execution and closes its token', async () => {
    await harness.open(WAITING, 'A');
    const executionArn = await harness.start();
    await harness.api('StopExecution', { executionArn, error: 'Cancelled', cause: 'by the agent' });
    expect(await harness.describe(executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'Cancelled',
      cause: 'by the agent',
    });
    await expect(success(harness.token('ask'))).rejects.toMatchObject({ code: 'TaskTimedOut' });
  });

  it('lists executions by status, newest first and in pages', async () => {
    await harness.open(WAITING, 'A');
    await harness.start({}, 'one');
    await harness.advance(1);
    await harness.start({}, 'two');
    const first = await harness.api('ListExecutions', { stateMachineArn: MACHINE_ARN, maxResults: 1 });
    expect(first['executions']).toMatchObject([{ name: 'two', status: 'RUNNING' }]);
    const second = await harness.api('ListExecutions', {
      stateMachineArn: MACHINE_ARN,
      maxResults: 1,
      nextToken: first['nextToken'],
    });
    expect(second).toMatchObject({ executions: [{ name: 'one' }] });
    expect(second).not.toHaveProperty('nextToken');
    expect(await harness.api('ListExecutions', { stateMachineArn: MACHINE_ARN, statusFilter: 'FAILED' })).toEqual({
      executions: [],
    });
  });

  it('tells the history in order', async () => {
    await harness.open({ A: task('add', { Next: 'B' }), B: { Type: 'Succeed' } }, 'A');
    const executionArn = await harness.start();
    const { events } = await harness.api('GetExecutionHistory', { executionArn });
    const list = events as { readonly id: number; readonly type: string }[];
    expect(list.map((event) => event.type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
    expect(list.map((event) => event.id)).toEqual(list.map((_, index) => index + 1));
  });
});
