import type { APIGatewayProxyResult } from 'aws-lambda';
import type { ActProblem } from '../../core/records/governed-act.ts';
import type { Contention } from '../../core/state/change-agent.ts';
import { actionNotFound, wrongStatus } from './action-reply.ts';
import { problem } from './problem.ts';
import { count } from './telemetry.ts';

/** What an act on records is answered with when it was refused for a reason that every act has. */
export function actRefusal(refusal: ActProblem | Contention): APIGatewayProxyResult {
  const { code } = refusal;
  switch (code) {
    case 'contention':
      count('ContentionGivenUp');
      return problem(503, code, 'the act is not acknowledged, though it may be recorded; repeat the request');
    case 'action_not_found':
      return actionNotFound();
    case 'not_this_act':
      return problem(409, code, 'the action does not approve this act');
    case 'not_redeemed':
      return wrongStatus(code, 'a redeemed action without an outcome', refusal.status);
    case 'refused_before':
      return problem(409, code, 'the act was refused before, which used the approval up; ask anew');
    case 'stopped':
      count('ControlChangeRefused');
      return problem(409, code, 'nothing is carried out while the agent is halted, or a veto or HALT stands');
  }
}

/** A refusal of one kind of act alone; it is recorded, and counted for the alarms. */
export function recordedRefusal(code: string, detail: string, extra: object = {}): APIGatewayProxyResult {
  count('ControlChangeRefused');
  return problem(409, code, detail, extra);
}
