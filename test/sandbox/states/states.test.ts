import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { functionArn, roleArn } from '../lambda/fixtures.ts';
import { FunctionError, StatesHarness, task } from './harness.ts';

let harness: StatesHarness;
beforeEach(() => {
  harness = new StatesHarness();
});
afterEach(() => harness.dispose());

describe('Pass', () => {
  it('passes its input on when it has no Output', async () => {
    expect(await harness.run({ A: { Type: 'Pass', End: true } }, 'A', { a: 1 })).toMatchObject({
      status: 'SUCCEEDED',
      output: { a: 1 },
    });
  });

  it('evaluates Output with the old variables when it also assigns', async () => {
    const states = {
      A: { Type: 'Pass', Assign: { n: 1 }, Next: 'B' },
      B: { Type: 'Pass', Assign: { n: '{% $n + 1 %}' }, Output: '{% $n %}', Next: 'C' },
      C: { Type: 'Pass', Output: { was: '{% $states.input %}', is: '{% $n %}' }, End: true },
    };
    expect(await harness.run(states, 'A')).toMatchObject({ output: { was: 1, is: 2 } });
  });

  it('fails with States.QueryEvaluationError when an expression has no value', async () => {
    const states = { A: { Type: 'Pass', Output: '{% $states.input.missing %}', End: true } };
    expect(await harness.run(states, 'A')).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  it('fails with States.DataLimitExceeded when its output passes 256 KiB', async () => {
    const states = { A: { Type: 'Pass', Output: "{% $pad('', 300000, 'x') %}", End: true } };
    expect(await harness.run(states, 'A')).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});

describe('expressions', () => {
  it.each([
    ['$partition([1,2,3,4], 3)', [[1, 2, 3], [4]]],
    ['$range(1, 7, 3)', [1, 4, 7]],
    ["$hash('abc', 'SHA-256')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['$parse(\'{"a":[1]}\')', { a: [1] }],
    ['$random(7) = $random(7)', true],
    ['$length($uuid())', 36],
    ['[1,2,3][$ > 1]', [2, 3]],
    ['$states.context.Execution.Name', 'run'],
    ['$states.context.StateMachine.Name', 'approval'],
  ])('gives %s its value', async (expression, value) => {
    const states = { A: { Type: 'Pass', Output: { value: `{% ${expression} %}` }, End: true } };
    expect((await harness.run(states, 'A'))['output']).toEqual({ value });
  });

  it('refuses $eval', async () => {
    const states = { A: { Type: 'Pass', Output: "{% $eval('1') %}", End: true } };
    expect(await harness.run(states, 'A')).toMatchObject({ error: 'States.QueryEvaluationError' });
  });
});

describe('Choice', () => {
  const states = {
    A: {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.n > 10 %}', Next: 'Big', Output: 'big' },
        { Condition: '{% $states.input.n > 5 %}', Next: 'Big' },
      ],
      Default: 'Small',
      Output: 'small',
    },
    Big: { Type: 'Pass', End: true },
    Small: { Type: 'Succeed' },
  };

  it.each([
    [11, 'big'],
    [7, { n: 7 }],
    [1, 'small'],
  ])('takes the first true rule when n is %d', async (n, output) => {
    expect((await harness.run(states, 'A', { n }))['output']).toEqual(output);
  });

  it('fails when no rule matches and there is no Default', async () => {
    const lone = { A: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'B' }] }, B: { Type: 'Succeed' } };
    expect(await harness.run(lone, 'A')).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });
});

describe('Fail', () => {
  it('ends with its evaluated Error and Cause', async () => {
    const states = { A: { Type: 'Fail', Error: 'Refused', Cause: "{% 'by ' & $states.input.who %}" } };
    expect(await harness.run(states, 'A', { who: 'ann' })).toMatchObject({
      status: 'FAILED',
      error: 'Refused',
      cause: 'by ann',
    });
  });
});

