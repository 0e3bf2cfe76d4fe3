import { SFNClient } from '@aws-sdk/client-sfn';
import * as v from 'valibot';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { StepFunctionsWorkflow } from '../../aws/step-functions.ts';
import { decide } from '../../core/approval/decide.ts';
import { parseBody, pathId, ReasonSchema } from '../shared/body.ts';
import { json, problem } from '../shared/problem.ts';
import { personHandler } from '../shared/stack.ts';
import { count } from '../shared/telemetry.ts';
import { namingDeps } from '../shared/wiring.ts';
import { REFUSALS } from './refusals.ts';

const workflow = new StepFunctionsWorkflow(new SFNClient(CLIENT_DEFAULTS));

const Decision = v.strictObject({
  decision: v.picklist(['approve', 'reject']),
  reason: ReasonSchema,
  digest: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'expected a sha-256 digest in lower-case hexadecimal')),
});

/** Records a signed-in person's answer to an approval request. */
export const handler = personHandler(async (event, person) => {
  const actionId = pathId(event);
  const body = parseBody(event, Decision);
  const decided = await decide({ ...(await namingDeps()), workflow }, { actionId, person, ...body });
  if (decided.ok) return json(200, decided.value);
  const { status, detail, metric } = REFUSALS[decided.problem.code];
  if (metric !== undefined) count(metric);
  return problem(status, decided.problem.code, detail);
});
