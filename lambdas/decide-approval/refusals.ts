import type { DecideProblem } from '../../core/approval/decide-plan.ts';
import type { Contention } from '../../core/state/change-agent.ts';
import type { MetricName } from '../shared/telemetry.ts';

/** How a refusal is told: status, text for people and what is counted. */
export interface Refusal {
  readonly status: number;
  readonly detail: string;
  readonly metric?: MetricName;
}

/** Every way an answer can fail to count. */
export const REFUSALS: { readonly [Code in (DecideProblem | Contention)['code']]: Refusal } = {
  request_not_found: { status: 404, detail: 'there is no such approval request' },
  request_not_open: { status: 409, detail: 'the request is no longer open' },
  request_expired: { status: 410, detail: 'the time to decide is over' },
  digest_mismatch: { status: 409, detail: 'what you were shown is not what is asked for; load the request again' },
  decision_conflict: { status: 409, detail: 'you already decided otherwise; a decision is not replaced' },
  self_approval: {
    status: 403,
    detail: 'you own or are this agent; someone else has to decide',
    metric: 'SelfApprovalRefused',
  },
  owner_unknown: {
    status: 403,
    detail: "the agent's owner is not on record, so nobody can be told apart from them",
    metric: 'IneligibleApprovalRefused',
  },
  not_an_approver: {
    status: 403,
    detail: 'expected a member of the approver or manager group',
    metric: 'IneligibleApprovalRefused',
  },
  already_decided: {
    status: 403,
    detail: 'another sign-in of the same person already decided',
    metric: 'IneligibleApprovalRefused',
  },
  manager_required: {
    status: 403,
    detail: 'the approval still missing has to come from a manager',
    metric: 'IneligibleApprovalRefused',
  },
  contention: {
    status: 503,
    detail: 'too many changes at once; nothing was recorded; try again',
    metric: 'ContentionGivenUp',
  },
};
