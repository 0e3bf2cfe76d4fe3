import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LambdaService } from '../../../sandbox/services/lambda/lambda-service.ts';
import {
  assemblyOf,
  callerOf,
  contextOf,
  functionArn,
  functionResource,
  roleArn,
  type TestContext,
  temporaryFolder,
} from './fixtures.ts';

const folder = temporaryFolder();
let context: TestContext;
let service: LambdaService;

const ECHO = `
let calls = 0;
export const handler = async (event, context) => {
  calls += 1;
  if (event?.log) console.log(event.log);
  return { event, calls, env: process.env, name: context.functionName, now: Date.now(), today: new Date().getTime(),
    left: context.getRemainingTimeInMillis() };
};`;
const FAILING = `
export const handler = async (event) => {
  if (event === 'throw') { const e = new Error('no'); e.name = 'Refused'; throw e; }
  if (event === 'exit') process.exit(3);
  if (event === 'hang') await new Promise(() => {});
  if (event === 'spin') for (;;);
  return 'fine';
};`;
const OVERLAP = `
let running = 0;
export const handler = async () => {
  running += 1;
  const seen = running;
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 20));
  running -= 1;
  return seen;
};`;

beforeAll(() => {
  const functions = [
    functionResource(folder.path, 'echo', ECHO, {
      Environment: { Variables: { TABLE: 'state', URL: 'https://public/v1' } },
    }),
    functionResource(folder.path, 'failing', FAILING, { Timeout: 1 }),
    functionResource(folder.path, 'overlap', OVERLAP),
    functionResource(folder.path, 'single', OVERLAP, { ReservedConcurrentExecutions: 1 }),
    functionResource(folder.path, 'switched-off', ECHO, { ReservedConcurrentExecutions: 0 }),
    functionResource(folder.path, 'broken', 'throw new Error("at load");'),
  ];
  context = contextOf(assemblyOf(functions), folder.path);
  service = new LambdaService(context, {
    limitsFor: (name) => (name === 'overlap' || name === 'single' ? { concurrencyPerWorker: 8 } : {}),
    mapEnvironmentValue: (value) => value.replace('https://public', 'http://127.0.0.1:8080'),
  });
});
afterEach(() => context.refused.clear());
afterAll(async () => {
  await service.close();
  folder.remove();
});

async function echo(event: unknown): Promise<Record<string, unknown>> {
  const result = await service.invoke(functionArn('echo'), event);
  expect(result.functionError).toBeUndefined();
  const parsed: Record<string, unknown> = JSON.parse(result.payload);
  return parsed;
}

