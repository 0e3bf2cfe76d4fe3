import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEventSource } from '../../../sandbox/services/lambda/event-source-config.ts';
import {
  EventSourceMapping,
  type StreamReader,
  type StreamRecord,
} from '../../../sandbox/services/lambda/event-source-mapping.ts';
import { LambdaService } from '../../../sandbox/services/lambda/lambda-service.ts';
import type { Properties } from '../../../sandbox/services/lambda/template-values.ts';
import {
  ACCOUNT,
  assemblyOf,
  contextOf,
  functionArn,
  functionResource,
  REGION,
  resource,
  type TestContext,
  temporaryFolder,
} from './fixtures.ts';

const STREAM = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/ledger/stream/2026`;
/** Writes each batch's values to a file, then answers by what the values ask for. */
const source = (file: string) => `
import { appendFileSync } from 'node:fs';
export const handler = async (event) => {
  const values = event.Records.map((record) => record.value);
  appendFileSync(${JSON.stringify(file)}, JSON.stringify(values) + '\\n');
  if (values.includes('poison')) throw new Error('poison');
  return { batchItemFailures: event.Records.filter((record) => record.value === 'partial').map((record) => ({ itemIdentifier: record.seq })) };
};`;

let folder: ReturnType<typeof temporaryFolder>;
let context: TestContext;
let lambda: LambdaService;
let stream: StreamRecord[];

beforeEach(() => {
  folder = temporaryFolder();
  context = contextOf(
    assemblyOf([functionResource(folder.path, 'archive', source(join(folder.path, 'batches')))]),
    folder.path,
  );
  lambda = new LambdaService(context);
  stream = [];
});
afterEach(async () => {
  await lambda.close();
  folder.remove();
});

const read: StreamReader = async (_caller, _arn, after, limit) =>
  stream.filter((record) => after === undefined || record.sequenceNumber > after).slice(0, limit);

function put(...values: string[]): void {
  for (const value of values) {
    const sequenceNumber = String(stream.length + 1).padStart(6, '0');
    stream.push({
      sequenceNumber,
      createdAtMs: context.clock.nowMs(),
      event: { value, seq: sequenceNumber, eventName: 'INSERT' },
    });
  }
}

function mapping(properties: Properties = {}): EventSourceMapping {
  const declared = resource('AWS::Lambda::EventSourceMapping', 'mapping', {
    EventSourceArn: STREAM,
    FunctionName: functionArn('archive'),
    ...properties,
  });
  return new EventSourceMapping(readEventSource(declared), context, lambda, read);
}

function batches(): unknown[] {
  const file = join(folder.path, 'batches');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('EventSourceMapping', () => {
  it('delivers in batches of the batch size when drained', async () => {
    put('a', 'b', 'c');
    await mapping({ BatchSize: 2 }).drain();
    expect(batches()).toEqual([['a', 'b'], ['c']]);
  });

  it('goes on after its checkpoint when it is restarted', async () => {
    put('a');
    await mapping().drain();
    put('b');
    await mapping().drain();
    expect(batches()).toEqual([['a'], ['b']]);
  });

  it('holds a part batch back until the batching window has passed', async () => {
    const started = mapping({ MaximumBatchingWindowInSeconds: 5, BatchSize: 10 });
    put('a');
    started.start();
    for (let second = 0; second < 4; second += 1) {
      context.clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(batches()).toEqual([]);
    for (let second = 0; second < 4; second += 1) {
      context.clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await started.close();
    expect(batches()).toEqual([['a']]);
  });

  it('halves a failing batch and gives up the poisonous record alone', async () => {
    put('a', 'poison', 'b', 'c');
    await mapping({ BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1 }).drain();
    expect(
      batches()
        .flat()
        .filter((value) => value === 'c').length,
    ).toBeGreaterThan(0);
    expect(batches().at(-1)).toEqual(['b', 'c']);
    const discarded = readFileSync(join(folder.path, 'dead-letters', 'undelivered.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(discarded).toHaveLength(1);
    expect(discarded[0]).toContain('poison');
  });

  it('retries from the reported record when a function reports item failures', async () => {
    put('a', 'partial', 'c');
    await mapping({ FunctionResponseTypes: ['ReportBatchItemFailures'], MaximumRetryAttempts: 1 }).drain();
    expect(batches()).toEqual([
      ['a', 'partial', 'c'],
      ['partial', 'c'],
    ]);
    expect(readFileSync(join(folder.path, 'dead-letters', 'undelivered.jsonl'), 'utf8')).not.toContain('"value":"a"');
  });

  it('stops the drain with an error when an unlimited retry never succeeds', async () => {
    put('poison');
    await expect(mapping().drain()).rejects.toThrow('keeps failing');
  });

  it('leaves out records that no filter matches', async () => {
    put('a', 'skip');
    const pattern = JSON.stringify({ eventName: ['INSERT'], value: [{ 'anything-but': 'skip' }] });
    await mapping({ FilterCriteria: { Filters: [{ Pattern: pattern }] } }).drain();
    expect(batches()).toEqual([['a']]);
  });

  it('refuses to start when the role may not read the stream', () => {
    context.refused.add('dynamodb:GetRecords');
    expect(() => mapping()).toThrow(/not authorized to perform: dynamodb:GetRecords/);
  });

  it('refuses a setting it does not know', () => {
    expect(() => mapping({ TumblingWindowInSeconds: 5 })).toThrow('expected no TumblingWindowInSeconds');
  });
});
