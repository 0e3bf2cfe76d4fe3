import { beforeEach, describe, expect, it } from 'vitest';
import { decide } from '../../../core/approval/decide.ts';
import { actionEnvelopes, seal } from '../../../core/approval/seal.ts';
import type { Person } from '../../../core/approval/separation.ts';
import { verifyEnvelopes } from '../../../core/approval/verify-envelopes.ts';
import type { StoredItem } from '../../../core/state/entities.ts';
import type { CommitFault } from '../../support/memory-store.ts';
import type { Scene } from './scene.ts';
import {
  ACTION,
  AGENT,
  actionRef,
  agentRef,
  amy,
  events,
  eventTypes,
  fakeVerifier,
  givenOpenRequest,
  mia,
  pendingApprovals,
  requestRef,
  slotRef,
  TIMEOUT_MS,
} from './scene.ts';

const input = { actionId: ACTION, agentId: AGENT };
const approve = (scene: Scene, person: Person) =>
  decide(scene, { actionId: ACTION, person, decision: 'approve', reason: 'checked', digest: scene.digest });
const codeOf = async (scene: Scene) => {
  const sealed = await seal(scene, input);
  return sealed.ok ? 'ok' : sealed.problem.code;
};
const envelopesOf = (scene: Scene) => actionEnvelopes(scene.store.get(actionRef) ?? {});
const verify = (scene: Scene) =>
  verifyEnvelopes(fakeVerifier, envelopesOf(scene), {
    actionId: ACTION,
    actionDigest: scene.digest,
    agentId: AGENT,
    nowMs: scene.clock.nowMs(),
    lastEventMs: 0,
  });

let scene: Scene;
beforeEach(async () => {
  scene = await givenOpenRequest();
  await approve(scene, amy);
  await approve(scene, mia);
});

function tamper(ref: Parameters<Scene['store']['get']>[0], change: StoredItem): void {
  scene.store.set(ref, { ...scene.store.get(ref), ...change });
}

