import fc from 'fast-check';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { chainEvent, emptyChain } from '../../../core/ledger/event.ts';
import { findEvent } from '../../../core/ledger/find-event.ts';
import type { LedgerRow } from '../../../core/ledger/ledger-row.ts';
import { ledgerRow } from '../../../core/ledger/ledger-row.ts';
import { TEST_NOW_MS } from '../../support/deps.ts';
import { AGENT_CHAIN } from './sample-log.ts';

/** A chain whose events come so many milliseconds after each other, with ids made as the product makes them. */
function chainOf(gapsMs: readonly number[]) {
  let position = emptyChain(AGENT_CHAIN);
  let timeMs = TEST_NOW_MS;
  return gapsMs.map((gapMs) => {
    timeMs += gapMs;
    const draft = { type: 'session.closed', frameworkRefs: ['AIR-SEC-024'], data: {} } as const;
    const event = chainEvent(AGENT_CHAIN, position, draft, ulid(timeMs), timeMs);
    position = { nextSeq: event.seq + 1, prevHash: event.hash, lastTimeMs: event.timeMs };
    return { id: event.id, row: ledgerRow(event.chain, event.seq, event.bytes) };
  });
}

function reader(rows: readonly LedgerRow[]) {
  const asked: number[] = [];
  const readRows = async (_chain: string, fromSeq: number, limit: number) => {
    asked.push(fromSeq);
    return rows.filter(({ seq }) => seq >= fromSeq).slice(0, limit);
  };
  return { asked, rows: { readRows, lastRow: async () => rows.at(-1) } };
}

describe('findEvent', () => {
  it('finds every event by its id when many have the same time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2), { minLength: 1, maxLength: 40 }), async (gapsMs) => {
        const events = chainOf(gapsMs);
        const { rows } = reader(events.map(({ row }) => row));
        for (const { id, row } of events) expect((await findEvent(rows, AGENT_CHAIN, id))?.seq).toBe(row.seq);
      }),
      { numRuns: 50 },
    );
  });

  it('looks through more rows than one page when all have the same time', async () => {
    const events = chainOf(Array.from({ length: 250 }, () => 0));
    const { rows } = reader(events.map(({ row }) => row));
    expect((await findEvent(rows, AGENT_CHAIN, events[249]?.id ?? ''))?.seq).toBe(249);
    expect(await findEvent(rows, AGENT_CHAIN, ulid(TEST_NOW_MS))).toBeUndefined();
  });

  it('asks as often as halving does when the chain is long', async () => {
    const events = chainOf(Array.from({ length: 1_000 }, () => 1));
    const { rows, asked } = reader(events.map(({ row }) => row));
    expect((await findEvent(rows, AGENT_CHAIN, events[700]?.id ?? ''))?.seq).toBe(700);
    expect(asked.length).toBeLessThanOrEqual(11);
  });

  it.each([
    ['the chain is empty', [], ulid(TEST_NOW_MS)],
    ['its time is before the chain', [5, 5], ulid(TEST_NOW_MS)],
    ['its time is between two events', [0, 9], ulid(TEST_NOW_MS + 4)],
    ['its time is after the chain', [0, 9], ulid(TEST_NOW_MS + 10)],
    ['it is no ulid', [0], 'act_1'],
    ['it is a ulid in lower case', [0], ulid(TEST_NOW_MS).toLowerCase()],
  ])('finds nothing when %s', async (_, gapsMs, id) => {
    const { rows } = reader(chainOf(gapsMs).map(({ row }) => row));
    expect(await findEvent(rows, AGENT_CHAIN, id)).toBeUndefined();
  });
});