describe('Wait', () => {
  it('ends when the clock has passed its seconds', async () => {
    await harness.open({ A: { Type: 'Wait', Seconds: '{% $states.input.s %}', End: true } }, 'A');
    const arn = await harness.start({ s: 30 });
    await harness.advance(29);
    expect((await harness.describe(arn))['status']).toBe('RUNNING');
    await harness.advance(1);
    expect((await harness.describe(arn))['status']).toBe('SUCCEEDED');
  });

  it('ends when the clock has passed its timestamp', async () => {
    await harness.open({ A: { Type: 'Wait', Timestamp: '{% $states.input.at %}', End: true } }, 'A');
    const arn = await harness.start({ at: new Date(harness.clock.nowMs() + 5000).toISOString() });
    await harness.advance(5);
    expect((await harness.describe(arn))['status']).toBe('SUCCEEDED');
  });
});

describe('Task', () => {
  it('calls the function with the role of the state machine', async () => {
    harness.functions = { add: (payload) => ({ got: payload }) };
    const states = { A: task('add', { Output: '{% $states.result %}', End: true }) };
    expect(await harness.run(states, 'A', { n: 1 })).toMatchObject({
      output: { ExecutedVersion: '$LATEST', StatusCode: 200, Payload: { got: { n: 1 } } },
    });
    expect(harness.context?.asked).toContain(`${roleArn('workflow')} lambda:InvokeFunction ${functionArn('add')}`);
  });

  it('gives the bare result when its Resource is the function itself', async () => {
    harness.functions = { add: () => 5 };
    expect((await harness.run({ A: { Type: 'Task', Resource: functionArn('add'), End: true } }, 'A'))['output']).toBe(
      5,
    );
  });

  it('fails with the error type and payload when the function fails', async () => {
    harness.functions = {
      add: () => {
        throw new FunctionError('Refused', 'no');
      },
    };
    const description = await harness.run({ A: task('add', { End: true }) }, 'A');
    expect(description).toMatchObject({ status: 'FAILED', error: 'Refused' });
    expect(JSON.parse(String(description['cause']))).toEqual({ errorType: 'Refused', errorMessage: 'no' });
  });

  it('fails when the role of the state machine may not invoke', async () => {
    await harness.open({ A: task('add', { End: true }) }, 'A');
    harness.context?.refused.add('lambda:InvokeFunction');
    expect(await harness.describe(await harness.start())).toMatchObject({ error: 'Lambda.AWSLambdaException' });
  });

  it('times out when its function takes longer than TimeoutSeconds, and ignores the late answer', async () => {
    let release: (value: number) => void = () => undefined;
    harness.functions = { slow: () => new Promise<number>((resolve) => (release = resolve)) };
    await harness.open(
      {
        A: task('slow', { TimeoutSeconds: 10, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'B' }], End: true }),
        B: { Type: 'Pass', End: true },
      },
      'A',
    );
    const reply = harness.api('StartExecution', {
      stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:approval',
      name: 'run',
    });
    const arn = String((await reply)['executionArn']);
    harness.clock.advance(10_000);
    await expect.poll(async () => (await harness.describe(arn))['status']).toBe('SUCCEEDED');
    release(1);
    await harness.service.idle();
    expect((await harness.describe(arn))['output']).toEqual({ Error: 'States.Timeout', Cause: '' });
  });
});

describe('machine', () => {
  it('times out as a whole when TimeoutSeconds has passed', async () => {
    await harness.open({ A: { Type: 'Wait', Seconds: 100, End: true } }, 'A', { TimeoutSeconds: 60 });
    const arn = await harness.start();
    await harness.advance(60);
    expect(await harness.describe(arn)).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
  });

  it.each([
    [
      { A: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true } },
      'state A: the sandbox does not know task resource `arn:aws:states:::sns:publish`',
    ],
    [{ A: { Type: 'Pass', InputPath: '$.a', End: true } }, 'state A: the sandbox does not know Pass field `InputPath`'],
    [{ A: { Type: 'Pass', Next: 'Nowhere' } }, 'state A: expected Next to name a state, got `Nowhere`'],
    [{ A: { Type: 'Pass', QueryLanguage: 'JSONPath', End: true } }, 'state A: expected JSONata'],
    [{ A: { Type: 'Pass' } }, 'state A: expected Next or End'],
  ])('refuses to start on a definition it cannot run: %j', async (states, message) => {
    await expect(harness.open(states, 'A')).rejects.toThrow(message);
  });
});
