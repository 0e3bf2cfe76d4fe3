import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { toAttributes } from '../../../aws/attribute-values.ts';
import type { Scene } from '../../core/approval/scene.ts';
import { ACTION, amy, givenOpenRequest, requestRef, TIMEOUT_MS } from '../../core/approval/scene.ts';
import { context, personEvent } from '../approval-open/harness.ts';

const wired = vi.hoisted((): { scene: unknown } => ({ scene: undefined }));
vi.mock('../../../lambdas/shared/wiring.ts', () => ({
  coreDeps: () => wired.scene,
  dynamoDb: new DynamoDBClient({ region: 'eu-west-1' }),
}));
vi.stubEnv('STATE_TABLE_NAME', 'state');
const dynamo = mockClient(DynamoDBClient);
const { handler } = await import('../../../lambdas/list-approvals/handler.ts');

let scene: Scene;
beforeEach(async () => {
  scene = await givenOpenRequest();
  wired.scene = scene;
  dynamo.reset();
  dynamo.on(QueryCommand).callsFake(() => ({ Items: [toAttributes(scene.store.get(requestRef) ?? {})] }));
});

async function listed() {
  return JSON.parse((await handler(personEvent(amy, { method: 'GET' }), context)).body);
}

describe('list-approvals', () => {
  it('lists open requests with the address of their page', async () => {
    expect(await listed()).toMatchObject({
      requests: [
        { id: ACTION, type: 'payment.send', tier: 3, page: expect.stringMatching(/^\/approvals\/act_\w+\?mac=/) },
      ],
      isCut: false,
    });
  });

  it('leaves out what the index still lists though it is over', async () => {
    scene.store.set(requestRef, { ...scene.store.get(requestRef), status: 'refused' });
    expect(await listed()).toEqual({ requests: [], isCut: false });
    scene.store.set(requestRef, { ...scene.store.get(requestRef), status: 'open' });
    scene.clock.advance(TIMEOUT_MS);
    expect(await listed()).toEqual({ requests: [], isCut: false });
  });

  it('refuses people without a reading group before it asks the table', async () => {
    expect((await handler(personEvent({ ...amy, groups: [] }), context)).statusCode).toBe(403);
    expect(dynamo.calls()).toEqual([]);
  });
});
