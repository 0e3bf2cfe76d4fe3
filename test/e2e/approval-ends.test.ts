import { SendTaskFailureCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actionIn, decideAs, shownRequest } from '../../cli/demo/people-decide.ts';
import { SERVICE_ROLE } from '../../cli/sandbox/registry.ts';
import type { AgentClient } from '../../sdk/agent-client.ts';
import { cardClosure, gist, newPayeePayment, pending, taskTokenOf } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;
let agent: AgentClient;

beforeAll(async () => {
  world = await openSandboxWorld();
  agent = world.agent();
});
afterAll(async () => world?.close());

const forged = [{ payload: 'e30', mac: 'e30', signature: 'e30' }];

/** Nothing follows from an approval request that ended without approval. */
async function expectOver(actionId: string, status: string, client = agent): Promise<void> {
  expect((await actionIn(client, actionId, status)).body).not.toHaveProperty('envelopes');
  expect(gist(await client.redeem(actionId, forged))).toBe('409 not_approved');
  expect(gist(await client.outcome(actionId, { result: 'succeeded' }))).toBe('409 not_allowed');
  expect(gist(await client.cancel(actionId, 'too late'))).toBe(
    status === 'cancelled' ? '200 cancelled' : '409 not_cancellable',
  );
  const open = (await (await world.person('ann')).openRequests()).body['requests'];
  expect(JSON.stringify(open)).not.toContain(actionId);
}

describe('an approval request', () => {
  it('ends refused when one person rejects it', async () => {
    const actionId = await pending(agent, newPayeePayment(world));
    const ann = await world.person('ann');
    expect((await decideAs(ann, actionId, 'reject', 'never heard of this bill')).status).toBe(200);
    await expectOver(actionId, 'refused');
    const late = await decideAs(await world.person('ben'), actionId, 'approve', 'I think it is fine');
    expect(gist(late)).toBe('409 request_not_open');
  });

  it('ends refused when the second of two people rejects it', async () => {
    const service = world.agent(SERVICE_ROLE);
    const actionId = await pending(service, cardClosure());
    expect((await decideAs(await world.person('ann'), actionId, 'approve', 'paid off')).status).toBe(200);
    expect((await decideAs(await world.person('mara'), actionId, 'reject', 'not in writing')).status).toBe(200);
    await expectOver(actionId, 'refused', service);
  });

  it('takes no second, different answer of the same person', async () => {
    const service = world.agent(SERVICE_ROLE);
    const actionId = await pending(service, cardClosure());
    const ann = await world.person('ann');
    expect((await decideAs(ann, actionId, 'approve', 'paid off')).status).toBe(200);
    expect((await decideAs(ann, actionId, 'approve', 'paid off')).status).toBe(200);
    expect(gist(await decideAs(ann, actionId, 'reject', 'changed my mind'))).toBe('409 decision_conflict');
    expect((await service.status(actionId)).body['status']).toBe('pending_approval');
    expect(gist(await service.cancel(actionId, 'enough'))).toBe('200 cancelled');
  });

  it('ends cancelled when the agent withdraws it', async () => {
    const actionId = await pending(agent, newPayeePayment(world));
    await shownRequest(await world.person('ann'), actionId);
    expect(gist(await agent.cancel(actionId, 'the customer changed their mind'))).toBe('200 cancelled');
    await expectOver(actionId, 'cancelled');
    const late = await decideAs(await world.person('ann'), actionId, 'approve', 'bill checked');
    expect(gist(late)).toBe('409 request_not_open');
  });

  it('ends failed when its workflow is told of an error nobody foresaw', async () => {
    const actionId = await pending(agent, newPayeePayment(world));
    const taskToken = await taskTokenOf(world, actionId);
    const workflow = new SFNClient({
      endpoint: world.sandbox.endpointUrl,
      region: world.sandbox.region,
      credentials: world.sandbox.credentialsFor('root'),
    });
    await workflow.send(new SendTaskFailureCommand({ taskToken, error: 'InvalidInput', cause: 'a faulty caller' }));
    workflow.destroy();
    await expectOver(actionId, 'failed');
  });

  it('ends timed out after an hour, and a half-decided one with it', async () => {
    const service = world.agent(SERVICE_ROLE);
    const single = await pending(agent, newPayeePayment(world));
    const dual = await pending(service, cardClosure());
    expect((await decideAs(await world.person('ann'), dual, 'approve', 'paid off')).status).toBe(200);
    await shownRequest(await world.person('ann'), single);
    await world.advance(3_600_000);
    await expectOver(single, 'timed_out');
    await expectOver(dual, 'timed_out', service);
    const late = await decideAs(await world.person('ann'), single, 'approve', 'sorry for the delay');
    expect(late.status).toBeGreaterThanOrEqual(409);
  });

  it('leaves every end on the ledger, in one chain per agent', async () => {
    await world.sandbox.drain();
    const events = await world.events();
    const ends = events.filter(({ type }) => type === 'approval.closed').map(({ data }) => data['outcome']);
    expect(new Set(ends)).toEqual(new Set(['refused', 'cancelled', 'failed', 'timed_out']));
    for (const chain of new Set(events.map((event) => String(event.chain)))) {
      const seqs = events.filter((event) => event.chain === chain).map((event) => event.seq);
      expect(seqs).toEqual(seqs.map((_seq, index) => index));
    }
  });
});
