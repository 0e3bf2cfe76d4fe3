import * as v from 'valibot';
import { MAX_TOKENS } from '../../core/budget/tokens.ts';
import { reportOutcome } from '../../core/gate/outcome.ts';
import { actionNotFound, contentionReply, wrongStatus } from '../shared/action-reply.ts';
import { parseBody, pathId } from '../shared/body.ts';
import { priceTable } from '../shared/prices.ts';
import { json, problem } from '../shared/problem.ts';
import { RECORDED_BEFORE, requestReceipt } from '../shared/receipts.ts';
import { agentHandler } from '../shared/stack.ts';
import { count } from '../shared/telemetry.ts';
import { coreDeps } from '../shared/wiring.ts';

const Tokens = v.pipe(v.number(), v.safeInteger(), v.minValue(0, 'expected 0 or more tokens'), v.maxValue(MAX_TOKENS));
const Outcome = v.strictObject({
  result: v.picklist(['succeeded', 'failed', 'not_performed']),
  usage: v.exactOptional(
    v.strictObject({
      inputTokens: Tokens,
      outputTokens: Tokens,
      cacheReadTokens: v.optional(Tokens, 0),
      cacheWriteTokens: v.optional(Tokens, 0),
    }),
  ),
});

/** Records what became of an allowed action, and settles its budget. */
export const handler = agentHandler(async (event, agentId) => {
  const [actionId, outcome] = [pathId(event), parseBody(event, Outcome)];
  const { recorded, members } = requestReceipt();
  const reported = await reportOutcome({ ...coreDeps(), prices: priceTable, recorded }, agentId, actionId, outcome);
  if (!reported.ok) {
    const refusal = reported.problem;
    if (refusal.code === 'contention') return contentionReply();
    if (refusal.code === 'action_not_found') return actionNotFound();
    if (refusal.code === 'not_allowed') return wrongStatus('not_allowed', 'an allowed action', refusal.status);
    return problem(409, 'outcome_differs', 'another outcome was reported for this action');
  }
  if (reported.value.overrun) count('BudgetOverrun');
  return json(200, { ...reported.value, ...(await members(RECORDED_BEFORE)) });
});
