import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Person } from '../../../core/approval/separation.ts';
import type { Scene } from '../../core/approval/scene.ts';
import {
  ACTION,
  amy,
  eventTypes,
  givenOpenRequest,
  guest,
  owner,
  slotRef,
  TIMEOUT_MS,
} from '../../core/approval/scene.ts';
import { apiEvent } from '../../support/api-event.ts';
import { context, givenAws, personEvent } from '../approval-open/harness.ts';

const wired = vi.hoisted((): { scene: unknown } => ({ scene: undefined }));
vi.mock('../../../lambdas/shared/wiring.ts', () => ({
  coreDeps: () => wired.scene,
  namingDeps: async () => wired.scene,
}));
const { handler } = await import('../../../lambdas/decide-approval/handler.ts');

let scene: Scene;
beforeEach(async () => {
  givenAws();
  scene = await givenOpenRequest();
  wired.scene = scene;
});

const body = (change: object = {}) => ({ decision: 'approve', reason: 'checked', digest: scene.digest, ...change });

async function post(person: Person, options: Parameters<typeof apiEvent>[0] = {}) {
  const reply = await handler(personEvent(person, { body: body(), ...options }), context);
  return { status: reply.statusCode, type: reply.headers?.['content-type'], body: JSON.parse(reply.body) };
}

describe('decide-approval', () => {
  it('records the authenticated subject, whatever the body claims', async () => {
    expect((await post(amy)).status).toBe(200);
    expect(scene.store.get(slotRef(1))).toMatchObject({ subject: 'sub-amy', aliases: ['amy', 'amy@bank.example'] });
    const claimed = await post(amy, { body: body({ approver: 'sub-mia' }) });
    expect(claimed.status).toBe(400);
  });

  it('refuses an agent, which has no sign-in, whatever it sends', async () => {
    const event = apiEvent({ pathParameters: { id: ACTION }, body: body() });
    const reply = await handler(event, context);
    expect([reply.statusCode, JSON.parse(reply.body).code]).toEqual([403, 'not_signed_in']);
    expect(eventTypes(scene)).toEqual(['approval.requested']);
  });

  it('answers with an RFC 9457 problem when the owner approves', async () => {
    expect(await post(owner)).toMatchObject({
      status: 403,
      type: 'application/problem+json',
      body: { code: 'self_approval', status: 403, detail: 'you own or are this agent; someone else has to decide' },
    });
  });

  it.each<[string, Person, object, () => void, number, string]>([
    ['the person is no approver', guest, {}, () => undefined, 403, 'not_an_approver'],
    ['the digest is another', amy, { digest: 'f'.repeat(64) }, () => undefined, 409, 'digest_mismatch'],
    ['the time is over', amy, {}, () => scene.clock.advance(TIMEOUT_MS), 410, 'request_expired'],
    [
      'the store is too busy',
      amy,
      {},
      () => scene.store.failCommits(...Array.from({ length: 12 }, () => 'conflict' as const)),
      503,
      'contention',
    ],
    [
      'the store is down',
      amy,
      {},
      () => scene.store.failCommits(...Array.from({ length: 12 }, () => 'before' as const)),
      503,
      'storage_fault',
    ],
  ])('refuses when %s', async (_name, person, change, given, status, code) => {
    given();
    expect(await post(person, { body: body(change) })).toMatchObject({ status, body: { code } });
    expect(scene.store.get(slotRef(1))).toBeUndefined();
  });

  it('answers 404 when there is no such request', async () => {
    expect(await post(amy, { pathParameters: { id: 'act_other' } })).toMatchObject({ status: 404 });
  });

  it.each([
    ['no reason', { reason: ' ' }],
    ['a reason with invisible characters', { reason: 'fine\u202e' }],
    ['a reason that is too long', { reason: 'x'.repeat(501) }],
    ['another decision', { decision: 'maybe' }],
    ['a short digest', { digest: 'abc' }],
    ['a member too many', { slot: 2 }],
  ])('answers 400 when the body has %s', async (_name, change) => {
    expect((await post(amy, { body: body(change) })).status).toBe(400);
  });
});
