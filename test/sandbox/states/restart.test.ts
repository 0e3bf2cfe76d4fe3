import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FunctionError, StatesHarness, task } from './harness.ts';
import { TWO_WAITS } from './two-waits.ts';

let harness: StatesHarness;
beforeEach(() => {
  harness = new StatesHarness();
});
afterEach(() => harness.dispose());

async function restart(states: object, startAt: string): Promise<void> {
  await harness.service.close();
  await harness.open(states, startAt);
  await harness.service.idle();
}

async function answer(name: string): Promise<void> {
  await harness.api('SendTaskSuccess', { taskToken: harness.token(name), output: JSON.stringify(name) });
}

describe('restart', () => {
  it('keeps both tokens of a Parallel of two waits when nobody has answered yet', async () => {
    await harness.open(TWO_WAITS, 'P');
    const arn = await harness.start();
    await restart(TWO_WAITS, 'P');
    expect(harness.calls).toHaveLength(2);
    await answer('ask2');
    await answer('ask1');
    expect(await harness.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: ['ask1', 'ask2'] });
  });

  it('remembers the first answer of a Parallel of two waits', async () => {
    await harness.open(TWO_WAITS, 'P');
    const arn = await harness.start();
    await answer('ask1');
    await restart(TWO_WAITS, 'P');
    await expect(answer('ask1')).rejects.toMatchObject({ code: 'TaskTimedOut' });
    await answer('ask2');
    expect(await harness.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: ['ask1', 'ask2'] });
  });

  it('times out on what was left of the wait', async () => {
    await harness.open(TWO_WAITS, 'P');
    const arn = await harness.start();
    await harness.advance(600);
    await restart(TWO_WAITS, 'P');
    await harness.advance(299);
    expect((await harness.describe(arn))['status']).toBe('RUNNING');
    await harness.advance(1);
    expect(await harness.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('times out at once when the deadline passed while it was down', async () => {
    await harness.open(TWO_WAITS, 'P');
    const arn = await harness.start();
    await harness.service.close();
    harness.clock.advance(1_000_000);
    await harness.open(TWO_WAITS, 'P');
    await harness.service.idle();
    expect(await harness.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('makes a call again that was in flight', async () => {
    const states = { A: task('slow', { Output: '{% $states.result.Payload %}', End: true }) };
    harness.functions = { slow: () => new Promise<never>(() => undefined) };
    await harness.open(states, 'A');
    const { executionArn } = await harness.api('StartExecution', {
      stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:approval',
      name: 'run',
    });
    harness.functions = { slow: () => 'second' };
    await restart(states, 'A');
    expect(await harness.describe(String(executionArn))).toMatchObject({ status: 'SUCCEEDED', output: 'second' });
    expect(harness.calls).toHaveLength(2);
  });

  it('waits on for a retry and a Wait state', async () => {
    let failed = false;
    harness.functions = {
      flaky: () => {
        if (failed) return 'ok';
        failed = true;
        throw new FunctionError('Busy');
      },
    };
    const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 10 }];
    const states = { A: task('flaky', { Retry, Next: 'W' }), W: { Type: 'Wait', Seconds: 20, End: true } };
    await harness.open(states, 'A');
    const arn = await harness.start();
    await restart(states, 'A');
    await harness.advance(10);
    expect(harness.calls).toHaveLength(2);
    await restart(states, 'A');
    await harness.advance(20);
    expect((await harness.describe(arn))['status']).toBe('SUCCEEDED');
  });

  it('runs on with the definition it was started with when that has changed', async () => {
    await harness.open(TWO_WAITS, 'P');
    const arn = await harness.start();
    await restart({ Other: { Type: 'Pass', End: true } }, 'Other');
    await answer('ask1');
    await answer('ask2');
    expect((await harness.describe(arn))['output']).toEqual(['ask1', 'ask2']);
  });

  it('cuts off what a crash left of a half-written transition', async () => {
    await harness.open(TWO_WAITS, 'P');
    const arn = await harness.start();
    await harness.service.close();
    appendFileSync(join(harness.folder.path, 'approval', 'executions', 'run.jsonl'), '{"snapshot":{"name":"ru');
    await harness.open(TWO_WAITS, 'P');
    await answer('ask1');
    await answer('ask2');
    await restart(TWO_WAITS, 'P');
    expect((await harness.describe(arn))['status']).toBe('SUCCEEDED');
  });

  it('shows ended executions and refuses their names', async () => {
    const states = { A: { Type: 'Pass', Output: 1, End: true } };
    await harness.open(states, 'A');
    const arn = await harness.start();
    await restart(states, 'A');
    expect(await harness.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: 1 });
    await expect(harness.start()).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  });
});
