import type { APIGatewayProxyResult } from 'aws-lambda';
import type { ActionRecord, ActionStatus } from '../../core/gate/action-record.ts';
import type { RuleRef } from '../../core/gate/decision.ts';
import { json, problem } from './problem.ts';

/** What an agent is told about an action of its own. Parameters are not repeated. */
export function actionBody(record: ActionRecord): object {
  const { actionId, status, decision, ledger, approvalExpiresAtMs, explanationJson } = record;
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
    ...(explanationJson !== undefined && { explanation: JSON.parse(explanationJson) }),
    ...reservationBody(record),
    ...(record.outcomeJson !== undefined && { outcome: JSON.parse(record.outcomeJson) }),
  };
}

/**
 * The reply to a submission: 200 allowed, 202 people are asked, 403 denied with the rules' approved text.
 *
 * @param receipt the reply's members about a receipt
 */
export function decisionReply(record: ActionRecord, receipt: object = {}): APIGatewayProxyResult {
  switch (record.decision.verdict) {
    case 'allow':
      return json(200, { ...actionBody(record), ...receipt });
    case 'require_approval':
      if (isOver(record.status)) return refusal(`approval_${record.status}`, record, receipt);
      return json(202, { ...actionBody(record), ...receipt }, { location: `/v1/actions/${record.actionId}` });
    case 'deny':
      return refusal('action_denied', record, receipt);
  }
}

/** People were asked and the answer is no, or there will be none. */
function isOver(status: ActionStatus): boolean {
  return status === 'refused' || status === 'timed_out' || status === 'cancelled' || status === 'failed';
}

/** In a problem, `status` is the HTTP status; where the action stands is `actionStatus`. */
function refusal(code: string, record: ActionRecord, receipt: object): APIGatewayProxyResult {
  const standing = { ...actionBody(record), ...receipt, status: 403, actionStatus: record.status };
  return denial(code, record.decision.rules, standing);
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
