import { SFNClient } from '@aws-sdk/client-sfn';
import * as v from 'valibot';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { StepFunctionsWorkflow } from '../../aws/step-functions.ts';
import { closeOpenRequest } from '../../core/approval/slot-reports.ts';
import { cancelAction } from '../../core/gate/cancel.ts';
import { actionBody, actionNotFound, contentionReply, wrongStatus } from '../shared/action-reply.ts';
import { parseBody, pathId, ReasonSchema } from '../shared/body.ts';
import { json } from '../shared/problem.ts';
import { RECORDED_BEFORE, requestReceipt } from '../shared/receipts.ts';
import { agentHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';

const workflow = new StepFunctionsWorkflow(new SFNClient(CLIENT_DEFAULTS));
const Cancellation = v.strictObject({ reason: ReasonSchema });

/** Withdraws an action that waits for approval, and tells the workflow that waits. */
export const handler = agentHandler(async (event, agentId) => {
  const actionId = pathId(event);
  const { reason } = parseBody(event, Cancellation);
  const { recorded, members } = requestReceipt();
  const deps = { ...coreDeps(), recorded };
  const cancelled = await cancelAction(deps, agentId, actionId, reason);
  if (!cancelled.ok) {
    const refusal = cancelled.problem;
    if (refusal.code === 'contention') return contentionReply();
    if (refusal.code === 'action_not_found') return actionNotFound();
    return wrongStatus('not_cancellable', 'an action that waits for approval', refusal.status);
  }
  await closeOpenRequest({ ...deps, workflow }, actionId, 'the agent cancelled the action');
  return json(200, { ...actionBody(cancelled.value.record), ...(await members(RECORDED_BEFORE)) });
});
