import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eraseSubject } from '../../../core/records/erase-subject.ts';
import { extendRetention } from '../../../core/records/extend-retention.ts';
import { retentionDays } from '../../../core/records/record-classes.ts';
import {
  daysInForce,
  decodeRetention,
  EXTENDABLE_CLASSES,
  RETENTION,
  recordedLockDays,
} from '../../../core/records/retention-in-force.ts';
import { givenDetails, givenErasure, givenExtension, givenRecords } from '../../support/records.ts';
import { controlEvents } from '../risk/fixtures.ts';

const CONFIGURED = retentionDays({});
const givenRetention = () => ({ ...givenRecords(), configured: CONFIGURED });

describe('extendRetention', () => {
  it('records a longer period, which new objects are locked for', async () => {
    const gate = givenRetention();
    const request = await givenExtension(gate, 'control', 3_000);
    expect(await extendRetention(gate, request)).toEqual({ ok: true, value: { changed: true, seq: 0 } });
    expect(await extendRetention(gate, request)).toEqual({ ok: true, value: { changed: false, seq: 0 } });
    expect(recordedLockDays(decodeRetention(gate.store.get(RETENTION)))).toBe(3_000);
    expect(controlEvents(gate.store)).toMatchObject([
      {
        type: 'control.retention_extended',
        data: { recordClass: 'control', days: 3_000, before: CONFIGURED.control, actionId: request.actionId },
      },
    ]);
  });

  it('keeps details from being erased until the longer period is over', async () => {
    const gate = givenRetention();
    await givenDetails(gate);
    await extendRetention(gate, await givenExtension(gate, 'details', 30));
    expect(await eraseSubject(gate, await givenErasure(gate))).toMatchObject({
      problem: { code: 'retention_not_over', month: '2026-11' },
    });
  });

  it('is refused, recorded and used up when the period would not be longer', async () => {
    const gate = givenRetention();
    const request = await givenExtension(gate, 'decisions', CONFIGURED.decisions);
    expect(await extendRetention(gate, request)).toEqual({
      ok: false,
      problem: { code: 'retention_not_longer', days: CONFIGURED.decisions },
    });
    expect(controlEvents(gate.store)).toMatchObject([
      { type: 'control.change_refused', data: { change: 'records.retention.extend', code: 'retention_not_longer' } },
    ]);
    expect(await extendRetention(gate, request)).toMatchObject({ problem: { code: 'refused_before' } });
    expect(gate.store.get(RETENTION)).toBeUndefined();
  });

  it('is refused when people approved fewer days or another class', async () => {
    const gate = givenRetention();
    const request = await givenExtension(gate, 'decisions', 4_000);
    for (const other of [{ days: 5_000 }, { recordClass: 'control' as const }]) {
      expect(await extendRetention(gate, { ...request, ...other })).toMatchObject({
        problem: { code: 'not_this_act' },
      });
    }
  });

  it('never shortens a period, whatever is approved, configured and repeated', async () => {
    const step = fc.record({
      recordClass: fc.constantFrom(...EXTENDABLE_CLASSES),
      days: fc.integer({ min: 1, max: 4_000 }),
      configured: fc.integer({ min: 1, max: 4_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        const gate = givenRetention();
        for (const { recordClass, days, configured } of steps) {
          const before = decodeRetention(gate.store.get(RETENTION));
          // A later deployment may configure anything.
          const deps = { ...gate, configured: { ...CONFIGURED, [recordClass]: configured } };
          gate.clock.advance(60_000);
          const extended = await extendRetention(deps, await givenExtension(gate, recordClass, days));
          const after = decodeRetention(gate.store.get(RETENTION));
          const inForce = daysInForce(deps.configured, before, recordClass);
          expect(extended.ok).toBe(days > inForce);
          expect(daysInForce(deps.configured, after, recordClass)).toBe(Math.max(inForce, days));
          for (const name of EXTENDABLE_CLASSES) {
            expect(after.days[name] ?? 0).toBeGreaterThanOrEqual(before.days[name] ?? 0);
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});
