import { SFNClient } from '@aws-sdk/client-sfn';
import * as v from 'valibot';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { StepFunctionsWorkflow } from '../../aws/step-functions.ts';
import { MAX_SLOTS } from '../../core/approval/request.ts';
import { recordToken } from '../../core/approval/slot-reports.ts';
import { IdSchema } from '../shared/body.ts';
import { taskHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';

const workflow = new StepFunctionsWorkflow(new SFNClient(CLIENT_DEFAULTS));
/** Step Functions' limit on a task token, characters. */
const MAX_TOKEN_LENGTH = 2_048;

const WaitingSlot = v.object({
  actionId: IdSchema,
  slot: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_SLOTS)),
  taskToken: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_TOKEN_LENGTH, 'expected a shorter task token')),
});

/** Keeps the token of a slot the workflow waits for, and answers at once if a person already has. */
export const handler = taskHandler(WaitingSlot, async (input) => {
  await recordToken({ ...coreDeps(), workflow }, input);
  return {};
});
