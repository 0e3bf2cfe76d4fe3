import { KMSClient } from '@aws-sdk/client-kms';
import * as v from 'valibot';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { KmsEnvelopeVerifier } from '../../aws/kms-envelopes.ts';
import { redeemAction } from '../../core/gate/redeem.ts';
import { actionBody } from '../shared/action-reply.ts';
import { parseBody, pathId } from '../shared/body.ts';
import { requiredEnv } from '../shared/environment.ts';
import { gateDeps } from '../shared/gate-wiring.ts';
import { json } from '../shared/problem.ts';
import { requestReceipt } from '../shared/receipts.ts';
import { agentHandler } from '../shared/stack.ts';
import { count } from '../shared/telemetry.ts';
import { redeemRefusal } from './refusals.ts';

const verifier = new KmsEnvelopeVerifier(
  new KMSClient(CLIENT_DEFAULTS),
  requiredEnv('ENVELOPE_MAC_KEY_IDS').split(','),
);

const Base64Url = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,6000}$/, 'expected base64url without padding'));
const Redemption = v.strictObject({
  envelopes: v.pipe(
    v.array(v.strictObject({ payload: Base64Url, mac: Base64Url, signature: Base64Url })),
    v.minLength(1, 'expected an envelope, got none'),
    v.maxLength(2, 'expected at most 2 envelopes'),
  ),
});

/** Redeems an approved action: the envelopes are used up in the transaction that allows it. */
export const handler = agentHandler(async (event, agentId) => {
  const actionId = pathId(event);
  const { envelopes } = parseBody(event, Redemption);
  const { recorded, members } = requestReceipt();
  const redeemed = await redeemAction({ ...(await gateDeps()), verifier, recorded }, agentId, actionId, envelopes);
  if (!redeemed.ok) return redeemRefusal(redeemed.problem, await members());
  count('DecisionAllowed');
  if (redeemed.value.alertCount > 0) count('BudgetAlert', redeemed.value.alertCount);
  return json(200, { ...actionBody(redeemed.value.record), ...(await members()) });
});
