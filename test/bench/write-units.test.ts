import { describe, expect, it } from 'vitest';
import { usdPerMillion } from '../../bench/prices.ts';
import { itemBytes, readUnits, transactionWriteUnits } from '../../bench/write-units.ts';
import type { Write } from '../../core/state/entities.ts';

const action = (filler: number): Write => ({
  op: 'put',
  ref: { entity: 'action', agentId: 'a', actionId: 'b' },
  item: { filler: 'x'.repeat(filler) },
  when: [{ if: 'absent' }],
});

/** `pk`, `sk`, `filler` and the keys' values. */
const OVERHEAD = 'pkAGENT#a'.length + 'skACTION#b'.length + 'filler'.length;

describe('write units', () => {
  it('are two per started kilobyte when an item is put in a transaction', () => {
    const units = [0, 1_024 - OVERHEAD, 1_025 - OVERHEAD, 2_049 - OVERHEAD].map((filler) =>
      transactionWriteUnits([action(filler)], () => 0),
    );
    expect(units).toEqual([2, 2, 4, 6]);
  });

  it('count the stored item when it is updated or checked', () => {
    const check: Write = { op: 'check', ref: { entity: 'stopAll' }, when: [{ if: 'absent' }] };
    expect(transactionWriteUnits([check, action(0)], () => 1_500)).toBe(6);
  });

  it('take a ledger row as it is stored when its bytes compress', () => {
    const bytes = new Uint8Array(3_000).fill(65);
    const row: Write = {
      op: 'put',
      ref: { entity: 'ledgerEvent', chain: 'agent/a', seq: 1 },
      item: { bytes, hash: 'h', type: 't' },
      when: [{ if: 'absent' }],
    };
    expect(transactionWriteUnits([row], () => 0)).toBe(2);
  });
});

describe('read units', () => {
  it('are one per started four kilobytes, and one when there is no item', () => {
    const units = [4_096, 4_097].map((bytes) => readUnits({ b: { S: 'x'.repeat(bytes - 1) } }));
    expect([readUnits(undefined), ...units]).toEqual([1, 1, 2]);
  });
});

describe('item size', () => {
  it('adds names and values when they are nested', () => {
    expect(itemBytes({ n: { N: '1234' }, m: { M: { k: { L: [{ BOOL: true }] } } } })).toBe(4 + 1 + 3 + 1 + 1 + 3 + 2);
  });
});

describe('list price', () => {
  it('is one API request and the units when a million decisions are priced', () => {
    const use = {
      name: '',
      requests: 2,
      itemsRead: 7,
      readUnits: 8,
      itemsWritten: 3,
      writeUnits: 4,
      ledgerRowBytes: 0,
    };
    expect(usdPerMillion(use)).toBeCloseTo(3.5 + 1 + 2.5);
  });
});
