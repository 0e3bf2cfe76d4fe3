import type { JsonObject } from '../../../core/json.ts';
import { decideAs, envelopesOf } from '../people-decide.ts';
import type { Check, DemoWorld } from '../world.ts';
import { check } from '../world.ts';

/** An envelope that was altered is worth nothing; one that was used is used up. */
export async function checkEnvelopes({ payments, accountId, people }: DemoWorld): Promise<Check> {
  const reply = await payments.submit({
    type: 'payment.send',
    params: { recipient: 'FR7600009999888877776666', amount: 15, subject: 'invoice 7', date: '2022-04-02' },
    resource: `account/${accountId}`,
    sessionId: 'demo-envelopes',
    idempotencyKey: 'demo-envelopes',
  });
  const actionId = String(reply.body['actionId']);
  await decideAs(people.ben, actionId, 'approve', 'invoice checked');
  const envelopes = await envelopesOf(payments, actionId);
  const altered = await payments.redeem(actionId, envelopes.map(makeManager));
  const redeemed = await payments.redeem(actionId, envelopes);
  const replayed = await payments.redeem(actionId, envelopes);
  return check('an altered and a replayed envelope are refused', [
    [altered.status === 403, `altered: ${altered.status} ${altered.body['code']}`],
    [redeemed.status === 200, `genuine: ${redeemed.status} ${redeemed.body['status']}`],
    [
      replayed.status === 409 && replayed.body['code'] === 'already_redeemed',
      `replayed: ${replayed.status} ${replayed.body['code']}`,
    ],
  ]);
}

/** The forgery an agent would like best: the same approval, but by a manager. */
function makeManager(envelope: JsonObject): JsonObject {
  const payload = Buffer.from(String(envelope['payload']), 'base64url').toString('utf8');
  const forged = payload.replace('"manager":false', '"manager":true');
  return { ...envelope, payload: Buffer.from(forged).toString('base64url') };
}
