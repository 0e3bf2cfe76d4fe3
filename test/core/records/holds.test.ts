import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../../core/ledger/parse-event.ts';
import { segmentKey } from '../../../core/ledger/segment-key.ts';
import { releaseHold, setHold } from '../../../core/records/govern-holds.ts';
import { coversObject } from '../../../core/records/held-objects.ts';
import { coversSubject, decodeHolds, HOLDS, isInForce } from '../../../core/records/hold.ts';
import { holdsOfEvents } from '../../../core/records/holds-of-events.ts';
import { monthEndMs, monthsBefore, monthsThrough } from '../../../core/records/months.ts';
import { asBytes } from '../../../core/state/stored.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { givenHold, givenHoldRequest, givenRecords, givenRelease, SUBJECT } from '../../support/records.ts';
import { controlEvents } from '../risk/fixtures.ts';

type Gate = ReturnType<typeof givenRecords>;
const idsInForce = (gate: Gate) =>
  decodeHolds(gate.store.get(HOLDS))
    .holds.filter(isInForce)
    .map(({ id }) => id);

describe('setHold and releaseHold', () => {
  it('keep a hold from its event on until the event that releases it', async () => {
    const gate = givenRecords();
    const request = await givenHoldRequest(gate, 'claim-7', { chain: 'agent/a', from: '2026-01-01' });
    expect(await setHold(gate, request)).toMatchObject({ ok: true, value: { changed: true } });
    expect(await setHold(gate, request)).toMatchObject({ ok: true, value: { changed: false } });
    expect(idsInForce(gate)).toEqual(['claim-7']);
    await releaseHold(gate, await givenRelease(gate, 'claim-7'));
    expect(idsInForce(gate)).toEqual([]);
    expect(controlEvents(gate.store)).toMatchObject([
      {
        type: 'control.hold_set',
        agent: AGENT_ID,
        data: { hold: 'claim-7', reason: 'claim 7', chain: 'agent/a', from: '2026-01-01', actionId: request.actionId },
      },
      { type: 'control.hold_released', data: { hold: 'claim-7', reason: 'settled' } },
    ]);
  });

  it('release the hold that is named and no other', async () => {
    const gate = givenRecords();
    for (const hold of ['one', 'two', 'three']) await givenHold(gate, hold);
    await releaseHold(gate, await givenRelease(gate, 'two'));
    expect(idsInForce(gate)).toEqual(['one', 'three']);
  });

  it('refuse an id that was used before, and the release of what is not in force', async () => {
    const gate = givenRecords();
    await givenHold(gate, 'one');
    expect(await setHold(gate, await givenHoldRequest(gate, 'one'))).toMatchObject({
      problem: { code: 'hold_exists' },
    });
    await releaseHold(gate, await givenRelease(gate, 'one'));
    expect(await setHold(gate, await givenHoldRequest(gate, 'one'))).toMatchObject({
      problem: { code: 'hold_exists' },
    });
    for (const hold of ['one', 'never']) {
      expect(await releaseHold(gate, await givenRelease(gate, hold))).toMatchObject({
        problem: { code: 'hold_not_in_force' },
      });
    }
  });

  it('refuse another scope than people approved', async () => {
    const gate = givenRecords();
    const request = await givenHoldRequest(gate, 'one', { chain: 'agent/a', to: '2026-12-31' });
    const { to: _open, ...wider } = request;
    for (const other of [wider, { ...request, chain: 'agent/b' }, { ...request, reason: 'other' }]) {
      expect(await setHold(gate, other)).toMatchObject({ problem: { code: 'not_this_act' } });
    }
    expect(idsInForce(gate)).toEqual([]);
  });

  it('are told by the control chain alone', async () => {
    const gate = givenRecords();
    await givenHold(gate, 'one');
    await givenHold(gate, 'two', { subject: SUBJECT });
    await releaseHold(gate, await givenRelease(gate, 'one'));
    const events = [0, 1, 2].map((seq) => {
      const parsed = parseEvent(
        asBytes(gate.store.get({ entity: 'ledgerEvent', chain: 'control', seq })?.['bytes'], 'b'),
      );
      if (!parsed.ok) throw new Error(parsed.problem.check);
      return parsed.value;
    });
    expect(holdsOfEvents(events)).toMatchObject([
      { id: 'one', releasedAtMs: gate.clock.nowMs() },
      { id: 'two', data: { subject: SUBJECT } },
    ]);
    expect(holdsOfEvents(events)[1]).not.toHaveProperty('releasedAtMs');
  });
});

describe('the scope of a hold', () => {
  it.each([
    [{}, true],
    [{ chain: 'agent/a' }, true],
    [{ chain: 'agent/b' }, false],
    [{ from: '2026-11-20', to: '2026-11-20' }, true],
    [{ from: '2026-11-21' }, false],
    [{ to: '2026-11-19' }, false],
    [{ subject: SUBJECT }, true],
  ])('of %j covers events of agent/a on 2026-11-20: %s', (scope, isCovered) => {
    expect(coversObject(scope, { key: segmentKey('agent/a', '2026-11-20', 7), writtenMs: 0 })).toBe(isCovered);
  });

  it.each([
    [{}, true],
    [{ chain: 'agent/b' }, true],
    [{ subject: SUBJECT }, true],
    [{ subject: 'p1_other' }, false],
    [{ from: '2026-11-30' }, true],
    [{ from: '2026-12-01' }, false],
    [{ to: '2026-11-01' }, true],
    [{ to: '2026-10-31' }, false],
  ])('of %j covers the subject in 2026-11: %s', (scope, isCovered) => {
    expect(coversSubject(scope, SUBJECT, '2026-11')).toBe(isCovered);
  });
});

describe('months', () => {
  it('follow each other across years', () => {
    expect(monthsThrough('2026-11', '2027-02')).toEqual(['2026-11', '2026-12', '2027-01', '2027-02']);
    expect(monthsThrough('2027-02', '2026-11')).toEqual([]);
    expect(monthEndMs('2026-12')).toBe(Date.UTC(2027, 0, 1));
    expect(monthsBefore('2026-11', 89)).toBe('2019-06');
  });

  it('are as many as were counted back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), (count) => {
        expect(monthsThrough(monthsBefore('2026-11', count), '2026-11')).toHaveLength(count + 1);
      }),
    );
  });
});
