import type { APIGatewayProxyResult } from 'aws-lambda';
import type { ActProblem } from '../../core/records/governed-act.ts';
import type { KeyChangeProblem } from '../../core/records/record-key-change.ts';
import type { Contention } from '../../core/state/change-agent.ts';
import { actRefusal } from '../shared/act-reply.ts';
import { problem } from '../shared/problem.ts';

/** What a change that was not recorded is answered with. */
export function keyChangeRefusal(refusal: ActProblem | KeyChangeProblem | Contention): APIGatewayProxyResult {
  if (refusal.code !== 'key_not_deployed_so') return actRefusal(refusal);
  const { code, standing } = refusal;
  const got = standing === undefined ? 'no key of that generation' : `one that is ${standing}`;
  return problem(409, code, `deploy the change first, then record it; there is ${got}`);
}
