import { describe, expect, it } from 'vitest';
import { reportOutcome } from '../../../core/gate/outcome.ts';
import type { StateStore } from '../../../core/ports.ts';
import { eraseSubject } from '../../../core/records/erase-subject.ts';
import { releaseHold, setHold } from '../../../core/records/govern-holds.ts';
import { decodeSubjectMonth, subjectKeyRef } from '../../../core/records/subject-key.ts';
import { encodeStopAll, HALT_LEVEL } from '../../../core/risk/stops.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import {
  givenDetails,
  givenErasure,
  givenHold,
  givenHoldRequest,
  givenRecords,
  givenRelease,
  SUBJECT,
} from '../../support/records.ts';
import { controlEvents } from '../risk/fixtures.ts';

type Gate = ReturnType<typeof givenRecords>;
const KEY = subjectKeyRef(SUBJECT, '2026-11');
const isKeyed = (gate: Gate) => decodeSubjectMonth(gate.store.get(KEY)).key !== undefined;
const statusOf = (gate: Gate, actionId: string) =>
  gate.store.get({ entity: 'action', agentId: AGENT_ID, actionId })?.['status'];

async function givenKeyed(minimumDays = 0): Promise<Gate> {
  const gate = givenRecords(minimumDays);
  await givenDetails(gate);
  return gate;
}

