import type { APIGatewayProxyResult } from 'aws-lambda';
import type { ActivationProblem } from '../../core/gate/activate-bundle.ts';
import type { Contention } from '../../core/state/change-agent.ts';
import { actionNotFound, wrongStatus } from '../shared/action-reply.ts';
import { problem } from '../shared/problem.ts';
import { count } from '../shared/telemetry.ts';

/** What a refused activation is answered with. Those that are recorded are counted for the alarms. */
export function activationRefusal(refusal: ActivationProblem | Contention): APIGatewayProxyResult {
  const { code } = refusal;
  switch (code) {
    case 'contention':
      count('ContentionGivenUp');
      return problem(503, code, 'the activation is not acknowledged, though it may be recorded; repeat the request');
    case 'action_not_found':
      return actionNotFound();
    case 'not_this_activation':
      return problem(409, code, 'the action does not approve the activation of this bundle');
    case 'not_redeemed':
      return wrongStatus(code, 'a redeemed action without an outcome', refusal.status);
    case 'bundle_not_published':
      return problem(409, code, 'there is no published bundle of this hash');
    case 'bundle_invalid':
      return problem(409, code, refusal.message);
    case 'bundle_downgrade':
      count('ControlChangeRefused');
      return problem(409, code, 'expected a sequence above that of the bundle in force', { active: refusal.active });
    case 'stopped':
      count('ControlChangeRefused');
      return problem(409, code, 'nothing is activated while the agent is halted, or a veto or HALT stands');
    case 'unreadable_record':
      count('ControlChangeRefused');
      return problem(409, code, 'expected a readable stop record; raise the veto again first');
  }
}
