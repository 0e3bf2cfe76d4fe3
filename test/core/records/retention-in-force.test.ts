import { describe, expect, it } from 'vitest';
import type { LedgerEvent } from '../../../core/ledger/parse-event.ts';
import { retentionDays } from '../../../core/records/record-classes.ts';
import { daysAsRecorded } from '../../../core/records/retention-in-force.ts';

const event = (type: LedgerEvent['type'], data: LedgerEvent['data']): LedgerEvent => ({
  type,
  data,
  chain: 'control',
  seq: 0,
  prev: '',
  id: '',
  timeMs: 0,
  frameworkRefs: [],
});

describe('daysAsRecorded', () => {
  it('keeps the longest of what is configured and what was recorded, class by class', () => {
    const configured = retentionDays({});
    const events = [
      event('control.retention_extended', { recordClass: 'control', days: 4_000 }),
      event('control.retention_extended', { recordClass: 'control', days: 3_000 }),
      event('control.retention_extended', { recordClass: 'details', days: -1 }),
      event('control.retention_extended', { recordClass: 'logs', days: 9_000 }),
      event('control.hold_set', { recordClass: 'decisions', days: 9_000 }),
    ];
    expect(daysAsRecorded(configured, events)).toEqual({ ...configured, control: 4_000 });
  });
});
