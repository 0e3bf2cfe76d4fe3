import { describe, expect, it } from 'vitest';
import type { LedgerRow } from '../../../core/ledger/ledger-row.ts';
import {
  allow,
  auditOf,
  CHAIN,
  deny,
  FROM_MS,
  heldAfter,
  pointAfter,
  redeem,
  rowsOf,
  seal,
  TO_MS,
} from './chain-world.ts';

const STEPS = [allow('a1'), deny('a2'), seal('a3', 'r1', 'r2'), redeem('a3'), allow('a4')];
const rows = rowsOf(STEPS);
const held = heldAfter(rows, STEPS);
const OTHER = 'f'.repeat(64);
const without = (seq: number): LedgerRow[] => rows.filter((row) => row.seq !== seq);
const codesOf = (audited: { readonly findings: readonly { readonly code: string }[] }) =>
  audited.findings.map(({ code }) => code);

describe('ChainAudit', () => {
  it('finds nothing when rows, head, log and state agree', () => {
    const settled = held.map((action) =>
      action.actionId === 'a1' ? { ...action, standing: 'settled' as const } : action,
    );
    expect(auditOf(rows, { held: settled })).toMatchObject({
      events: 5,
      allows: 3,
      open: 2,
      settled: 1,
      findings: [],
      nextStart: pointAfter(rows),
    });
  });

  it('collects the envelopes that the ledger holds, each with the request that made its mac', () => {
    expect(auditOf(rows, { held }).sealed).toMatchObject([
      { seq: 2, envelopeId: 'env-r1', requestId: 'r1' },
      { seq: 2, envelopeId: 'env-r2', requestId: 'r2' },
    ]);
  });

  it('counts rows of the window alone but reads the others too', () => {
    const window = { fromMs: FROM_MS + 1, toMs: FROM_MS + 4 * 3_600_000 };
    const audited = auditOf(rows, { window, held, nextStartMs: window.toMs - 1 });
    expect(audited).toMatchObject({ events: 3, allows: 1, open: 1, findings: [], nextStart: pointAfter(rows, 4) });
    expect(audited.sealed).toHaveLength(2);
  });

  it('reports a gap when a row in the middle is gone', () => {
    expect(auditOf(without(2), { held }).findings).toEqual([
      { code: 'chain_gap', chain: CHAIN, seq: 3, expected: 'sequence number 2', got: '3' },
    ]);
  });

  it('reports an action without its allow when the row of the allow is gone', () => {
    expect(codesOf(auditOf(without(3), { held }))).toEqual(['chain_gap', 'action_without_allow']);
  });

  it('reports a broken link when a row was replaced', () => {
    const forged = rowsOf([allow('a1'), deny('a5')]);
    const mixed = rows.map((row) => (row.seq === 1 ? (forged[1] ?? row) : row));
    expect(auditOf(mixed, { held }).findings).toEqual([
      { code: 'chain_link', chain: CHAIN, seq: 2, expected: forged[1]?.hash, got: rows[1]?.hash },
    ]);
  });

  it('reports a row whose bytes are no event', () => {
    const bytes = new TextEncoder().encode('{}');
    const damaged = rows.map((row) => (row.seq === 1 ? { ...row, bytes } : row));
    expect(auditOf(damaged, { held }).findings).toMatchObject([{ code: 'row_unreadable', seq: 1 }]);
  });

  it('reports a head that is ahead when the tail was cut', () => {
    const cut = rows.slice(0, 4);
    const full = pointAfter(rows);
    const audited = auditOf(cut, { held: held.slice(0, 2), head: full, after: full, log: pointAfter(cut) });
    expect(audited.findings).toEqual([
      { code: 'head_ahead', chain: CHAIN, seq: 4, expected: '5 events, as the head counts', got: '4' },
    ]);
  });

  it('reports a head that is behind when a row was added past it', () => {
    expect(codesOf(auditOf(rows, { held, head: pointAfter(rows, 4), after: pointAfter(rows, 4) }))).toEqual([
      'head_behind',
    ]);
  });

  it('accepts rows that were written while it read', () => {
    expect(auditOf(rows, { held, head: pointAfter(rows, 3) }).findings).toEqual([]);
  });

  it('reports a head of the same count and another hash', () => {
    const head = { nextSeq: 5, hash: OTHER };
    expect(codesOf(auditOf(rows, { held, head }))).toEqual(['head_differs']);
  });

  it('reports a missing head when the chain has rows', () => {
    expect(codesOf(auditOf(rows, { held, head: undefined, after: undefined }))).toEqual(['head_behind']);
  });

  it('reports the first row that waits for the log longer than the merge delay', () => {
    const log = pointAfter(rows, 2);
    expect(auditOf(rows, { held, log, logDueMs: TO_MS }).findings).toMatchObject([{ code: 'log_behind', seq: 2 }]);
    expect(auditOf(rows, { held, log, logDueMs: FROM_MS + 2 * 3_600_000 }).findings).toEqual([]);
  });

  it('reads a row the log does not have yet again next time, whatever its age', () => {
    const log = pointAfter(rows, 2);
    expect(auditOf(rows, { held, log, logDueMs: FROM_MS }).nextStart).toEqual(log);
  });

  it('reports a log that lost rows when reading began beyond its end', () => {
    const start = pointAfter(rows, 3);
    const later = rows.slice(3);
    expect(
      codesOf(auditOf(later, { start, held: held.slice(1), log: pointAfter(rows, 1), logDueMs: FROM_MS })),
    ).toContain('log_behind');
  });

  it('reports a log that is ahead of the ledger', () => {
    const cut = rows.slice(0, 4);
    expect(codesOf(auditOf(cut, { held: held.slice(0, 2), log: pointAfter(rows) }))).toEqual(['log_ahead']);
  });

  it('reports a log that holds another row', () => {
    expect(codesOf(auditOf(rows, { held, log: { nextSeq: 3, hash: OTHER }, logDueMs: FROM_MS }))).toEqual([
      'log_differs',
    ]);
  });

  it('does not look at a log where there is none', () => {
    expect(auditOf(rows, { held, isLogless: true, logDueMs: TO_MS }).findings).toEqual([]);
  });

  it('throws when it is given a row of another chain, which is a bug', () => {
    expect(() => auditOf(rowsOf([allow('a1')], 'control'))).toThrow('expected a row of');
  });

  it.each([
    ['of no action', []],
    ['of another action', [{ actionId: 'a9', standing: 'open' as const, seq: 0, hash: rows[0]?.hash ?? '' }]],
    ['of another event', [{ actionId: 'a1', standing: 'open' as const, seq: 0, hash: OTHER }]],
  ])('reports an allow %s', (_what, first) => {
    expect(auditOf(rows, { held: [...first, ...held.slice(1)] }).findings).toMatchObject([
      { code: 'allow_without_action', actionId: 'a1', seq: 0 },
    ]);
  });

  it('reports an action that was made allowed without an event', () => {
    const denied = { actionId: 'a2', standing: 'open' as const, seq: 1, hash: rows[1]?.hash ?? '' };
    expect(auditOf(rows, { held: [...held, denied] }).findings).toMatchObject([
      { code: 'action_without_allow', actionId: 'a2', seq: 1 },
    ]);
  });
});
