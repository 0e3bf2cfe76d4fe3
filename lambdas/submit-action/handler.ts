import { submitAction } from '../../core/gate/submit.ts';
import { decisionReply } from '../shared/action-reply.ts';
import { parseBody } from '../shared/body.ts';
import { detailsSealer } from '../shared/details-wiring.ts';
import { approvalWorkflow, gateDeps } from '../shared/gate-wiring.ts';
import { problem } from '../shared/problem.ts';
import { RECORDED_BEFORE, requestReceipt } from '../shared/receipts.ts';
import { agentHandler } from '../shared/stack.ts';
import { count, VERDICT_METRICS } from '../shared/telemetry.ts';
import { orUndecided, undecided } from '../shared/undecided.ts';
import { Action } from './schema.ts';

const workflow = approvalWorkflow();

/** Decides an action. The workflow is started after the commit; a repeated request starts what a crash left unstarted. */
export const handler = agentHandler(async (event, agentId) => {
  const action = parseBody(event, Action);
  const { recorded, members } = requestReceipt();
  const submitted = await orUndecided(action.type, async () => {
    const [deps, details] = await Promise.all([gateDeps(), detailsSealer()]);
    return submitAction({ ...deps, details, recorded }, agentId, action);
  });
  if (!submitted.ok) {
    if (submitted.problem.code === 'contention') throw undecided('contention', action.type);
    const { actionId } = submitted.problem;
    return problem(409, 'idempotency_key_reused', 'the key was used for another action', { actionId });
  }
  const { record, isRepeat, alertCount } = submitted.value;
  if (record.status === 'pending_approval') await workflow.start({ actionId: record.actionId, agentId });
  if (!isRepeat) count(VERDICT_METRICS[record.decision.verdict]);
  if (alertCount > 0) count('BudgetAlert', alertCount);
  return decisionReply(record, await members(RECORDED_BEFORE));
});
