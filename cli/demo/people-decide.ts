import type { JsonObject } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import type { AgentClient, GateReply } from '../../sdk/agent-client.ts';
import type { PersonClient, PersonReply } from '../person-client.ts';
import { poll } from './poll.ts';

/** Waits until people are asked about an action, and returns what they are shown. */
export async function shownRequest(person: PersonClient, actionId: string): Promise<JsonObject> {
  return poll(`an approval request for ${actionId}`, async () => {
    const reply = await person.request(actionId);
    return reply.status === 200 ? reply.body : undefined;
  });
}

/** One person looks at a request and decides it. */
export async function decideAs(
  person: PersonClient,
  actionId: string,
  decision: 'approve' | 'reject',
  reason: string,
): Promise<PersonReply> {
  const shown = await shownRequest(person, actionId);
  return person.decide(actionId, decision, reason, String(shown['digest']));
}

/** Waits until an action is in one of these states. */
export async function actionIn(agent: AgentClient, actionId: string, ...states: readonly string[]): Promise<GateReply> {
  return poll(`${actionId} to be ${states.join(' or ')}`, async () => {
    const reply = await agent.status(actionId);
    return states.includes(String(reply.body['status'])) ? reply : undefined;
  });
}

/** The envelopes of an approved action, as the agent receives them. */
export async function envelopesOf(agent: AgentClient, actionId: string): Promise<readonly JsonObject[]> {
  const { body } = await actionIn(agent, actionId, 'approved');
  const envelopes = body['envelopes'];
  return Array.isArray(envelopes) ? envelopes.filter(isJsonObject) : [];
}

/** People approve, one after the other; then the agent redeems. */
export async function approveAndRedeem(
  agent: AgentClient,
  people: readonly PersonClient[],
  actionId: string,
): Promise<GateReply> {
  for (const person of people) {
    const reply = await decideAs(person, actionId, 'approve', 'what the customer asked for');
    if (reply.status !== 200) throw new Error(`expected an approval to count, got ${JSON.stringify(reply.body)}`);
  }
  return agent.redeem(actionId, await envelopesOf(agent, actionId));
}
