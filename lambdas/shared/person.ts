import type { APIGatewayProxyEvent } from 'aws-lambda';
import { HttpProblem } from './problem.ts';

/** A signed-in person. `subject` is the identity provider's stable id; `aliases` are names people know them by. */
export interface Person {
  readonly subject: string;
  readonly aliases: readonly string[];
  readonly groups: readonly string[];
}

/**
 * The person whose id token the authorizer verified.
 *
 * @throws {HttpProblem} 403 `not_signed_in` when no verified claims came with the request
 */
export function personOf(event: APIGatewayProxyEvent): Person {
  const claims: unknown = event.requestContext.authorizer?.['claims'];
  const subject = claimText(claims, 'sub');
  if (subject === undefined) throw new HttpProblem(403, 'not_signed_in', 'expected a signed-in person');
  const aliases = ['cognito:username', 'email']
    .map((name) => claimText(claims, name))
    .filter((alias) => alias !== undefined);
  return { subject, aliases, groups: groupsOf(claims) };
}

/** API Gateway hands a list claim over as text: `a,b` or `[a b]`. */
function groupsOf(claims: unknown): string[] {
  const raw = claimText(claims, 'cognito:groups') ?? '';
  return raw
    .replace(/^\[|\]$/g, '')
    .split(/[\s,]+/)
    .filter((group) => group !== '');
}

function claimText(claims: unknown, name: string): string | undefined {
  if (typeof claims !== 'object' || claims === null) return undefined;
  const value: unknown = Reflect.get(claims, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
