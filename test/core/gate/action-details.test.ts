import { describe, expect, it } from 'vitest';
import { submitAction } from '../../../core/gate/submit.ts';
import type { JsonObject } from '../../../core/json.ts';
import { agentChain } from '../../../core/ledger/event.ts';
import { openCommitment } from '../../../core/records/commitment.ts';
import { detailsRefOf } from '../../../core/records/details-ref.ts';
import { detailsContext } from '../../../core/records/keep-details.ts';
import type { SubjectKey } from '../../../core/records/subject-key.ts';
import { decodeSubjectMonth, erasedWrite, subjectKeyRef } from '../../../core/records/subject-key.ts';
import { asBytes } from '../../../core/state/stored.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { testPseudonymizer } from '../../support/deps.ts';
import { openSealed, testSealer } from '../../support/details.ts';
import { actionRequest, givenGate } from '../../support/gate.ts';
import { ledgerEvents } from '../../support/ledger-events.ts';

const RESOURCE = 'account/DE89370400440532013000';
const SUBJECT = testPseudonymizer.pseudonym('resource', RESOURCE);
const MONTH = '2026-11';
const KEY_REF = subjectKeyRef(SUBJECT, MONTH);
const CHAIN = agentChain(AGENT_ID);

const givenDetails = () => ({ ...givenGate(), details: testSealer });
type Gate = ReturnType<typeof givenDetails>;

async function decide(gate: Gate, changes = {}): Promise<void> {
  const submitted = await submitAction(gate, AGENT_ID, actionRequest({ resource: RESOURCE, ...changes }));
  if (!submitted.ok) throw new Error(submitted.problem.code);
}

function keyOf(gate: Gate): SubjectKey {
  const { key } = decodeSubjectMonth(gate.store.get(KEY_REF));
  if (key === undefined) throw new Error('expected a key');
  return key;
}

/** The details beside an event, as the reader with that key sees them. */
function read(gate: Gate, seq: number, key: SubjectKey, place = seq): JsonObject {
  const ref = detailsRefOf(ledgerEvents(gate.store)[seq]?.data ?? {});
  if (ref === undefined) throw new Error('expected a reference');
  const sealed = asBytes(gate.store.get({ entity: 'ledgerEvent', chain: CHAIN, seq })?.['details'], 'details');
  const opened = openCommitment(openSealed(key, sealed, detailsContext(ref, CHAIN, place)), ref.commitment);
  if (!opened.ok) throw new Error(opened.problem.code);
  return opened.value;
}

describe('details of a decision', () => {
  it('are read with the subject’s key and are what the event committed to', async () => {
    const gate = givenDetails();
    await decide(gate, { params: { note: 'for Ann' } });
    expect(read(gate, 0, keyOf(gate))).toEqual({
      resource: RESOURCE,
      sessionId: 'session-1',
      params: { note: 'for Ann' },
    });
  });

  it('are nowhere in the clear in what is written for them', async () => {
    const gate = givenDetails();
    await decide(gate, { params: { note: 'for Ann' } });
    const [writes = []] = gate.store.commits;
    const kept = writes.filter(({ ref }) => ref.entity === 'ledgerEvent' || ref.entity === 'subjectKey');
    expect(kept.map(({ ref }) => ref.entity).sort()).toEqual(['ledgerEvent', 'subjectKey']);
    const text = JSON.stringify(kept, (_name, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(text).toContain('"verdict');
    for (const clear of ['DE8937', 'for Ann', 'session-1']) expect(text).not.toContain(clear);
  });

  it('withhold what the catalogue calls confidential', async () => {
    const gate = givenDetails();
    const params = { current_pin: '1234', new_pin: '5678', card: 'c1' };
    await decide(gate, { type: 'credential.change-pin', params });
    expect(read(gate, 0, keyOf(gate))['params']).toEqual({
      current_pin: '[withheld]',
      new_pin: '[withheld]',
      card: 'c1',
    });
  });

  it('share one key while the month lasts, and no salt', async () => {
    const gate = givenDetails();
    await decide(gate);
    const key = keyOf(gate);
    await decide(gate);
    expect(keyOf(gate)).toEqual(key);
    expect(read(gate, 1, key)).toEqual(read(gate, 0, key));
    const [first, second] = ledgerEvents(gate.store).map(({ data }) => detailsRefOf(data)?.commitment);
    expect(first).not.toBe(second);
  });

  it('are bound to their place in the ledger', async () => {
    const gate = givenDetails();
    await decide(gate);
    expect(() => read(gate, 0, keyOf(gate), 1)).toThrow();
  });

  it('are lost with the key, and later ones get a new one', async () => {
    const gate = givenDetails();
    await decide(gate);
    const first = keyOf(gate);
    const month = decodeSubjectMonth(gate.store.get(KEY_REF));
    await gate.store.commit([erasedWrite(SUBJECT, MONTH, month, 1)], 'erase');
    expect(decodeSubjectMonth(gate.store.get(KEY_REF))).toEqual({ generation: 1 });
    await decide(gate);
    const second = keyOf(gate);
    expect(read(gate, 1, second)['resource']).toBe(RESOURCE);
    expect(() => read(gate, 0, second)).toThrow();
    expect(() => read(gate, 1, first)).toThrow();
  });

  it('are kept once when two agents meet the same subject first', async () => {
    const gate = givenDetails();
    const read = gate.store.read.bind(gate.store);
    let isFirst = true;
    gate.store.read = async (refs) => {
      const items = await read(refs);
      if (isFirst) {
        isFirst = false;
        const key = testSealer.newKey();
        gate.store.set(KEY_REF, { generation: 1, publicKey: key.publicKey, wrapped: key.wrapped });
      }
      return items;
    };
    await decide(gate);
    expect(decodeSubjectMonth(gate.store.get(KEY_REF)).generation).toBe(1);
    expect(ledgerEvents(gate.store)).toHaveLength(1);
  });

  it('are not kept where nothing encrypts them', async () => {
    const gate = givenGate();
    await submitAction(gate, AGENT_ID, actionRequest());
    expect(detailsRefOf(ledgerEvents(gate.store)[0]?.data ?? {})).toBeUndefined();
  });
});
