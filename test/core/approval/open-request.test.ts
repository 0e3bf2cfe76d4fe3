import { describe, expect, it } from 'vitest';
import { linkMacMatches } from '../../../core/approval/link.ts';
import { openRequest } from '../../../core/approval/open-request.ts';
import { decodeRequest } from '../../../core/approval/request.ts';
import { StorageFault } from '../../../core/state/entities.ts';
import type { Scene } from './scene.ts';
import { ACTION, AGENT, actionRef, events, eventTypes, givenPendingAction, requestRef, TIMEOUT_MS } from './scene.ts';

const input = { actionId: ACTION, agentId: AGENT };

function storedRequest(scene: Scene) {
  const item = scene.store.get(requestRef);
  if (item === undefined) throw new Error('expected a request');
  return decodeRequest(item);
}

function changeAction(scene: Scene, change: object): void {
  scene.store.set(actionRef, { ...scene.store.get(actionRef), ...change });
}

describe('openRequest', () => {
  it('opens the request, records it and tells approvers when the action waits', async () => {
    const scene = givenPendingAction(2);
    const opened = await openRequest(scene, input);
    expect(opened).toEqual({ ok: true, value: { ...input, approvals: 2, timeoutSeconds: TIMEOUT_MS / 1000 } });
    const request = storedRequest(scene);
    expect(request).toMatchObject({ status: 'open', approvals: 2, managers: 1, tier: 3, digest: scene.digest });
    expect(scene.store.get(requestRef)).toMatchObject({ openPk: 'OPEN' });
    expect(events(scene)[0]).toMatchObject({
      type: 'approval.requested',
      data: { actionId: ACTION, rules: ['HA-05'] },
    });
    expect(scene.notifier.notices).toHaveLength(1);
    const link = new URL(scene.notifier.notices[0]?.link ?? '');
    expect(linkMacMatches(request.linkKey, ACTION, link.searchParams.get('mac') ?? '')).toBe(true);
  });

  it('finds the same request and tells nobody twice when it is repeated', async () => {
    const scene = givenPendingAction();
    await openRequest(scene, input);
    const first = storedRequest(scene);
    scene.clock.advance(60_000);
    const again = await openRequest(scene, input);
    expect(again).toMatchObject({ ok: true, value: { timeoutSeconds: TIMEOUT_MS / 1000 - 60 } });
    expect(storedRequest(scene)).toEqual(first);
    expect(eventTypes(scene)).toEqual(['approval.requested']);
    expect(scene.notifier.notices).toHaveLength(1);
  });

  it('keeps the deadline the action was given', async () => {
    const scene = givenPendingAction();
    changeAction(scene, { approvalExpiresAtMs: scene.clock.nowMs() + 30_000 });
    expect(await openRequest(scene, input)).toMatchObject({ ok: true, value: { timeoutSeconds: 30 } });
  });

  it('tells approvers on the next attempt when the first could not', async () => {
    const scene = givenPendingAction();
    scene.notifier.failures = 1;
    await expect(openRequest(scene, input)).rejects.toThrow('topic unreachable');
    expect(await openRequest(scene, input)).toMatchObject({ ok: true });
    expect(scene.notifier.notices).toHaveLength(1);
    expect(eventTypes(scene)).toEqual(['approval.requested']);
  });

  it.each([
    ['parameters', { paramsJson: '{"amountMicroUsd":"1"}' }],
    ['resource', { resource: 'account/other' }],
    ['session', { sessionId: 's-2' }],
    ['type', { type: 'payment.cancel' }],
    ['text shifted across a boundary', { resource: 'account/DE8', sessionId: '9s-1' }],
  ])('refuses when the stored %s does not fit the digest', async (_name, change) => {
    const scene = givenPendingAction();
    changeAction(scene, change);
    expect(await openRequest(scene, input)).toEqual({ ok: false, problem: { code: 'digest_mismatch' } });
    expect(scene.store.commits).toEqual([]);
  });

  it.each([
    ['cancelled', 'action_cancelled'],
    ['allowed', 'action_not_pending'],
    ['approved', 'action_not_pending'],
    ['denied', 'action_not_pending'],
  ])('refuses when the action is %s', async (status, code) => {
    const scene = givenPendingAction();
    changeAction(scene, { status });
    expect(await openRequest(scene, input)).toEqual({ ok: false, problem: { code } });
    expect(scene.notifier.notices).toEqual([]);
  });

  it('refuses an action nobody knows, or of another agent', async () => {
    const scene = givenPendingAction();
    const missing = { ok: false, problem: { code: 'action_not_found' } };
    expect(await openRequest(scene, { actionId: 'act_other', agentId: AGENT })).toEqual(missing);
    expect(await openRequest(scene, { actionId: ACTION, agentId: '1:other' })).toEqual(missing);
  });

  it('tells nobody when the time is already over', async () => {
    const scene = givenPendingAction();
    changeAction(scene, { approvalExpiresAtMs: scene.clock.nowMs() });
    expect(await openRequest(scene, input)).toEqual({ ok: false, problem: { code: 'expired' } });
    expect(scene.notifier.notices).toEqual([]);
  });

  it.each(['before', 'after', 'conflict'] as const)(
    'opens exactly one request when the commit fails %s',
    async (fault) => {
      const scene = givenPendingAction();
      scene.store.failCommits(fault);
      expect(await openRequest(scene, input)).toMatchObject({ ok: true });
      expect(eventTypes(scene)).toEqual(['approval.requested']);
      expect(scene.notifier.notices).toHaveLength(1);
    },
  );

  it('throws and can be repeated when the store stays down', async () => {
    const scene = givenPendingAction();
    scene.store.failReads(20);
    await expect(openRequest(scene, input)).rejects.toThrow(StorageFault);
  });
});
