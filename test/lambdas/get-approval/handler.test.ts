import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Scene } from '../../core/approval/scene.ts';
import { amy, givenOpenRequest, guest } from '../../core/approval/scene.ts';
import { apiEvent } from '../../support/api-event.ts';
import { context, personEvent } from '../approval-open/harness.ts';

const wired = vi.hoisted((): { scene: unknown } => ({ scene: undefined }));
vi.mock('../../../lambdas/shared/wiring.ts', () => ({
  coreDeps: () => wired.scene,
  namingDeps: async () => wired.scene,
}));
const { handler } = await import('../../../lambdas/get-approval/handler.ts');

let scene: Scene;
beforeEach(async () => {
  scene = await givenOpenRequest();
  wired.scene = scene;
});

describe('get-approval', () => {
  it('shows the request to approvers and auditors, uncached, and changes nothing', async () => {
    const commits = scene.store.commits.length;
    for (const person of [amy, guest]) {
      const reply = await handler(personEvent(person, { method: 'GET' }), context);
      expect(reply.statusCode).toBe(200);
      expect(reply.headers?.['cache-control']).toBe('no-store');
      expect(JSON.parse(reply.body)).toMatchObject({ status: 'open', digest: scene.digest, needs: { approvals: 2 } });
    }
    expect(scene.store.commits).toHaveLength(commits);
  });

  it('refuses people without a reading group, and agents', async () => {
    const other = { ...amy, groups: ['agent-owner'] };
    expect((await handler(personEvent(other), context)).statusCode).toBe(403);
    expect((await handler(apiEvent({ pathParameters: { id: 'act_1' } }), context)).statusCode).toBe(403);
  });

  it('answers 404 when there is no such request', async () => {
    expect((await handler(personEvent(amy, { pathParameters: { id: 'act_x' } }), context)).statusCode).toBe(404);
  });
});
