import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Result } from '../../core/result.ts';
import type { ControlChange, ControlProblem } from '../../core/risk/control.ts';
import { json, problem } from '../shared/problem.ts';
import { count } from '../shared/telemetry.ts';

const STATUS: { readonly [Code in ControlProblem['code']]: number } = {
  not_risk_officer: 403,
  agent_or_owner: 403,
  same_person: 403,
  one_level_only: 409,
  level_rose: 409,
  unreadable_record: 409,
  unknown_agent: 404,
  contention: 503,
};

/** The reply to a stop. It is acknowledged by the 200 and by nothing else. */
export function stopReply(outcome: Result<ControlChange, ControlProblem>): APIGatewayProxyResult {
  if (outcome.ok) count('StopAcknowledged');
  return controlReply(outcome);
}

/** The reply to a control change, counted for the alarms. */
export function controlReply(outcome: Result<ControlChange, ControlProblem>): APIGatewayProxyResult {
  if (outcome.ok) return json(200, outcome.value);
  const { code } = outcome.problem;
  if (code === 'contention') {
    count('ContentionGivenUp');
    return problem(
      STATUS[code],
      code,
      'the change is not acknowledged yet, though it may be recorded; repeat the same request',
    );
  }
  if (code !== 'unknown_agent') count('ControlChangeRefused');
  return problem(STATUS[code], code, outcome.problem.message);
}
