import { PublishCommand } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { actionEnvelopes } from '../../../core/approval/seal.ts';
import type { Person } from '../../../core/approval/separation.ts';
import { verifyEnvelopes } from '../../../core/approval/verify-envelopes.ts';
import type { Scene } from '../../core/approval/scene.ts';
import {
  ACTION,
  AGENT,
  actionRef,
  amy,
  events,
  eventTypes,
  fakeVerifier,
  givenPendingAction,
  mia,
  owner,
} from '../../core/approval/scene.ts';
import { context, ENVIRONMENT, givenAws, personEvent } from '../approval-open/harness.ts';

const wired = vi.hoisted((): { scene: unknown } => ({ scene: undefined }));
vi.mock('../../../lambdas/shared/wiring.ts', () => ({
  coreDeps: () => wired.scene,
  namingDeps: async () => wired.scene,
  dynamoDb: {},
}));

for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
const { handler: open } = await import('../../../lambdas/approval-open/handler.ts');
const { handler: wait } = await import('../../../lambdas/approval-await/handler.ts');
const { handler: decide } = await import('../../../lambdas/decide-approval/handler.ts');
const { handler: show } = await import('../../../lambdas/get-approval/handler.ts');
const { handler: seal } = await import('../../../lambdas/approval-seal/handler.ts');
const { handler: close } = await import('../../../lambdas/approval-close/handler.ts');

const ids = { actionId: ACTION, agentId: AGENT };
const TOKENS = ['task-token-one', 'task-token-two'];
let scene: Scene;
let aws: ReturnType<typeof givenAws>;
let written: string[];

beforeEach(() => {
  scene = givenPendingAction(2);
  wired.scene = scene;
  aws = givenAws();
  written = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
  }
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...parts) => {
      written.push(parts.join(' '));
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function openAndWait(): Promise<void> {
  await open(ids, context);
  for (const [index, taskToken] of TOKENS.entries())
    await wait({ actionId: ACTION, slot: index + 1, taskToken }, context);
}

async function answer(person: Person, decision: 'approve' | 'reject' = 'approve') {
  const shown = JSON.parse((await show(personEvent(person, { method: 'GET' }), context)).body);
  return decide(personEvent(person, { body: { decision, reason: 'checked', digest: shown.digest } }), context);
}

const told = () => aws.sfn.calls().map((call) => call.args[0].input);

describe('the approval functions together', () => {
  it('lead from a pending action to envelopes that verify when two people approve', async () => {
    expect(await open(ids, context)).toEqual({ ...ids, approvals: 2, timeoutSeconds: 900 });
    await wait({ actionId: ACTION, slot: 1, taskToken: 'task-token-one' }, context);
    expect((await answer(amy)).statusCode).toBe(200);
    expect((await answer(mia)).statusCode).toBe(200);
    await wait({ actionId: ACTION, slot: 2, taskToken: 'task-token-two' }, context);
    expect(told()).toContainEqual({ taskToken: 'task-token-one', output: '{}' });
    expect(told()).toContainEqual({ taskToken: 'task-token-two', output: '{}' });
    expect(await seal(ids, context)).toEqual({ actionId: ACTION, status: 'sealed' });
    const verified = await verifyEnvelopes(fakeVerifier, actionEnvelopes(scene.store.get(actionRef) ?? {}), {
      ...ids,
      actionDigest: scene.digest,
      nowMs: scene.clock.nowMs(),
      lastEventMs: 0,
    });
    expect(verified).toMatchObject({ ok: true, value: { count: 2, managers: 1 } });
    expect(eventTypes(scene)).toEqual([
      'approval.requested',
      'approval.decided',
      'approval.decided',
      'approval.sealed',
    ]);
  });

  it('end the request when a person refuses', async () => {
    await openAndWait();
    await answer(amy, 'reject');
    expect(told()).toEqual([
      { taskToken: 'task-token-one', error: 'Countersign.Refused', cause: 'a person refused the action' },
    ]);
    expect(await close({ ...ids, outcome: 'refused' }, context)).toEqual({ actionId: ACTION, status: 'refused' });
    await expect(seal(ids, context)).rejects.toMatchObject({ name: 'Countersign.NotSealed', code: 'request_not_open' });
  });

  it('let no task token into a mail, a link, a reply, the ledger or a log', async () => {
    await openAndWait();
    const replies = [await answer(owner), await answer(amy), await answer(mia), await show(personEvent(amy), context)];
    await seal(ids, context);
    const mails = aws.sns.commandCalls(PublishCommand).map((call) => call.args[0].input);
    expect(mails).toHaveLength(1);
    const outside = JSON.stringify([mails, replies, events(scene), written]);
    for (const token of TOKENS) expect(outside).not.toContain(token);
    expect(outside).toContain('SelfApprovalRefused');
  });

  it('end by name what the workflow has a route for', async () => {
    scene.store.set(actionRef, { ...scene.store.get(actionRef), status: 'cancelled' });
    await expect(open(ids, context)).rejects.toMatchObject({ name: 'Countersign.Cancelled' });
    scene.store.set(actionRef, { ...scene.store.get(actionRef), status: 'pending_approval' });
    await open(ids, context);
    scene.clock.advance(900_000);
    await expect(open(ids, context)).rejects.toMatchObject({ name: 'Countersign.Expired' });
    await expect(seal(ids, context)).rejects.toMatchObject({ name: 'Countersign.Expired' });
    await expect(open({ ...ids, actionId: 'act_other' }, context)).rejects.toMatchObject({
      name: 'Countersign.NotOpened',
    });
  });

  it('say so when the store stays too busy', async () => {
    await openAndWait();
    await answer(amy);
    await answer(mia);
    const busy = () => scene.store.failCommits(...Array.from({ length: 12 }, () => 'conflict' as const));
    busy();
    await expect(seal(ids, context)).rejects.toMatchObject({ name: 'Countersign.Contention' });
    busy();
    await expect(close({ ...ids, outcome: 'failed' }, context)).rejects.toMatchObject({
      name: 'Countersign.Contention',
    });
  });

  it.each([
    [{ actionId: ACTION, slot: 3, taskToken: 't' }],
    [{ actionId: ACTION, slot: 0, taskToken: 't' }],
    [{ actionId: ACTION, slot: 1, taskToken: '' }],
    [{ actionId: ACTION, slot: 1, taskToken: 'x'.repeat(2_049) }],
    [{ actionId: 'has space', slot: 1, taskToken: 't' }],
  ])('refuse to wait on %j', async (input) => {
    await expect(wait(input, context)).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});
