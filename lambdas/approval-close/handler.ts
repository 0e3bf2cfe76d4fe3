import * as v from 'valibot';
import { close } from '../../core/approval/close.ts';
import { workflowError } from '../../core/approval/workflow-error.ts';
import { IdSchema } from '../shared/body.ts';
import { taskHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';

const Ending = v.object({
  actionId: IdSchema,
  agentId: IdSchema,
  outcome: v.picklist(['refused', 'timed_out', 'cancelled', 'failed']),
});

/** Ends a request that will not be sealed. */
export const handler = taskHandler(Ending, async (input) => {
  const closed = await close(coreDeps(), input);
  if (!closed.ok) throw workflowError(closed.problem.code, 'Countersign.Contention');
  return closed.value;
});
