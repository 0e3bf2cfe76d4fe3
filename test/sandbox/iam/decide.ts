import type { Caller, ConditionContext } from '../../../sandbox/contract.ts';
import { evaluatePolicies } from '../../../sandbox/iam/evaluate-policies.ts';
import { mergeContexts } from '../../../sandbox/iam/request-context.ts';
import { compilePolicy } from '../../../sandbox/iam/statement.ts';

export const account = '111122223333';
export const roleArn = `arn:aws:iam::${account}:role/worker`;
export const caller: Caller = { arn: `arn:aws:sts::${account}:assumed-role/worker/one`, roleArn, accountId: account };
export const resourceArn = `arn:aws:dynamodb:eu-west-1:${account}:table/state`;

export const allow = { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: resourceArn };
export const deny = { ...allow, Effect: 'Deny' };

/** One request with the policies that apply. */
export interface Case {
  readonly name: string;
  readonly identity?: readonly object[];
  readonly boundary?: readonly object[];
  readonly resource?: readonly object[];
  readonly by?: Caller;
  readonly decidesAlone?: boolean;
  readonly expected: string;
}

/** The decision, or why it is a refusal. */
export function decide(entry: Case, context: ConditionContext = {}): string {
  const compile = (statements: readonly object[]) => compilePolicy({ Statement: statements }, 'test');
  const decision = evaluatePolicies(
    { caller: entry.by ?? caller, action: 'dynamodb:PutItem', resourceArn, context: mergeContexts(context) },
    {
      identity: compile(entry.identity ?? []),
      ...(entry.boundary !== undefined && { boundary: compile(entry.boundary) }),
      ...(entry.resource !== undefined && { resource: compile(entry.resource) }),
      resourceDecides: entry.decidesAlone ?? false,
    },
  );
  return decision.allowed ? 'allowed' : decision.reason;
}
