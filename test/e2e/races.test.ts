import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actionIn, decideAs, envelopesOf, shownRequest } from '../../cli/demo/people-decide.ts';
import { SERVICE_ROLE } from '../../cli/sandbox/registry.ts';
import type { AgentClient, GateReply } from '../../sdk/agent-client.ts';
import {
  balance,
  cardClosure,
  gist,
  modelCall,
  newPayeePayment,
  pending,
  session,
  withoutReceipt,
} from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;
let agent: AgentClient;

beforeAll(async () => {
  world = await openSandboxWorld();
  agent = world.agent();
});
afterAll(async () => world?.close());

const CALLERS = 10;

async function atOnce(make: (index: number) => Promise<GateReply>): Promise<readonly GateReply[]> {
  return Promise.all(Array.from({ length: CALLERS }, (_, index) => make(index)));
}

async function eventsOf(actionId: string, type: string): Promise<number> {
  return (await world.events()).filter((event) => event.type === type && event.text.includes(actionId)).length;
}

const countOf = (replies: readonly GateReply[], wanted: string) =>
  replies.filter((reply) => gist(reply) === wanted).length;

describe('at once', () => {
  it('ten times the same submission is one decision and one event', async () => {
    const action = newPayeePayment(world);
    const replies = await atOnce(() => agent.submit(action));
    expect(new Set(replies.map((reply) => JSON.stringify(withoutReceipt(reply)))).size).toBe(1);
    expect(replies.filter(({ receipt }) => receipt !== undefined).length).toBeLessThanOrEqual(1);
    const actionId = String(replies[0]?.body['actionId']);
    expect(await eventsOf(actionId, 'action.decided')).toBe(1);
    await shownRequest(await world.person('ann'), actionId);
    expect(await eventsOf(actionId, 'approval.requested')).toBe(1);
    expect(world.sandbox.outbox().filter(({ message }) => message.includes(actionId))).toHaveLength(1);
    expect(gist(await agent.cancel(actionId, 'enough'))).toBe('200 cancelled');
  });

  it('ten redemptions of one approval use it once', async () => {
    const actionId = await pending(agent, newPayeePayment(world));
    await decideAs(await world.person('ann'), actionId, 'approve', 'bill checked');
    const envelopes = await envelopesOf(agent, actionId);
    const replies = await atOnce(() => agent.redeem(actionId, envelopes));
    expect([countOf(replies, '200 redeemed'), countOf(replies, '409 already_redeemed')]).toEqual([1, CALLERS - 1]);
    expect(await eventsOf(actionId, 'action.redeemed')).toBe(1);
  });

  it('ten outcomes of one action settle it once', async () => {
    const reply = await agent.submit(modelCall(session()));
    const actionId = String(reply.body['actionId']);
    const usage = { inputTokens: 2_000, outputTokens: 10 };
    const replies = await atOnce((index) =>
      agent.outcome(actionId, { result: 'succeeded', usage: { ...usage, outputTokens: index < 5 ? 10 : 20 } }),
    );
    const settled = replies.filter(({ status }) => status === 200);
    expect([settled.length, countOf(replies, '409 outcome_differs')]).toEqual([5, 5]);
    expect(new Set(settled.map((reply) => JSON.stringify(withoutReceipt(reply)))).size).toBe(1);
    expect(await eventsOf(actionId, 'action.outcome')).toBe(1);
  });

  it('ten calls for the rest of a session budget pass it never', async () => {
    const sessionId = session();
    const replies = await atOnce(() => agent.submit(modelCall(sessionId, 30_000)));
    const allowed = replies.filter(({ status }) => status === 200);
    const heldMicroUsd = allowed.map(({ body }) =>
      BigInt(String(Reflect.get(Object(body['reservation']), 'microUsd'))),
    );
    const total = heldMicroUsd.reduce((sum, each) => sum + each, 0n);
    expect(allowed.length).toBeGreaterThan(0);
    expect(total <= 50_000n).toBe(true);
    expect(total + (heldMicroUsd[0] ?? 0n) > 50_000n).toBe(true);
    for (const { body } of allowed) await agent.outcome(String(body['actionId']), { result: 'not_performed' });
  });

  it('an approval and a refusal, or an approval and a withdrawal, end in one way only', async () => {
    for (const other of ['reject', 'cancel'] as const) {
      const actionId = await pending(agent, newPayeePayment(world));
      const [ann, ben] = [await world.person('ann'), await world.person('ben')];
      await shownRequest(ann, actionId);
      const against = () =>
        other === 'reject'
          ? decideAs(ben, actionId, 'reject', 'unknown bill')
          : agent.cancel(actionId, 'changed plans');
      await Promise.all([decideAs(ann, actionId, 'approve', 'bill checked'), against()]);
      const ended = await actionIn(agent, actionId, 'approved', 'refused', 'cancelled');
      await world.sandbox.drain();
      expect((await agent.status(actionId)).body['status']).toBe(ended.body['status']);
      const sealed = await eventsOf(actionId, 'approval.sealed');
      expect(sealed).toBe(ended.body['status'] === 'approved' ? 1 : 0);
    }
  });

  it('two approvers who are no managers fill one of two places', async () => {
    const service = world.agent(SERVICE_ROLE);
    const actionId = await pending(service, cardClosure());
    const people = [await world.person('ann'), await world.person('ben')];
    for (const person of people) await shownRequest(person, actionId);
    const replies = await Promise.all(people.map((person) => decideAs(person, actionId, 'approve', 'paid off')));
    expect(replies.map(gist).sort()).toEqual([expect.stringMatching(/^200 /), '403 manager_required']);
    expect((await service.status(actionId)).body['status']).toBe('pending_approval');
    expect(gist(await service.cancel(actionId, 'enough'))).toBe('200 cancelled');
  });
});

describe('a halt', () => {
  it('is stronger than an approval given before it, which stands again once the halt is lifted', async () => {
    const actionId = await pending(agent, newPayeePayment(world));
    await decideAs(await world.person('ann'), actionId, 'approve', 'bill checked');
    const envelopes = await envelopesOf(agent, actionId);
    const rick = await world.person('rick');
    expect((await rick.halt(world.agentId, 'unusual payees')).status).toBe(200);
    expect(gist(await agent.redeem(actionId, envelopes))).toBe('403 denied_at_redemption');
    const replies = await atOnce(() => agent.submit(balance(world)));
    expect(countOf(replies, '403 action_denied')).toBe(CALLERS);
    expect((await (await world.person('rosa')).resume(world.agentId, 'reviewed')).status).toBe(200);
    expect(gist(await agent.redeem(actionId, envelopes))).toBe('200 redeemed');
  });
});
