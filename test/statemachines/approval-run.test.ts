import { beforeEach, describe, expect, it } from 'vitest';
import { decide } from '../../core/approval/decide.ts';
import type { Person } from '../../core/approval/separation.ts';
import { closeOpenRequest, reportDecidedSlots } from '../../core/approval/slot-reports.ts';
import type { Scene } from '../core/approval/scene.ts';
import {
  ACTION,
  actionRef,
  amy,
  events,
  eventTypes,
  givenPendingAction,
  mia,
  pendingApprovals,
  TIMEOUT_MS,
} from '../core/approval/scene.ts';
import { WorkflowRun } from './workflow-run.ts';

let scene: Scene;
let run: WorkflowRun;

async function given(approvals: 1 | 2): Promise<void> {
  scene = givenPendingAction(approvals);
  run = new WorkflowRun(scene);
  await run.start();
}

async function answer(person: Person, decision: 'approve' | 'reject' = 'approve'): Promise<void> {
  const input = { actionId: ACTION, person, decision, reason: 'checked', digest: scene.digest };
  await decide({ ...scene, workflow: run }, input);
  await run.settle();
}

const status = () => scene.store.get(actionRef)?.['status'];
const outcome = () => events(scene).find(({ type }) => type === 'approval.closed')?.data['outcome'];

beforeEach(async () => given(2));

describe('the approval workflow over the real core', () => {
  it('waits for both people and approves when both have', async () => {
    expect(run.waitingIn).toEqual(['Wait for the first approver', 'Wait for the second approver']);
    await answer(amy);
    expect([run.snapshot.status, status()]).toEqual(['RUNNING', 'pending_approval']);
    await answer(mia);
    expect([run.snapshot.status, status()]).toEqual(['SUCCEEDED', 'approved']);
    expect(eventTypes(scene).at(-1)).toBe('approval.sealed');
  });

  it('waits for one person when one suffices', async () => {
    await given(1);
    expect(run.waitingIn).toEqual(['Wait for the approver']);
    await answer(amy);
    expect([run.snapshot.status, status()]).toEqual(['SUCCEEDED', 'approved']);
  });

  it.each<[string, 1 | 2, () => Promise<void>, string]>([
    ['the one person refuses', 1, () => answer(amy, 'reject'), 'refused'],
    ['the first of two refuses', 2, () => answer(amy, 'reject'), 'refused'],
    [
      'the second of two refuses',
      2,
      async () => {
        await answer(amy);
        await answer(mia, 'reject');
      },
      'refused',
    ],
    ['nobody answers one slot', 1, () => run.passTime(TIMEOUT_MS), 'timed_out'],
    [
      'only one of two answers',
      2,
      async () => {
        await answer(amy);
        await run.passTime(TIMEOUT_MS);
      },
      'timed_out',
    ],
    [
      'the agent cancels',
      2,
      async () => {
        scene.store.set(actionRef, { ...scene.store.get(actionRef), status: 'cancelled' });
        await closeOpenRequest({ ...scene, workflow: run }, ACTION, 'not needed');
      },
      'cancelled',
    ],
    [
      'the agent cancels and only the sweep reports it',
      1,
      async () => {
        scene.store.set(actionRef, { ...scene.store.get(actionRef), status: 'cancelled' });
        await reportDecidedSlots({ ...scene, workflow: run }, ACTION);
      },
      'cancelled',
    ],
  ])('ends as it should when %s', async (_name, approvals, act, expected) => {
    await given(approvals);
    await act();
    await run.settle();
    expect([run.snapshot.status, outcome(), status()]).toEqual(['SUCCEEDED', expected, expected]);
    expect(run.waitingIn).toEqual([]);
  });

  it('ends an action that was cancelled before anybody was asked', async () => {
    scene = givenPendingAction(2);
    scene.store.set(actionRef, { ...scene.store.get(actionRef), status: 'cancelled' });
    run = new WorkflowRun(scene);
    await run.start();
    expect([run.snapshot.status, scene.notifier.notices.length]).toEqual(['SUCCEEDED', 0]);
  });

  it.each(['open', 'await', 'seal', 'close'] as const)('goes on when %s fails for a while', async (name) => {
    scene = givenPendingAction(2);
    run = new WorkflowRun(scene);
    run.faults[name] = Array.from({ length: 3 }, () => new Error('unreachable'));
    await run.start();
    await answer(amy);
    await answer(mia, name === 'close' ? 'reject' : 'approve');
    expect([run.snapshot.status, status()]).toEqual(['SUCCEEDED', name === 'close' ? 'refused' : 'approved']);
  });

  it.each(['open', 'await', 'seal'] as const)(
    'fails visibly, and frees the agent, when %s keeps failing',
    async (name) => {
      scene = givenPendingAction(2);
      run = new WorkflowRun(scene);
      run.faults[name] = Array.from({ length: 50 }, () => new Error('unreachable'));
      await run.start();
      await answer(amy);
      await answer(mia);
      expect([run.snapshot.status, run.snapshot.error]).toEqual(['FAILED', 'Countersign.ApprovalFailed']);
      expect([status(), pendingApprovals(scene)]).toEqual(['failed', 0]);
    },
  );

  it('fails visibly when not even closing works', async () => {
    run.faults.close = Array.from({ length: 50 }, () => new Error('unreachable'));
    await answer(amy, 'reject');
    expect(run.snapshot.status).toBe('FAILED');
  });

  it('seals nothing when the time ran out between the answers and the seal', async () => {
    run.faults.seal = [new Error('unreachable')];
    scene.clock.advance(TIMEOUT_MS - 1);
    await answer(amy);
    await answer(mia);
    expect([run.snapshot.status, status()]).toEqual(['SUCCEEDED', 'timed_out']);
    expect(eventTypes(scene)).not.toContain('approval.sealed');
  });
});
