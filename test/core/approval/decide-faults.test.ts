import { describe, expect, it } from 'vitest';
import { decide } from '../../../core/approval/decide.ts';
import { closeOpenRequest, recordToken, reportDecidedSlots } from '../../../core/approval/slot-reports.ts';
import type { CommitFault } from '../../support/memory-store.ts';
import type { Scene } from './scene.ts';
import { ACTION, actionRef, amy, eventTypes, givenOpenRequest, mia, requestRef, slotRef } from './scene.ts';

const approve = (scene: Scene, person = amy) =>
  decide(scene, { actionId: ACTION, person, decision: 'approve', reason: 'checked', digest: scene.digest });
const wait = (scene: Scene, slot: number, taskToken = `token-${slot}`) =>
  recordToken(scene, { actionId: ACTION, slot, taskToken });
const decisions = (scene: Scene) => eventTypes(scene).filter((type) => type === 'approval.decided').length;

describe('an answer', () => {
  it.each<[CommitFault[]]>([[['before']], [['after']], [['conflict']], [['before', 'after']], [['conflict', 'after']]])(
    'is recorded and reported once when commits fail with %j',
    async (faults) => {
      const scene = await givenOpenRequest();
      await wait(scene, 1);
      scene.store.failCommits(...faults);
      expect((await approve(scene)).ok).toBe(true);
      expect(decisions(scene)).toBe(1);
      expect(scene.workflow.told).toEqual(['complete token-1']);
    },
  );

  it('is neither recorded nor reported when the store stays down', async () => {
    const scene = await givenOpenRequest();
    await wait(scene, 1);
    scene.store.failCommits(...Array.from({ length: 12 }, () => 'before' as const));
    await expect(approve(scene)).rejects.toThrow('commit failed');
    expect(scene.store.get(slotRef(1))).not.toHaveProperty('decision');
    expect(scene.workflow.told).toEqual([]);
  });

  it.each(['before', 'after'] as const)(
    'reaches the workflow on a repeated call when the report failed %s',
    async (fault) => {
      const scene = await givenOpenRequest();
      await wait(scene, 1);
      scene.workflow.failNext(fault);
      await expect(approve(scene)).rejects.toThrow('workflow unreachable');
      expect((await approve(scene)).ok).toBe(true);
      expect(scene.workflow.told.at(-1)).toBe('complete token-1');
      expect(decisions(scene)).toBe(1);
    },
  );

  it('reaches the workflow with the next token when the report failed', async () => {
    const scene = await givenOpenRequest();
    await wait(scene, 1, 'old');
    scene.workflow.failNext('before');
    await expect(approve(scene)).rejects.toThrow();
    await wait(scene, 1, 'new');
    expect(scene.workflow.told).toEqual(['complete new']);
  });

  it('reaches the workflow by the sweep when the report failed', async () => {
    const scene = await givenOpenRequest();
    await wait(scene, 1);
    scene.workflow.failNext('before');
    await expect(approve(scene)).rejects.toThrow();
    await reportDecidedSlots(scene, ACTION);
    expect(scene.workflow.told).toEqual(['complete token-1']);
  });

  it('reaches the workflow when it came before any token', async () => {
    const scene = await givenOpenRequest();
    await approve(scene);
    await approve(scene, mia);
    expect(scene.workflow.told).toEqual([]);
    await wait(scene, 2);
    await wait(scene, 1);
    expect(scene.workflow.told).toEqual(['complete token-2', 'complete token-1']);
  });

  it('keeps a token whose write met a conflict or a fault', async () => {
    for (const fault of ['before', 'after', 'conflict'] as const) {
      const scene = await givenOpenRequest();
      scene.store.failCommits(fault);
      await wait(scene, 1);
      expect(scene.store.get(slotRef(1))).toMatchObject({ taskToken: 'token-1' });
    }
  });

  it('fails the step, to be handed another token, when the token cannot be kept', async () => {
    const scene = await givenOpenRequest();
    scene.store.failCommits(...Array.from({ length: 12 }, () => 'conflict' as const));
    await expect(wait(scene, 1)).rejects.toThrow('12 conflicts');
  });

  it('is not overwritten by a token, nor a token by an answer', async () => {
    const scene = await givenOpenRequest();
    await wait(scene, 1);
    await approve(scene);
    await wait(scene, 1, 'second');
    expect(scene.store.get(slotRef(1))).toMatchObject({ taskToken: 'second', decision: 'approve', subject: 'sub-amy' });
  });

  it('takes one slot when two people answer at the same moment', async () => {
    const scene = await givenOpenRequest();
    const [first, second] = await Promise.all([approve(scene, amy), approve(scene, mia)]);
    const slots = [first, second].map((decided) => (decided.ok ? decided.value.slot : 0));
    expect(slots.sort()).toEqual([1, 2]);
  });
});

describe('reportDecidedSlots', () => {
  it('says nothing about a request that is unknown or over', async () => {
    const scene = await givenOpenRequest();
    await wait(scene, 1);
    await approve(scene);
    scene.workflow.told.length = 0;
    scene.store.set(requestRef, { ...scene.store.get(requestRef), status: 'sealed' });
    await reportDecidedSlots(scene, ACTION);
    await reportDecidedSlots(scene, 'act_unknown');
    expect(scene.workflow.told).toEqual([]);
  });

  it('gives up the waiting slots of a cancelled action', async () => {
    const scene = await givenOpenRequest();
    await wait(scene, 1);
    scene.store.set(actionRef, { ...scene.store.get(actionRef), status: 'cancelled' });
    await reportDecidedSlots(scene, ACTION);
    expect(scene.workflow.told).toEqual(['fail token-1 Cancelled']);
  });
});

describe('closeOpenRequest', () => {
  it('fails every slot that still waits, and only those', async () => {
    const scene = await givenOpenRequest();
    await wait(scene, 1);
    await wait(scene, 2);
    await approve(scene);
    await closeOpenRequest(scene, ACTION, 'not needed any more');
    expect(scene.workflow.told).toEqual(['complete token-1', 'fail token-2 Cancelled']);
  });

  it('does nothing when no slot waits', async () => {
    const scene = await givenOpenRequest();
    await closeOpenRequest(scene, ACTION, 'not needed any more');
    expect(scene.workflow.told).toEqual([]);
  });
});
