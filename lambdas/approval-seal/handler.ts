import { KMSClient } from '@aws-sdk/client-kms';
import * as v from 'valibot';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { KmsEnvelopeSealer } from '../../aws/kms-envelopes.ts';
import { seal } from '../../core/approval/seal.ts';
import { workflowError } from '../../core/approval/workflow-error.ts';
import { IdSchema } from '../shared/body.ts';
import { requiredEnv, requiredSeconds } from '../shared/environment.ts';
import { taskHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';

const sealer = new KmsEnvelopeSealer(new KMSClient(CLIENT_DEFAULTS), {
  macKeyId: requiredEnv('ENVELOPE_MAC_KEY_ID'),
  signingKeyId: requiredEnv('ENVELOPE_SIGNING_KEY_ID'),
});
const ttlMs = requiredSeconds('ENVELOPE_TTL_SECONDS') * 1000;

/** Checks a request's approvals again and turns them into envelopes. */
export const handler = taskHandler(v.object({ actionId: IdSchema, agentId: IdSchema }), async (input) => {
  const sealed = await seal({ ...coreDeps(), sealer, ttlMs }, input);
  if (!sealed.ok) throw workflowError(sealed.problem.code, 'Countersign.NotSealed');
  return sealed.value;
});