describe('seal', () => {
  it('puts one envelope per person on the action, records it and lowers the pending count', async () => {
    expect(await seal(scene, input)).toEqual({ ok: true, value: { actionId: ACTION, status: 'sealed' } });
    expect(await verify(scene)).toMatchObject({ ok: true, value: { count: 2, managers: 1 } });
    expect(scene.store.get(actionRef)).toMatchObject({ status: 'approved' });
    expect(scene.store.get(requestRef)).toMatchObject({ status: 'sealed' });
    expect(scene.store.get(requestRef)).not.toHaveProperty('openPk');
    expect(events(scene).at(-1)).toMatchObject({ type: 'approval.sealed', data: { actionDigest: scene.digest } });
    expect(pendingApprovals(scene)).toBe(0);
  });

  it('makes envelopes that live 90 seconds', async () => {
    await seal(scene, input);
    scene.clock.advance(89_999);
    expect((await verify(scene)).ok).toBe(true);
    scene.clock.advance(1);
    expect(await verify(scene)).toEqual({ ok: false, problem: { code: 'envelope_expired', index: 0 } });
  });

  it('changes nothing when it is repeated', async () => {
    await seal(scene, input);
    const before = envelopesOf(scene);
    expect(await codeOf(scene)).toBe('ok');
    expect(envelopesOf(scene)).toEqual(before);
    expect(pendingApprovals(scene)).toBe(0);
  });

  it.each<[CommitFault]>([['before'], ['after'], ['conflict']])(
    'seals once when the commit fails %s',
    async (fault) => {
      scene.store.failCommits(fault);
      expect(await codeOf(scene)).toBe('ok');
      expect(eventTypes(scene).filter((type) => type === 'approval.sealed')).toHaveLength(1);
      expect(pendingApprovals(scene)).toBe(0);
      expect((await verify(scene)).ok).toBe(true);
    },
  );

  it.each(['mac', 'sign'] as const)('leaves everything open when %s fails', async (operation) => {
    const broken = { ...scene.sealer, [operation]: async () => Promise.reject(new Error('key unreachable')) };
    await expect(seal({ ...scene, sealer: broken }, input)).rejects.toThrow('key unreachable');
    expect(scene.store.get(requestRef)).toMatchObject({ status: 'open' });
    expect(envelopesOf(scene)).toEqual([]);
    expect(await codeOf(scene)).toBe('ok');
  });

  it.each<[string, () => void, string]>([
    ['the time is over', () => scene.clock.advance(TIMEOUT_MS), 'request_expired'],
    ['the agent cancelled', () => tamper(actionRef, { status: 'cancelled' }), 'action_not_pending'],
    ['the request was closed', () => tamper(requestRef, { status: 'refused' }), 'request_not_open'],
    ['parameters were altered', () => tamper(requestRef, { paramsJson: '{"amountMicroUsd":"1"}' }), 'digest_mismatch'],
    ['the resource was altered', () => tamper(requestRef, { resource: 'account/other' }), 'digest_mismatch'],
    ['the digest was altered', () => tamper(requestRef, { digest: 'f'.repeat(64) }), 'digest_mismatch'],
    ["the action's digest differs", () => tamper(actionRef, { digest: 'f'.repeat(64) }), 'digest_mismatch'],
    ['a person saw another digest', () => tamper(slotRef(2), { digest: 'f'.repeat(64) }), 'digest_mismatch'],
    ['a person says no', () => tamper(slotRef(2), { decision: 'reject' }), 'approvals_missing'],
    ['no manager is among them', () => tamper(slotRef(2), { manager: false }), 'separation_violated'],
    ['one person filled both', () => tamper(slotRef(2), { subject: ' SUB-amy' }), 'separation_violated'],
    ['one alias filled both', () => tamper(slotRef(2), { aliases: ['AMY'] }), 'separation_violated'],
    ['the owner filled one', () => tamper(slotRef(1), { subject: 'sub-owner' }), 'separation_violated'],
    ['the agent filled one', () => tamper(slotRef(1), { subject: AGENT }), 'separation_violated'],
    ['an approver became the owner', () => tamper(agentRef, { ownerSubject: 'sub-mia' }), 'separation_violated'],
    ['the owner is not on record', () => tamper(agentRef, { ownerSubject: '' }), 'separation_violated'],
  ])('refuses and seals nothing when %s', async (_name, change, code) => {
    change();
    expect(await codeOf(scene)).toBe(code);
    expect(envelopesOf(scene)).toEqual([]);
    expect(eventTypes(scene)).not.toContain('approval.sealed');
  });

  it('refuses when an approval is missing', async () => {
    scene = await givenOpenRequest();
    expect(await codeOf(scene)).toBe('approvals_missing');
    await approve(scene, mia);
    expect(await codeOf(scene)).toBe('approvals_missing');
  });

  it('refuses what changed between the seal and the commit', async () => {
    const meanwhile = async (bytes: Uint8Array) => {
      tamper(actionRef, { status: 'cancelled' });
      return bytes;
    };
    const sealed = await seal({ ...scene, sealer: { ...scene.sealer, sign: meanwhile } }, input);
    expect(sealed).toEqual({ ok: false, problem: { code: 'action_not_pending' } });
    expect(envelopesOf(scene)).toEqual([]);
  });

  it('refuses when another answer took the place of the one that was sealed', async () => {
    const meanwhile = async (bytes: Uint8Array) => {
      tamper(slotRef(1), { subject: 'sub-bob', aliases: ['bob'], approver: 'p1_bob' });
      return bytes;
    };
    const sealed = await seal({ ...scene, sealer: { ...scene.sealer, sign: meanwhile } }, input);
    expect(sealed).toEqual({ ok: false, problem: { code: 'approvals_changed' } });
  });

  it('conditions every write of a request, on what was read', async () => {
    await seal(scene, input);
    const unconditioned = scene.store.commits.flat().filter(({ when }) => when.length === 0);
    expect(unconditioned).toEqual([]);
  });

  it('knows nothing of another action', async () => {
    const sealed = await seal(scene, { actionId: 'act_other', agentId: AGENT });
    expect(sealed).toEqual({ ok: false, problem: { code: 'request_not_found' } });
  });
});
