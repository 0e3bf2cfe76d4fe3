import type { APIGatewayProxyResult } from 'aws-lambda';
import type { ExtendProblem } from '../../core/records/extend-retention.ts';
import type { HoldProblem } from '../../core/records/govern-holds.ts';
import type { ActProblem } from '../../core/records/governed-act.ts';
import { MAX_HOLDS } from '../../core/records/hold.ts';
import type { Contention } from '../../core/state/change-agent.ts';
import { actRefusal, recordedRefusal } from '../shared/act-reply.ts';

/** What a refused longer period is answered with. */
export function extensionRefusal(refusal: ActProblem | ExtendProblem | Contention): APIGatewayProxyResult {
  if (refusal.code !== 'retention_not_longer') return actRefusal(refusal);
  const { code, days } = refusal;
  return recordedRefusal(code, 'expected more days than are in force; no period is ever shortened', { days });
}

/** What a refused act on a hold is answered with. */
export function holdRefusal(refusal: ActProblem | HoldProblem | Contention): APIGatewayProxyResult {
  const { code } = refusal;
  switch (code) {
    case 'hold_exists':
      return recordedRefusal(code, 'there is or was a hold of this id; ids are used once');
    case 'too_many_holds':
      return recordedRefusal(code, `expected at most ${MAX_HOLDS} holds`);
    case 'hold_not_in_force':
      return recordedRefusal(code, 'there is no hold of this id in force');
    default:
      return actRefusal(refusal);
  }
}
