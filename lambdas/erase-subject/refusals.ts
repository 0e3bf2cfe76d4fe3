import type { APIGatewayProxyResult } from 'aws-lambda';
import type { EraseProblem } from '../../core/records/erase-subject.ts';
import { MAX_MONTHS } from '../../core/records/erase-subject.ts';
import type { ActProblem } from '../../core/records/governed-act.ts';
import type { Contention } from '../../core/state/change-agent.ts';
import { actRefusal, recordedRefusal } from '../shared/act-reply.ts';

/** What a refused erasure is answered with. */
export function eraseRefusal(refusal: ActProblem | EraseProblem | Contention): APIGatewayProxyResult {
  const { code } = refusal;
  switch (code) {
    case 'months_out_of_range':
      return recordedRefusal(code, `expected 1 to ${MAX_MONTHS} months, none of them in the future`);
    case 'legal_hold':
      return recordedRefusal(code, 'a legal hold may cover the subject', { hold: refusal.hold });
    case 'retention_not_over':
      return recordedRefusal(code, 'details must be kept longer than that', { month: refusal.month });
    case 'nothing_to_erase':
      return recordedRefusal(code, 'the subject has no keys in these months');
    default:
      return actRefusal(refusal);
  }
}
