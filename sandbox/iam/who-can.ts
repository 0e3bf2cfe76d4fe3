import type { Assembly, ConditionContext } from '../contract.ts';
import { callerOf } from '../vault.ts';
import { createAuthorizer, type TemplateAuthorizer } from './authorizer.ts';

const authorizers = new WeakMap<Assembly, TemplateAuthorizer>();

function authorizerOf(assembly: Assembly): TemplateAuthorizer {
  const known = authorizers.get(assembly) ?? createAuthorizer(assembly, { nowMs: () => 0 });
  authorizers.set(assembly, known);
  return known;
}

/**
 * Names of the roles that may perform `action` on `resourceArn`, sorted. Proves a permission matrix from the templates
 * alone; the resource's own policy is found in them.
 *
 * @param context values of condition keys, for example `dynamodb:LeadingKeys`
 */
export function whoCan(
  assembly: Assembly,
  action: string,
  resourceArn: string,
  context: ConditionContext = {},
): readonly string[] {
  const authorizer = authorizerOf(assembly);
  const roles = assembly.byType('AWS::IAM::Role').filter((role) => {
    const caller = callerOf(role.arn, 'who-can', assembly.accountId);
    return authorizer.decide(caller, action, resourceArn, context).allowed;
  });
  return roles.map((role) => role.ref).sort();
}
