import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONTROL_CHAIN } from '../../../core/ledger/event.ts';
import { ledgerRow } from '../../../core/ledger/ledger-row.ts';
import { planSegments, segmentBytes } from '../../../core/ledger/segment.ts';
import { chainFolder, parseSegmentKey, segmentKey } from '../../../core/ledger/segment-key.ts';
import { CorruptState } from '../../../core/state/stored.ts';
import { AGENT_CHAIN, plainChain, rowsOf } from './sample-log.ts';

const LIMITS = { maxRows: 4, maxBytes: 1_000_000 };

describe('segment keys', () => {
  test('names a segment after its chain, date and first sequence number', () => {
    expect(segmentKey(AGENT_CHAIN, '2026-11-20', 42)).toBe(
      'events/dt=2026-11-20/agent~111122223333~countersign-agent-teller/0000000000000042.jsonl',
    );
  });

  test('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (firstSeq) => {
        const key = segmentKey(AGENT_CHAIN, '2026-11-20', firstSeq);
        expect(parseSegmentKey(key)).toEqual({ date: '2026-11-20', folder: chainFolder(AGENT_CHAIN), firstSeq });
      }),
    );
  });

  test.each([
    'events/dt=2026-11-20/control/1.jsonl',
    'events/dt=2026-11-20/control/0000000000000001.jsonl.gz',
    'events/dt=2026-11-20/a/b/0000000000000001.jsonl',
    'events/dt=20261120/control/0000000000000001.jsonl',
    'events/dt=2026-11-20/control/9999999999999999.jsonl',
    'bundles/x.json',
  ])('refuses the key %s', (key) => {
    expect(parseSegmentKey(key)).toBeUndefined();
  });
});

describe('planSegments', () => {
  test('starts a new segment when the UTC date changes', () => {
    const plan = planSegments(CONTROL_CHAIN, 0, rowsOf(plainChain(CONTROL_CHAIN, 4)), LIMITS);
    expect(plan.segments.map(({ key, rows }) => [key, rows.length])).toEqual([
      ['events/dt=2026-11-20/control/0000000000000000.jsonl', 2],
      ['events/dt=2026-11-21/control/0000000000000002.jsonl', 2],
    ]);
  });

  test('holds back rows behind a gap and names what is missing', () => {
    const rows = rowsOf(plainChain(CONTROL_CHAIN, 10)).filter(({ seq }) => ![3, 4, 7].includes(seq));
    const plan = planSegments(CONTROL_CHAIN, 0, rows, LIMITS);
    expect(plan.segments.flatMap((segment) => segment.rows.map(({ seq }) => seq))).toEqual([0, 1, 2]);
    expect(plan.heldBack.map(({ seq }) => seq)).toEqual([5, 6, 8, 9]);
    expect(plan.missing).toEqual([
      { fromSeq: 3, toSeq: 4 },
      { fromSeq: 7, toSeq: 7 },
    ]);
  });

  test('closes a segment before it passes the byte limit', () => {
    const rows = rowsOf(plainChain(CONTROL_CHAIN, 2));
    const plan = planSegments(CONTROL_CHAIN, 0, rows, { maxRows: 10, maxBytes: (rows[0]?.bytes.length ?? 0) + 1 });
    expect(plan.segments.map(({ rows: inside }) => inside.length)).toEqual([1, 1]);
  });

  test('throws when two different rows claim one sequence number', () => {
    const rows = [...rowsOf(plainChain(CONTROL_CHAIN, 1)), ...rowsOf(plainChain(CONTROL_CHAIN, 1))];
    expect(() => planSegments(CONTROL_CHAIN, 0, rows, LIMITS)).toThrow(CorruptState);
  });

  test('throws when a row belongs to another chain', () => {
    expect(() => planSegments(AGENT_CHAIN, 0, rowsOf(plainChain(CONTROL_CHAIN, 1)), LIMITS)).toThrow(CorruptState);
  });

  test('gives every event exactly once, in order, whatever the order, repetition and split of delivery', () => {
    const rows = rowsOf(plainChain(AGENT_CHAIN, 12));
    const deliveries = fc.array(fc.array(fc.constantFrom(...rows)), { maxLength: 8 });
    fc.assert(
      fc.property(deliveries, fc.integer({ min: 1, max: 5 }), (batches, maxRows) => {
        const known: (typeof rows)[number][] = [];
        const archived: number[] = [];
        for (const batch of [...batches, rows]) {
          known.push(...batch);
          const plan = planSegments(AGENT_CHAIN, archived.length, known, { ...LIMITS, maxRows });
          for (const segment of plan.segments) {
            expect(new Set(segment.rows.map(({ date }) => date)).size).toBe(1);
            expect(segment.rows.length).toBeLessThanOrEqual(maxRows);
            expect(segment.firstSeq).toBe(archived.length);
            archived.push(...segment.rows.map(({ seq }) => seq));
          }
          expect(plan.heldBack.every(({ seq }) => seq > archived.length)).toBe(true);
        }
        expect(archived).toEqual(rows.map(({ seq }) => seq));
      }),
    );
  });
});

describe('segmentBytes', () => {
  test('ends every event with a line feed', () => {
    const rows = rowsOf(plainChain(CONTROL_CHAIN, 2));
    const [segment] = planSegments(CONTROL_CHAIN, 0, rows, LIMITS).segments;
    const text = segment === undefined ? '' : new TextDecoder().decode(segmentBytes(segment));
    expect(text).toBe(rows.map(({ bytes }) => `${new TextDecoder().decode(bytes)}\n`).join(''));
  });
});

describe('ledgerRow', () => {
  const [row] = rowsOf(plainChain(CONTROL_CHAIN, 1));
  const bytes = row?.bytes ?? new Uint8Array();

  test.each([
    ['another chain', () => ledgerRow('agent/x', 0, bytes)],
    ['another sequence number', () => ledgerRow(CONTROL_CHAIN, 1, bytes)],
    ['bytes that are no JSON', () => ledgerRow(CONTROL_CHAIN, 0, bytes.slice(1))],
    ['JSON that is no event', () => ledgerRow(CONTROL_CHAIN, 0, new TextEncoder().encode('[]'))],
    ['no time', () => ledgerRow('c', 0, new TextEncoder().encode('{"chain":"c","prev":"","seq":0}'))],
  ])('throws when the key and bytes name %s', (_, read) => {
    expect(read).toThrow(CorruptState);
  });
});
