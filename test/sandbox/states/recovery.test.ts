import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../../sandbox/services/states/timing.ts';
import { FunctionError, StatesHarness, task } from './harness.ts';

let harness: StatesHarness;
beforeEach(() => {
  harness = new StatesHarness();
});
afterEach(() => harness.dispose());

const failing =
  (name = 'Busy') =>
  () => {
    throw new FunctionError(name);
  };

describe('Retry', () => {
  it('tries again after growing pauses and then succeeds', async () => {
    let tries = 0;
    harness.functions = { flaky: () => (++tries < 3 ? failing()() : 'done') };
    const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 5 }];
    await harness.open(
      {
        A: task('flaky', {
          Retry,
          Output: '{% $states.result.Payload & $string($states.context.State.RetryCount) %}',
          End: true,
        }),
      },
      'A',
    );
    const arn = await harness.start();
    expect(tries).toBe(1);
    await harness.advance(2);
    expect(tries).toBe(2);
    await harness.advance(5);
    expect(tries).toBe(2);
    await harness.advance(1);
    expect(await harness.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: 'done2' });
  });

  it('goes to Catch when its attempts are used up', async () => {
    harness.functions = { flaky: failing() };
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const Catch = [
      {
        ErrorEquals: ['Busy'],
        Next: 'B',
        Assign: { why: '{% $states.errorOutput.Error %}' },
        Output: '{% $states.input %}',
      },
    ];
    await harness.open(
      {
        A: task('flaky', { Retry, Catch, End: true }),
        B: { Type: 'Pass', Output: ['{% $why %}', '{% $states.input %}'], End: true },
      },
      'A',
    );
    const arn = await harness.start(7);
    await harness.advance(1);
    expect((await harness.describe(arn))['output']).toEqual(['Busy', 7]);
    expect(harness.calls).toHaveLength(2);
  });

  it('counts each retrier by itself', async () => {
    const errors = ['Busy', 'Gone', 'Busy', 'Gone'];
    harness.functions = { flaky: () => failing(errors.shift() ?? 'End')() };
    const Retry = ['Busy', 'Gone'].map((name) => ({ ErrorEquals: [name], IntervalSeconds: 1, MaxAttempts: 1 }));
    await harness.open({ A: task('flaky', { Retry, End: true }) }, 'A');
    const arn = await harness.start();
    await harness.advance(1);
    await harness.advance(1);
    expect(await harness.describe(arn)).toMatchObject({ status: 'FAILED', error: 'Busy' });
    expect(harness.calls).toHaveLength(3);
  });

  it.each([
    [{ IntervalSeconds: 2, BackoffRate: 2 }, 0, 0.5, 2000],
    [{ IntervalSeconds: 2, BackoffRate: 2 }, 3, 0.5, 16000],
    [{ IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 5 }, 3, 0.5, 5000],
    [{ IntervalSeconds: 2, BackoffRate: 2, JitterStrategy: 'FULL' }, 1, 0.25, 1000],
    [{}, 1, 0.5, 2000],
  ])('pauses by %j after %d retries', (retrier, made, jitter, expected) => {
    expect(retryDelayMs(retrier, made, jitter)).toBe(expected);
  });
});

describe('Catch', () => {
  it.each([
    [['States.TaskFailed'], 'Busy', true],
    [['States.ALL'], 'Busy', true],
    [['Gone'], 'Busy', false],
    [['States.Timeout'], 'Busy', false],
    [['States.ALL'], 'States.Runtime', false],
  ])('with %j and error %s matches: %s', async (ErrorEquals, error, caught) => {
    harness.functions = { flaky: failing(error) };
    const states = {
      A: task('flaky', { Catch: [{ ErrorEquals, Next: 'B' }], End: true }),
      B: { Type: 'Pass', End: true },
    };
    expect((await harness.run(states, 'A'))['status']).toBe(caught ? 'SUCCEEDED' : 'FAILED');
  });

  it('catches a failing expression of its own state', async () => {
    const Catch = [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'B' }];
    const states = {
      A: task('fine', { Output: '{% $missing %}', Catch, End: true }),
      B: { Type: 'Pass', Output: 'caught', End: true },
    };
    expect((await harness.run(states, 'A'))['output']).toBe('caught');
  });
});

