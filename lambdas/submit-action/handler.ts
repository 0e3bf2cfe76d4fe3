import * as v from 'valibot';
import { submitAction } from '../../core/gate/submit.ts';
import { decisionReply } from '../shared/action-reply.ts';
import { IdSchema, JsonObjectSchema, parseBody } from '../shared/body.ts';
import { detailsSealer } from '../shared/details-wiring.ts';
import { approvalWorkflow, gateDeps } from '../shared/gate-wiring.ts';
import { problem } from '../shared/problem.ts';
import { agentHandler } from '../shared/stack.ts';
import { count, VERDICT_METRICS } from '../shared/telemetry.ts';
import { orUndecided, undecided } from '../shared/undecided.ts';

const workflow = approvalWorkflow();

const Action = v.strictObject({
  type: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9.-]{0,63}$/, 'expected a dotted lower-case action type')),
  params: JsonObjectSchema,
  resource: v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,31}\/[^\p{C}]{1,256}$/u, 'expected `<kind>/<id>`')),
  sessionId: IdSchema,
  idempotencyKey: IdSchema,
});

/** Decides an action. The workflow is started after the commit; a repeated request starts what a crash left unstarted. */
export const handler = agentHandler(async (event, agentId) => {
  const action = parseBody(event, Action);
  const submitted = await orUndecided(action.type, async () => {
    const [deps, details] = await Promise.all([gateDeps(), detailsSealer()]);
    return submitAction({ ...deps, details }, agentId, action);
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
  return decisionReply(record);
});
