import type { APIGatewayProxyResult } from 'aws-lambda';
import type { RedeemProblem } from '../../core/gate/redeem.ts';
import type { Contention } from '../../core/state/change-agent.ts';
import { actionNotFound, contentionReply, denial, wrongStatus } from '../shared/action-reply.ts';
import { problem } from '../shared/problem.ts';
import { count } from '../shared/telemetry.ts';

/** What a refused redemption is answered with; `receipt` are the reply's members about what was recorded of it. */
export function redeemRefusal(refusal: RedeemProblem | Contention, receipt: object): APIGatewayProxyResult {
  switch (refusal.code) {
    case 'contention':
      return contentionReply();
    case 'action_not_found':
      return actionNotFound();
    case 'already_redeemed':
      return problem(409, 'already_redeemed', 'the approval was used; an envelope serves once', {
        actionId: refusal.record.actionId,
        actionStatus: refusal.record.status,
      });
    case 'not_approved':
      return wrongStatus('not_approved', 'an approved action', refusal.status);
    case 'denied_at_redemption':
      count('DecisionDenied');
      return denial('denied_at_redemption', refusal.decision.rules, {
        ...(refusal.explanation !== undefined && { explanation: refusal.explanation }),
        ...receipt,
      });
    case 'envelope_expired':
      count('EnvelopeRefused');
      return problem(410, 'envelope_expired', 'the envelope has expired; ask again', {
        index: refusal.index,
        ...receipt,
      });
    default:
      count('EnvelopeRefused');
      return problem(403, refusal.code, 'the envelope does not approve this action', {
        index: refusal.index,
        ...receipt,
      });
  }
}