describe('eraseSubject', () => {
  it('destroys the key, names the pseudonym alone and settles the action when two people approved it', async () => {
    const gate = await givenKeyed();
    const request = await givenErasure(gate);
    expect(isKeyed(gate)).toBe(true);
    expect(await eraseSubject(gate, request)).toEqual({ ok: true, value: { changed: true, seq: 0 } });
    expect(gate.store.get(KEY)).toEqual({ generation: 1, erasedAtMs: gate.clock.nowMs() });
    expect(controlEvents(gate.store)).toMatchObject([
      {
        type: 'control.subject_erased',
        agent: AGENT_ID,
        data: { subject: SUBJECT, from: '2026-11', through: '2026-11', keys: 1, actionId: request.actionId },
      },
    ]);
    expect(JSON.stringify(controlEvents(gate.store))).not.toContain('DE89');
    expect(statusOf(gate, request.actionId)).toBe('settled');
  });

  it('changes nothing more when it is repeated, also after new details', async () => {
    const gate = await givenKeyed();
    const request = await givenErasure(gate);
    await eraseSubject(gate, request);
    await givenDetails(gate);
    expect(await eraseSubject(gate, request)).toEqual({ ok: true, value: { changed: false, seq: 0 } });
    expect(isKeyed(gate)).toBe(true);
    expect(controlEvents(gate.store)).toHaveLength(1);
  });

  it('destroys every key of the months named and no other', async () => {
    const gate = givenRecords();
    const key = { generation: 1, publicKey: new Uint8Array(32), wrapped: new Uint8Array(384) };
    for (const month of ['2026-07', '2026-08', '2026-10', '2026-11'])
      gate.store.set(subjectKeyRef(SUBJECT, month), key);
    await eraseSubject(gate, await givenErasure(gate, { from: '2026-08', through: '2026-10' }));
    const keyed = ['2026-07', '2026-08', '2026-09', '2026-10', '2026-11'].filter(
      (month) => decodeSubjectMonth(gate.store.get(subjectKeyRef(SUBJECT, month))).key !== undefined,
    );
    expect(keyed).toEqual(['2026-07', '2026-11']);
    expect(controlEvents(gate.store)).toMatchObject([{ data: { keys: 2 } }]);
  });

  it('is refused, recorded and used up while a hold may cover the subject', async () => {
    const gate = await givenKeyed();
    await givenHold(gate, 'claim-7', { chain: 'agent/other' });
    const request = await givenErasure(gate);
    expect(await eraseSubject(gate, request)).toEqual({
      ok: false,
      problem: { code: 'legal_hold', hold: 'claim-7' },
    });
    expect(isKeyed(gate)).toBe(true);
    expect(controlEvents(gate.store).at(-1)).toMatchObject({
      type: 'control.change_refused',
      data: { change: 'records.erase', code: 'legal_hold', actionId: request.actionId },
    });
    await releaseHold(gate, await givenRelease(gate, 'claim-7'));
    expect(await eraseSubject(gate, request)).toEqual({ ok: false, problem: { code: 'refused_before' } });
    expect(isKeyed(gate)).toBe(true);
    expect((await eraseSubject(gate, await givenErasure(gate))).ok).toBe(true);
  });

  it('is refused when the hold is set between its reading and its writing', async () => {
    const gate = await givenKeyed();
    const request = await givenErasure(gate);
    const hold = await givenHoldRequest(gate, 'claim-7');
    let isSet = false;
    const store: StateStore = {
      read: (refs) => gate.store.read(refs),
      commit: async (writes, token) => {
        if (!isSet) {
          isSet = true;
          expect((await setHold(gate, hold)).ok).toBe(true);
        }
        return gate.store.commit(writes, token);
      },
    };
    expect(await eraseSubject({ ...gate, store }, request)).toMatchObject({ problem: { code: 'legal_hold' } });
    expect(isKeyed(gate)).toBe(true);
  });

  it('goes ahead when the hold is on another subject or other months', async () => {
    const gate = await givenKeyed();
    await givenHold(gate, 'other-person', { subject: `p1_${'0'.repeat(32)}` });
    await givenHold(gate, 'long-ago', { to: '2026-10-31' });
    expect((await eraseSubject(gate, await givenErasure(gate))).ok).toBe(true);
  });

  it('is refused until the retention of the month is over', async () => {
    const gate = await givenKeyed(30);
    expect(await eraseSubject(gate, await givenErasure(gate))).toEqual({
      ok: false,
      problem: { code: 'retention_not_over', month: '2026-11' },
    });
    gate.clock.advance(Date.UTC(2026, 11, 31) - 1 - gate.clock.nowMs());
    expect(await eraseSubject(gate, await givenErasure(gate))).toMatchObject({ ok: false });
    gate.clock.advance(1);
    expect((await eraseSubject(gate, await givenErasure(gate))).ok).toBe(true);
  });

  it.each([
    [{ from: '2026-12', through: '2026-11' }, 'months_out_of_range'],
    [{ from: '2026-11', through: '2026-12' }, 'months_out_of_range'],
    [{ from: '2019-05', through: '2026-11' }, 'months_out_of_range'],
    [{ from: '2026-09', through: '2026-10' }, 'nothing_to_erase'],
    [{ subject: `p1_${'0'.repeat(32)}` }, 'nothing_to_erase'],
  ])('is refused when it names %j', async (changes, code) => {
    const gate = await givenKeyed();
    expect(await eraseSubject(gate, await givenErasure(gate, changes))).toMatchObject({ problem: { code } });
    expect(isKeyed(gate)).toBe(true);
  });

  it('is refused when people approved something else, or the action is not redeemed or not the caller’s', async () => {
    const gate = await givenKeyed();
    const request = await givenErasure(gate);
    const others = [{ subject: `p1_${'0'.repeat(32)}` }, { from: '2026-10' }, { through: '2026-10' }];
    for (const other of others) {
      expect(await eraseSubject(gate, { ...request, ...other })).toMatchObject({ problem: { code: 'not_this_act' } });
    }
    expect(await eraseSubject(gate, { ...request, agentId: 'a:b' })).toMatchObject({
      problem: { code: 'action_not_found' },
    });
    await reportOutcome(gate, AGENT_ID, request.actionId, { result: 'not_performed' });
    expect(await eraseSubject(gate, request)).toMatchObject({ problem: { code: 'not_redeemed', status: 'settled' } });
    expect(isKeyed(gate)).toBe(true);
    expect(controlEvents(gate.store)).toEqual([]);
  });

  it('waits while HALT stands and goes ahead once it was lifted', async () => {
    const gate = await givenKeyed();
    const request = await givenErasure(gate);
    gate.store.set({ entity: 'stopAll' }, encodeStopAll({ version: 1, veto: null, riskLevel: HALT_LEVEL }));
    expect(await eraseSubject(gate, request)).toMatchObject({ problem: { code: 'stopped' } });
    expect(isKeyed(gate)).toBe(true);
    gate.store.set({ entity: 'stopAll' }, encodeStopAll({ version: 2, veto: null, riskLevel: 1 }));
    expect((await eraseSubject(gate, request)).ok).toBe(true);
  });

  it('is done once when the answer to the commit was lost', async () => {
    const gate = await givenKeyed();
    const request = await givenErasure(gate);
    gate.store.failCommits('after');
    expect(await eraseSubject(gate, request)).toMatchObject({ ok: true });
    expect(controlEvents(gate.store)).toHaveLength(1);
    expect(isKeyed(gate)).toBe(false);
  });
});
