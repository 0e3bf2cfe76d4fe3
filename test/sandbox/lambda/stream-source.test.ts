import { describe, expect, it } from 'vitest';
import { streamReader } from '../../../sandbox/services/lambda/stream-source.ts';
import { callerOf } from './fixtures.ts';

const STREAM = 'arn:aws:dynamodb:eu-west-1:111122223333:table/ledger/stream/2026';

function setUp() {
  const stored: object[] = [];
  const state: { reads: number; written: () => void; during: () => void } = {
    reads: 0,
    written: () => undefined,
    during: () => undefined,
  };
  const read = streamReader({
    readStream: async (tableName, after, limit) => {
      expect(tableName).toBe('ledger');
      state.reads += 1;
      const records = stored.slice(after === undefined ? 0 : Number(after), Number(after ?? 0) + (limit ?? 100));
      state.during();
      return { records };
    },
    onWrite: (_table, listener) => {
      state.written = listener;
      return () => undefined;
    },
  });
  const put = () => {
    stored.push({
      eventName: 'INSERT',
      dynamodb: { SequenceNumber: String(stored.length + 1), ApproximateCreationDateTime: 5 },
    });
    state.written();
  };
  return { state, put, next: (after?: string) => read(callerOf('role'), STREAM, after, 10) };
}

describe('streamReader', () => {
  it('gives records with their place and age', async () => {
    const { put, next } = setUp();
    put();
    expect(await next()).toEqual([
      { sequenceNumber: '1', createdAtMs: 5000, event: expect.objectContaining({ eventName: 'INSERT' }) },
    ]);
  });

  it('does not ask the database again until something is written', async () => {
    const { state, put, next } = setUp();
    await next();
    await next();
    expect(state.reads).toBe(1);
    put();
    expect(await next()).toHaveLength(1);
    expect(await next('1')).toEqual([]);
    expect(state.reads).toBe(3);
  });

  it('does not miss a write that comes while it reads', async () => {
    const { state, put, next } = setUp();
    state.during = () => {
      state.during = () => undefined;
      put();
    };
    expect(await next()).toEqual([]);
    expect(await next()).toHaveLength(1);
  });
});
