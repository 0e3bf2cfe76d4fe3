import { expect, test } from 'vitest';
import { describeEvent } from '../../../core/ledger/describe-event.ts';
import type { LedgerEvent } from '../../../core/ledger/parse-event.ts';

const EVENT: LedgerEvent = {
  type: 'control.veto_raised',
  chain: 'control',
  seq: 7,
  prev: 'a'.repeat(64),
  id: '01TEST00000000000000000001',
  timeMs: Date.UTC(2026, 10, 20, 9),
  frameworkRefs: ['AIR-OP-018'],
  data: { reason: 'two words', by: 'p1_risk', version: 1, claims: [1] },
};

test('puts time, place, type and what matters of the data on one line', () => {
  expect(describeEvent(EVENT)).toBe(
    '2026-11-20T09:00:00.000Z control#7 control.veto_raised by=p1_risk reason="two words"',
  );
});

test('spells out characters that would break the line or the terminal', () => {
  const line = describeEvent({ ...EVENT, chain: 'a\u001b', data: { reason: 'x\n\u009b2J\u202ey' } });
  expect(line).toContain(String.raw`a\u{1b}#7`);
  expect(line).toContain(String.raw`reason="x\u{a}\u{9b}2J\u{202e}y"`);
});

test('leaves out members that are lists, objects or null', () => {
  expect(describeEvent({ ...EVENT, data: { by: null, reason: ['x'], code: {} } })).toMatch(/veto_raised$/);
});
