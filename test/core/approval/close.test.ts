import { describe, expect, it } from 'vitest';
import { close } from '../../../core/approval/close.ts';
import { decide } from '../../../core/approval/decide.ts';
import { openRequest } from '../../../core/approval/open-request.ts';
import type { ClosedOutcome } from '../../../core/approval/request.ts';
import { seal } from '../../../core/approval/seal.ts';
import type { Person } from '../../../core/approval/separation.ts';
import { testPseudonymizer } from '../../support/deps.ts';
import type { CommitFault } from '../../support/memory-store.ts';
import type { Scene } from './scene.ts';
import {
  ACTION,
  AGENT,
  actionRef,
  amy,
  events,
  eventTypes,
  givenOpenRequest,
  givenPendingAction,
  headRef,
  mia,
  pendingApprovals,
  requestRef,
  TIMEOUT_MS,
} from './scene.ts';

const input = (outcome: ClosedOutcome) => ({ actionId: ACTION, agentId: AGENT, outcome });
const answer = (scene: Scene, person: Person, decision: 'approve' | 'reject') =>
  decide(scene, { actionId: ACTION, person, decision, reason: 'checked', digest: scene.digest });
const closedData = (scene: Scene) => events(scene).find(({ type }) => type === 'approval.closed')?.data;

describe('close', () => {
  it('names who refused when a person did', async () => {
    const scene = await givenOpenRequest();
    await answer(scene, amy, 'reject');
    expect(await close(scene, input('refused'))).toEqual({ ok: true, value: { actionId: ACTION, status: 'refused' } });
    expect(closedData(scene)).toMatchObject({
      outcome: 'refused',
      by: testPseudonymizer.pseudonym('person', amy.subject),
    });
    expect(scene.store.get(actionRef)).toMatchObject({ status: 'refused' });
    expect(scene.store.get(requestRef)).not.toHaveProperty('openPk');
    expect(pendingApprovals(scene)).toBe(0);
  });

  it('names nobody when the time ran out', async () => {
    const scene = await givenOpenRequest();
    scene.clock.advance(TIMEOUT_MS);
    await close(scene, input('timed_out'));
    expect(closedData(scene)).toMatchObject({ outcome: 'timed_out', by: null });
    expect(scene.store.get(actionRef)).toMatchObject({ status: 'timed_out' });
  });

  it('names the agent, and leaves the action as it ended it, when it cancelled', async () => {
    const scene = await givenOpenRequest();
    scene.store.set(actionRef, { ...scene.store.get(actionRef), status: 'cancelled' });
    scene.store.set(headRef, { ...scene.store.get(headRef), pending: 2 });
    await close(scene, input('cancelled'));
    expect(closedData(scene)).toMatchObject({ outcome: 'cancelled', by: AGENT });
    expect(pendingApprovals(scene)).toBe(2);
  });

  it.each<[ClosedOutcome, ClosedOutcome]>([
    ['refused', 'failed'],
    ['cancelled', 'failed'],
    ['failed', 'failed'],
    ['timed_out', 'timed_out'],
  ])('records %s as %s when stored state shows no such act', async (claimed, recorded) => {
    const scene = await givenOpenRequest();
    await close(scene, input(claimed));
    expect(closedData(scene)).toMatchObject({ outcome: recorded, by: null });
  });

  it('records a refusal as such when the workflow only saw a failure', async () => {
    const scene = await givenOpenRequest();
    await answer(scene, amy, 'reject');
    await close(scene, input('failed'));
    expect(closedData(scene)).toMatchObject({ outcome: 'refused' });
  });

  it('changes nothing when it is repeated, whatever outcome is claimed then', async () => {
    const scene = await givenOpenRequest();
    await close(scene, input('timed_out'));
    expect(await close(scene, input('failed'))).toMatchObject({ ok: true, value: { status: 'timed_out' } });
    expect(eventTypes(scene).filter((type) => type === 'approval.closed')).toHaveLength(1);
    expect(pendingApprovals(scene)).toBe(0);
  });

  it('does not undo a seal', async () => {
    const scene = await givenOpenRequest();
    await answer(scene, amy, 'approve');
    await answer(scene, mia, 'approve');
    await seal(scene, { actionId: ACTION, agentId: AGENT });
    expect(await close(scene, input('failed'))).toMatchObject({ ok: true, value: { status: 'sealed' } });
    expect(scene.store.get(actionRef)).toMatchObject({ status: 'approved' });
  });

  it('ends the action when its request could never be opened', async () => {
    const scene = givenPendingAction();
    await close(scene, input('failed'));
    expect(scene.store.get(actionRef)).toMatchObject({ status: 'failed' });
    expect(pendingApprovals(scene)).toBe(0);
    expect(await close(scene, input('failed'))).toMatchObject({ ok: true });
    expect(eventTypes(scene)).toEqual(['approval.closed']);
  });

  it('keeps a request from being opened after it failed', async () => {
    const scene = givenPendingAction();
    await close(scene, input('failed'));
    const opened = await openRequest(scene, { actionId: ACTION, agentId: AGENT });
    expect(opened).toEqual({ ok: false, problem: { code: 'action_not_pending' } });
  });

  it.each<[CommitFault]>([['before'], ['after'], ['conflict']])(
    'closes once and counts once when the commit fails %s',
    async (fault) => {
      const scene = await givenOpenRequest();
      scene.store.set(headRef, { ...scene.store.get(headRef), pending: 3 });
      scene.store.failCommits(fault);
      await close(scene, input('timed_out'));
      expect(eventTypes(scene).filter((type) => type === 'approval.closed')).toHaveLength(1);
      expect(pendingApprovals(scene)).toBe(2);
    },
  );
});