describe('LambdaService', () => {
  it('gives a function its own environment and role credentials when it is invoked', async () => {
    const reply = await echo({ a: 1 });
    expect(reply['event']).toEqual({ a: 1 });
    expect(reply['env']).toMatchObject({
      TABLE: 'state',
      URL: 'http://127.0.0.1:8080/v1',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_LAMBDA_FUNCTION_NAME: 'echo',
    });
    expect(reply['env']).not.toHaveProperty('PATH');
    expect(reply['env']).not.toHaveProperty('NODE_OPTIONS');
    const key = (reply['env'] as Record<string, string>)['AWS_ACCESS_KEY_ID'] ?? '';
    expect(context.vault.byAccessKeyId(key)?.caller.roleArn).toBe(roleArn('echo-role'));
  });

  it('shows a function the sandbox clock when that is moved', async () => {
    await echo({});
    context.clock.advance(10 * 60_000);
    const reply = await echo({});
    expect(Math.abs(Number(reply['now']) - context.clock.nowMs())).toBeLessThan(5_000);
    expect(Math.abs(Number(reply['today']) - Number(reply['now']))).toBeLessThan(1_000);
    expect(Number(reply['left'])).toBeLessThanOrEqual(3_000);
  });

  it('keeps a warm environment until its credentials near their end', async () => {
    const first = Number((await echo({}))['calls']);
    expect((await echo({}))['calls']).toBe(first + 1);
    context.clock.advance(56 * 60_000);
    expect((await echo({}))['calls']).toBe(1);
  });

  it('writes output to the log file of the function', async () => {
    await echo({ log: 'a line of output' });
    await expect.poll(() => readFileSync(join(folder.path, 'logs', 'echo.log'), 'utf8')).toContain('a line of output');
  });

  it('answers in the error shape of Lambda when a handler throws', async () => {
    const result = await service.invoke('failing', 'throw');
    expect(result.functionError).toBe('Unhandled');
    expect(JSON.parse(result.payload)).toMatchObject({ errorType: 'Refused', errorMessage: 'no' });
  });

  it('answers and starts afresh when a function exits', async () => {
    const result = await service.invoke('failing', 'exit');
    expect(JSON.parse(result.payload)).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect((await service.invoke('failing', '')).payload).toBe('"fine"');
  });

  it.each(['hang', 'spin'])('times out and recycles the environment when a handler does %s', async (how) => {
    const result = await service.invoke('failing', how);
    expect(JSON.parse(result.payload).errorMessage).toMatch(/Task timed out after 1\.00 seconds$/);
    expect((await service.invoke('failing', '')).payload).toBe('"fine"');
  });

  it('reports the load error when a module cannot be loaded', async () => {
    expect(JSON.parse((await service.invoke('broken', {})).payload)).toMatchObject({
      errorMessage: expect.stringContaining('at load'),
    });
  });

  it('interleaves invocations when a worker may hold several', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => service.invoke('overlap', {})));
    expect(Math.max(...replies.map((reply) => Number(reply.payload)))).toBe(8);
  });

  it('runs one at a time when concurrency is reserved to one', async () => {
    const replies = await Promise.all(Array.from({ length: 4 }, () => service.invoke('single', {})));
    expect(replies.map((reply) => reply.payload)).toEqual(['1', '1', '1', '1']);
  });

  it('throttles when concurrency is reserved to none', async () => {
    await expect(service.invoke('switched-off', {})).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      status: 429,
    });
  });

  it('retries a throttled asynchronous invocation and then gives it up', async () => {
    service.invokeLater('switched-off', { lost: true });
    for (const delayMs of [60_000, 120_000]) {
      await service.idle();
      context.clock.advance(delayMs);
    }
    await service.idle();
    const deadLetters = readFileSync(join(folder.path, 'dead-letters', 'undelivered.jsonl'), 'utf8');
    expect(deadLetters).toContain('TooManyRequestsException');
  });

  it('refuses an unknown function', async () => {
    await expect(service.invoke(functionArn('nobody'), {})).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('Invoke API', () => {
  const call = (name: string, body: string, headers: Record<string, string> = {}) =>
    service.handle({
      service: 'lambda',
      operation: '',
      method: 'POST',
      path: `/2015-03-31/functions/${name}/invocations`,
      query: new URLSearchParams(),
      headers,
      body: Buffer.from(body),
      caller: callerOf(roleArn('operator')),
    });

  it('returns the payload and marks a function error', async () => {
    expect(await call('failing', '""')).toMatchObject({ status: 200, body: '"fine"' });
    expect((await call(functionArn('failing'), '"throw"')).headers).toMatchObject({
      'X-Amz-Function-Error': 'Unhandled',
    });
    expect(context.asked.at(-1)).toBe(`${roleArn('operator')} lambda:InvokeFunction ${functionArn('failing')}`);
  });

  it('refuses a caller that may not invoke', async () => {
    context.refused.add('lambda:InvokeFunction');
    await expect(call('echo', '{}')).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });

  it('refuses a body that is not JSON', async () => {
    await expect(call('echo', '{')).rejects.toMatchObject({ code: 'InvalidRequestContentException' });
  });

  it('accepts an event and retries its failure twice on the clock', async () => {
    expect((await call('failing', '"throw"', { 'x-amz-invocation-type': 'Event' })).status).toBe(202);
    await service.idle();
    context.clock.advance(60_000);
    await service.idle();
    context.clock.advance(120_000);
    await service.idle();
    expect(readFileSync(join(folder.path, 'dead-letters', 'undelivered.jsonl'), 'utf8')).toContain('Refused');
    expect(service.isIdle).toBe(true);
  });
});
