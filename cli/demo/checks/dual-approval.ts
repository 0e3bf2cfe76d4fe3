import type { AgentClient } from '../../../sdk/agent-client.ts';
import { approveAndRedeem, decideAs, envelopesOf } from '../people-decide.ts';
import type { Check, DemoWorld } from '../world.ts';
import { check } from '../world.ts';

/** Asks for something irreversible: two people, one of them a manager. */
export async function submitClosure(agent: AgentClient, key: string) {
  const reply = await agent.submit({
    type: 'account.close-credit-card',
    params: { credit_card_account_id: 'card-account-1', user_id: 'customer-1' },
    resource: 'account/card-account-1',
    sessionId: 'demo-closures',
    idempotencyKey: key,
  });
  return { reply, actionId: String(reply.body['actionId']) };
}

/** An irreversible act needs two different people, one of them a manager, and then goes through once. */
export async function checkDualApproval({ service, people }: DemoWorld): Promise<Check> {
  const { reply, actionId } = await submitClosure(service, 'demo-dual-approval');
  const first = await decideAs(people.ann, actionId, 'approve', 'card is paid off');
  const second = await decideAs(people.ben, actionId, 'approve', 'looks right');
  const manager = await decideAs(people.mara, actionId, 'approve', 'customer confirmed in writing');
  const redeemed = await service.redeem(actionId, await envelopesOf(service, actionId));
  return check('two people, one a manager, approve an irreversible act', [
    [reply.status === 202, `closing an account waits for people (${reply.status})`],
    [first.status === 200, `the first approver counts (${first.status})`],
    [second.status === 403, `a second approver who is no manager does not (${second.status} ${second.body['code']})`],
    [manager.status === 200, `the manager does (${manager.status})`],
    [redeemed.status === 200, `the agent redeems both envelopes (${redeemed.status} ${redeemed.body['status']})`],
  ]);
}

/** The agent's owner can't approve it, and the attempt is on the record. */
export async function checkSelfApproval({ payments, accountId, people }: DemoWorld): Promise<Check> {
  const reply = await payments.submit({
    type: 'payment.send',
    params: { recipient: 'DE00999900001111222233', amount: 20, subject: 'refund', date: '2022-04-02' },
    resource: `account/${accountId}`,
    sessionId: 'demo-self-approval',
    idempotencyKey: 'demo-self-approval',
  });
  const actionId = String(reply.body['actionId']);
  const own = await decideAs(people.olivia, actionId, 'approve', 'it is my agent');
  const other = await approveAndRedeem(payments, [people.ann], actionId);
  return check("the agent's owner cannot approve it", [
    [own.status === 403 && own.body['code'] === 'self_approval', `the owner gets ${own.status} ${own.body['code']}`],
    [other.status === 200, `someone else can (${other.status})`],
  ]);
}
