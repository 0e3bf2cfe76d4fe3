import { describe, expect, it } from 'vitest';
import { decide } from '../../../core/approval/decide.ts';
import type { DecisionInput } from '../../../core/approval/decide-plan.ts';
import type { Person } from '../../../core/approval/separation.ts';
import { recordToken } from '../../../core/approval/slot-reports.ts';
import { sha256Hex } from '../../../core/ledger/hash.ts';
import { testPseudonymizer } from '../../support/deps.ts';
import type { Scene } from './scene.ts';
import {
  ACTION,
  actionRef,
  agentRef,
  amy,
  bob,
  events,
  eventTypes,
  givenOpenRequest,
  guest,
  mia,
  owner,
  requestRef,
  slotRef,
  TIMEOUT_MS,
} from './scene.ts';

const answer = (scene: Scene, person: Person, change: Partial<DecisionInput> = {}): DecisionInput => ({
  actionId: ACTION,
  person,
  decision: 'approve',
  reason: 'checked the invoice with Jane Roe',
  digest: scene.digest,
  ...change,
});
const codeOf = async (scene: Scene, person: Person, change?: Partial<DecisionInput>) => {
  const decided = await decide(scene, answer(scene, person, change));
  return decided.ok ? 'ok' : decided.problem.code;
};
const waitFor = (scene: Scene, slot: number) =>
  recordToken(scene, { actionId: ACTION, slot, taskToken: `token-${slot}` });

describe('decide', () => {
  it('records the person, the event and tells the workflow when an approver approves', async () => {
    const scene = await givenOpenRequest();
    await waitFor(scene, 1);
    const decided = await decide(scene, answer(scene, amy));
    expect(decided).toMatchObject({ ok: true, value: { slot: 1, decision: 'approve', ledger: { seq: 1 } } });
    expect(scene.store.get(slotRef(1))).toMatchObject({ subject: 'sub-amy', manager: false, digest: scene.digest });
    expect(scene.workflow.told).toEqual(['complete token-1']);
    expect(events(scene).at(-1)).toMatchObject({
      type: 'approval.decided',
      data: {
        slot: 1,
        decision: 'approve',
        approver: testPseudonymizer.pseudonym('person', 'sub-amy'),
        reasonDigest: sha256Hex('checked the invoice with Jane Roe'),
      },
    });
  });

  it('fills the second slot with the second person', async () => {
    const scene = await givenOpenRequest();
    await decide(scene, answer(scene, amy));
    expect(await decide(scene, answer(scene, mia))).toMatchObject({ ok: true, value: { slot: 2 } });
  });

  it('fails the workflow when a person rejects, who need not be a manager', async () => {
    const scene = await givenOpenRequest();
    await waitFor(scene, 2);
    await decide(scene, answer(scene, amy));
    expect(await codeOf(scene, bob, { decision: 'reject' })).toBe('ok');
    expect(scene.workflow.told).toEqual(['fail token-2 Refused']);
  });

  it('lets nobody approve after a rejection', async () => {
    const scene = await givenOpenRequest();
    await codeOf(scene, amy, { decision: 'reject' });
    expect(await codeOf(scene, mia)).toBe('request_not_open');
  });

  it.each<[string, Person]>([
    ['the owner', owner],
    ['the owner under an alias', { ...amy, aliases: ['OLGA '] }],
    ['the owner with invisible characters', { ...amy, subject: 'sub\u200b-owner' }],
  ])('refuses and records %s', async (_name, person) => {
    const scene = await givenOpenRequest();
    expect(await codeOf(scene, person)).toBe('self_approval');
    expect(events(scene).at(-1)).toMatchObject({
      type: 'approval.refused_self',
      frameworkRefs: ['AIR-OP-018', 'AIR-SEC-024'],
    });
    expect(scene.store.get(slotRef(1))).toBeUndefined();
  });

  it('records a self-approval whatever else is wrong with it, and every time', async () => {
    const scene = await givenOpenRequest();
    scene.clock.advance(TIMEOUT_MS);
    expect(await codeOf(scene, owner, { digest: 'f'.repeat(64) })).toBe('self_approval');
    expect(await codeOf(scene, owner)).toBe('self_approval');
    expect(eventTypes(scene).filter((type) => type === 'approval.refused_self')).toHaveLength(2);
  });

  it('refuses and records who is in no approving group', async () => {
    const scene = await givenOpenRequest();
    expect(await codeOf(scene, guest)).toBe('not_an_approver');
    expect(eventTypes(scene).at(-1)).toBe('approval.refused_ineligible');
  });

  it('refuses and records a second approver who is no manager when one is missing', async () => {
    const scene = await givenOpenRequest();
    await decide(scene, answer(scene, amy));
    expect(await codeOf(scene, bob)).toBe('manager_required');
    expect(eventTypes(scene).at(-1)).toBe('approval.refused_ineligible');
  });

  it('refuses everyone when the owner is not on record', async () => {
    const scene = await givenOpenRequest();
    scene.store.set(agentRef, { ownerSubject: '', ownerAliases: [] });
    expect(await codeOf(scene, amy)).toBe('owner_unknown');
  });

  it('counts a repeated answer once, and refuses another from the same person', async () => {
    const scene = await givenOpenRequest();
    await decide(scene, answer(scene, mia));
    expect(await decide(scene, answer(scene, mia))).toEqual({
      ok: true,
      value: { actionId: ACTION, slot: 1, decision: 'approve' },
    });
    expect(await codeOf(scene, mia, { decision: 'reject' })).toBe('decision_conflict');
    expect(await codeOf(scene, mia, { digest: 'f'.repeat(64) })).toBe('decision_conflict');
    expect(eventTypes(scene)).toEqual(['approval.requested', 'approval.decided']);
    expect(scene.store.get(slotRef(2))).toBeUndefined();
  });

  it('refuses when the person saw something else', async () => {
    const scene = await givenOpenRequest();
    expect(await codeOf(scene, amy, { digest: 'f'.repeat(64) })).toBe('digest_mismatch');
  });

  it('refuses at the very instant the time is over', async () => {
    const scene = await givenOpenRequest();
    scene.clock.advance(TIMEOUT_MS - 1);
    expect(await codeOf(scene, amy)).toBe('ok');
    scene.clock.advance(1);
    expect(await codeOf(scene, mia)).toBe('request_expired');
  });

  it('refuses when the agent has cancelled meanwhile', async () => {
    const scene = await givenOpenRequest();
    scene.store.set(actionRef, { ...scene.store.get(actionRef), status: 'cancelled' });
    expect(await codeOf(scene, amy)).toBe('request_not_open');
  });

  it('refuses when the request is closed or unknown', async () => {
    const scene = await givenOpenRequest();
    scene.store.set(requestRef, { ...scene.store.get(requestRef), status: 'refused' });
    expect(await codeOf(scene, amy)).toBe('request_not_open');
    expect(await codeOf(scene, amy, { actionId: 'act_other' })).toBe('request_not_found');
  });

  it('keeps every name and reason out of the ledger', async () => {
    const scene = await givenOpenRequest();
    for (const person of [owner, guest, amy, mia]) await decide(scene, answer(scene, person));
    const ledger = JSON.stringify(events(scene));
    for (const secret of ['sub-', '@bank.example', 'Jane Roe', 'olga', 'DE89']) expect(ledger).not.toContain(secret);
  });
});
