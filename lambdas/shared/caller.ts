import type { APIGatewayProxyEvent } from 'aws-lambda';
import { HttpProblem } from './problem.ts';

const ASSUMED_ROLE = /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/[\w+=,.@-]+$/;

/**
 * The agent's id, `<account>:<role name>`, from the IAM principal that signed the request. The role session's name is
 * dropped, since whoever assumes the role chooses it.
 *
 * @throws {HttpProblem} 403 `not_an_agent` when the caller is anything but an assumed role
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function agentIdOf(event: APIGatewayProxyEvent): string {
  const match = ASSUMED_ROLE.exec(event.requestContext.identity.userArn ?? '');
  if (match === null) throw new HttpProblem(403, 'not_an_agent', 'expected the caller to be an assumed IAM role');
  return `${match[1]}:${match[2]}`;
}
