import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentKey } from '../../../core/ledger/segment-key.ts';
import { coversObject, HELD_AREAS } from '../../../core/records/held-objects.ts';
import { retentionDays } from '../../../core/records/record-classes.ts';
import { plannedClasses, plannedMonths } from '../../../core/records/retention-plan.ts';

const EVENTS = { area: 'events', month: '2026-11', objects: 3, lockedUntilMs: Date.UTC(2032, 10, 20) } as const;

describe('plannedMonths', () => {
  it('says from when on nothing keeps objects when no hold covers them', () => {
    const hold = { id: 'claim-7', scope: { from: '2026-12-01' } };
    expect(plannedMonths([EVENTS], [hold])).toEqual([{ ...EVENTS, holds: [], deletableFromMs: EVENTS.lockedUntilMs }]);
  });

  it('names the holds and no date when some cover them', () => {
    const holds = [
      { id: 'claim-7', scope: { chain: 'agent/a:b', to: '2026-11-01' } },
      { id: 'claim-8', scope: { to: '2026-10-31' } },
      { id: 'claim-9', scope: {} },
    ];
    expect(plannedMonths([EVENTS], holds)).toEqual([{ ...EVENTS, holds: ['claim-7', 'claim-9'] }]);
  });

  it('gives no date when nothing is locked', () => {
    const { lockedUntilMs: _none, ...unlocked } = EVENTS;
    expect(plannedMonths([unlocked], [])).toEqual([{ ...unlocked, holds: [] }]);
  });

  it('never calls a month deletable in which a hold covers an object', () => {
    const day = fc
      .integer({ min: Date.UTC(2026, 0, 1) / 86_400_000, max: Date.UTC(2027, 0, 31) / 86_400_000 })
      .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
    const scope = fc.record({ chain: fc.constant('control'), from: day, to: day }, { requiredKeys: [] });
    fc.assert(
      fc.property(scope, fc.constantFrom(...HELD_AREAS), day, (held, area, written) => {
        const key = area === 'events' ? segmentKey('control', written, 0) : `${area}/0`;
        const isCovered = coversObject(held, { key, writtenMs: Date.parse(written) });
        const month = { area, month: written.slice(0, 7), objects: 1, lockedUntilMs: 1 };
        const [planned] = plannedMonths([month], [{ id: 'a', scope: held }]);
        if (isCovered) expect(planned?.deletableFromMs).toBeUndefined();
      }),
    );
  });
});

describe('plannedClasses', () => {
  it('shows every class with its period and the rule it is cited from', () => {
    const classes = plannedClasses(retentionDays({ decisions: { years: 7 } }));
    expect(classes.map(({ name, keptDays, citation }) => [name, keptDays, citation])).toEqual([
      ['decisions', 2_557, '17 CFR 240.17a-4(a)'],
      ['approvals', 2_192, 'FINRA Rule 4511'],
      ['control', 1_827, '23 NYCRR 500.06'],
      ['bundles', 2_192, '17 CFR 240.17a-4(a)'],
      ['details', 0, 'Reg. (EU) 2016/679 Arts 5(1)(e), 17(3)(b)'],
      ['logs', 183, 'Reg. (EU) 2024/1689 Art. 19'],
    ]);
  });
});
