import type { APIGatewayProxyResult } from 'aws-lambda';
import type { ActionRecord, ActionStatus } from '../../core/gate/action-record.ts';
import type { RuleRef } from '../../core/gate/decision.ts';
import { json, problem } from './problem.ts';

/** What an agent is told about an action of its own. Parameters are not repeated. */
export function actionBody(record: ActionRecord): object {
  const { actionId, status, decision, ledger, approvalExpiresAtMs } = record;
  const [obligation] = decision.obligations;
  return {
    actionId,
    status,
    decision,
    ledger,
    ...(obligation !== undefined &&
      approvalExpiresAtMs !== undefined && {
        approval: {
          approvals: obligation.approvals,
          managers: obligation.managers,
          expiresAt: new Date(approvalExpiresAtMs).toISOString(),
        },
      }),
    ...reservationBody(record),
    ...(record.outcomeJson !== undefined && { outcome: JSON.parse(record.outcomeJson) }),
  };
}

/** The reply to a submission: 200 allowed, 202 people are asked, 403 denied with the rules' approved text. */
export function decisionReply(record: ActionRecord): APIGatewayProxyResult {
  switch (record.decision.verdict) {
    case 'allow':
      return json(200, actionBody(record));
    case 'require_approval':
      if (isOver(record.status)) return denial(`approval_${record.status}`, record.decision.rules, actionBody(record));
      return json(202, actionBody(record), { location: `/v1/actions/${record.actionId}` });
    case 'deny':
      return denial('action_denied', record.decision.rules, actionBody(record));
  }
}

/** People were asked and the answer is no, or there will be none. */
function isOver(status: ActionStatus): boolean {
  return status === 'refused' || status === 'timed_out' || status === 'cancelled' || status === 'failed';
}

/** A 403 that quotes the rules. */
export function denial(code: string, rules: readonly RuleRef[], extra: object = {}): APIGatewayProxyResult {
  return problem(403, code, rules.map((rule) => rule.text).join(' '), { rules, ...extra });
}

/** A 404 that is the same for actions that never were and actions of other agents. */
export function actionNotFound(): APIGatewayProxyResult {
  return problem(404, 'action_not_found', 'there is no such action of this agent');
}

/** A 409 naming where the action stands. */
export function wrongStatus(code: string, expected: string, status: ActionStatus): APIGatewayProxyResult {
  return problem(409, code, `expected ${expected}, got \`${status}\``, { actionStatus: status });
}

/** A 503 for an agent whose state kept changing. */
export function contentionReply(): APIGatewayProxyResult {
  return problem(
    503,
    'contention',
    'other actions of this agent kept changing its state, so nothing was decided; try again',
  );
}

function reservationBody({ reservedMicroUsd, reservedTokens, lapsesAtMs }: ActionRecord): object {
  if (reservedMicroUsd === undefined || lapsesAtMs === undefined) return {};
  return {
    reservation: {
      microUsd: reservedMicroUsd,
      tokens: reservedTokens,
      lapsesAt: new Date(lapsesAtMs).toISOString(),
    },
  };
}