describe('Parallel', () => {
  const branch = (state: object) => ({ StartAt: 'X', States: { X: state } });

  it('joins results in the order of its branches', async () => {
    const Branches = [
      branch({ Type: 'Pass', Output: '{% $states.input + $base %}', End: true }),
      branch({ Type: 'Pass', Output: 'two', End: true }),
    ];
    const states = {
      A: { Type: 'Pass', Assign: { base: 10 }, Next: 'P' },
      P: { Type: 'Parallel', Branches, Arguments: 1, Output: '{% {"all": $states.result} %}', End: true },
    };
    expect((await harness.run(states, 'A'))['output']).toEqual({ all: [11, 'two'] });
  });

  it('keeps what a branch assigns to itself', async () => {
    const Branches = [branch({ Type: 'Pass', Assign: { base: 99 }, End: true })];
    const states = {
      A: { Type: 'Pass', Assign: { base: 10 }, Next: 'P' },
      P: { Type: 'Parallel', Branches, Next: 'C' },
      C: { Type: 'Pass', Output: '{% $base %}', End: true },
    };
    expect((await harness.run(states, 'A'))['output']).toBe(10);
  });

  it('stops its other branches and is caught when one fails', async () => {
    const Branches = [
      branch({ Type: 'Wait', Seconds: 1000, End: true }),
      branch({ Type: 'Fail', Error: 'Refused', Cause: 'no' }),
    ];
    const states = {
      P: { Type: 'Parallel', Branches, Catch: [{ ErrorEquals: ['Refused'], Next: 'B' }], End: true },
      B: { Type: 'Pass', End: true },
    };
    expect(await harness.run(states, 'P')).toMatchObject({
      status: 'SUCCEEDED',
      output: { Error: 'Refused', Cause: 'no' },
    });
    expect(harness.clock.pending).toBe(0);
  });

  it('starts all its branches again when it is retried', async () => {
    let tries = 0;
    harness.functions = { flaky: () => (++tries < 2 ? failing()() : 'ok'), other: () => 'ok' };
    const Branches = [branch(task('flaky', { End: true })), branch(task('other', { End: true }))];
    const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 1 }];
    await harness.open({ P: { Type: 'Parallel', Branches, Retry, End: true } }, 'P');
    const arn = await harness.start();
    await harness.advance(1);
    expect((await harness.describe(arn))['status']).toBe('SUCCEEDED');
    expect(harness.calls.map((call) => call.name).sort()).toEqual(['flaky', 'flaky', 'other', 'other']);
  });
});

describe('Map', () => {
  const processor = (state: object) => ({ StartAt: 'X', States: { X: state } });

  it('runs its processor for every item and keeps their order', async () => {
    const states = {
      M: {
        Type: 'Map',
        Items: '{% $states.input.list %}',
        ItemSelector: { index: '{% $states.context.Map.Item.Index %}', value: '{% $states.context.Map.Item.Value %}' },
        ItemProcessor: processor({
          Type: 'Pass',
          Output: '{% $states.input.value * 2 + $states.input.index + $states.context.Map.Item.Value %}',
          End: true,
        }),
        MaxConcurrency: 2,
        End: true,
      },
    };
    expect((await harness.run(states, 'M', { list: [1, 2, 3] }))['output']).toEqual([3, 7, 11]);
  });

  it('gives an empty list for no items', async () => {
    const states = { M: { Type: 'Map', ItemProcessor: processor({ Type: 'Pass', End: true }), End: true } };
    expect((await harness.run(states, 'M', []))['output']).toEqual([]);
  });

  it('fails when an iteration fails', async () => {
    const states = { M: { Type: 'Map', ItemProcessor: processor({ Type: 'Fail', Error: 'Bad' }), End: true } };
    expect(await harness.run(states, 'M', [1, 2])).toMatchObject({ status: 'FAILED', error: 'Bad' });
  });
});
