import { randomUUID } from 'node:crypto';
import { poll } from '../../cli/demo/poll.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ActionInput, AgentClient, GateReply } from '../../sdk/agent-client.ts';
import type { SandboxWorld } from './sandbox-world.ts';

type Institution = Pick<SandboxWorld, 'account'>;

/** A payee the recorded account has paid before. */
export const KNOWN_PAYEE = 'GB29NWBK60161331926819';

/** A session of its own for every test. */
export function session(): string {
  return `session-${randomUUID()}`;
}

/** A payment to a payee nobody paid before: one person has to agree. */
export function newPayeePayment({ account }: Institution, changes: JsonObject = {}): ActionInput {
  return {
    type: 'payment.send',
    params: { recipient: 'DE02120300000000202051', amount: 20, subject: 'Bill', date: '2026-11-20', ...changes },
    resource: account,
    sessionId: session(),
    idempotencyKey: randomUUID(),
  };
}

/** A read: allowed at once. */
export function balance({ account }: Institution): ActionInput {
  return {
    type: 'account.read-balance',
    params: {},
    resource: account,
    sessionId: session(),
    idempotencyKey: randomUUID(),
  };
}

/** Closing a card account for good, as the service agent asks: two people, one of them a manager. */
export function cardClosure(): ActionInput {
  return {
    type: 'account.close-credit-card',
    params: { credit_card_account_id: 'card-account-1', user_id: 'customer-1' },
    resource: 'account/card-account-1',
    sessionId: session(),
    idempotencyKey: randomUUID(),
  };
}

/** A model call that holds money until its outcome is reported. */
export function modelCall(sessionId: string, maxOutputTokens = 1_000): ActionInput {
  const model = 'claude-haiku-5-5';
  return {
    type: 'model.invoke',
    params: { model, inputTokens: 2_000, maxOutputTokens },
    resource: `model/${model}`,
    sessionId,
    idempotencyKey: randomUUID(),
  };
}

/** Submits what people are asked about. */
export async function pending(agent: AgentClient, action: ActionInput): Promise<string> {
  const reply = await agent.submit(action);
  if (reply.status !== 202) throw new Error(`expected people to be asked, got ${JSON.stringify(reply)}`);
  return String(reply.body['actionId']);
}

/** Status and code or standing of a reply, for comparing at a glance. */
export function gist({ status, body }: GateReply): string {
  return `${status} ${String(body['code'] ?? body['status'])}`;
}

/** The task token with which an approval's workflow waits for its first answer. */
export async function taskTokenOf(world: SandboxWorld, actionId: string): Promise<string> {
  return poll(`a task token of ${actionId}`, async () => {
    const items = await world.items('state');
    const slot = items.find((item) => item['pk']?.S === `REQUEST#${actionId}` && item['sk']?.S === 'SLOT#1');
    return slot?.['taskToken']?.S;
  });
}

/** A reply without its receipt, or what is said instead: only the reply that recorded something has one. */
export function withoutReceipt({ status, body }: GateReply): GateReply {
  const { receipt: _given, receiptUnavailable: _instead, ...rest } = body;
  return { status, body: rest };
}
