import { type PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { trustedPrincipals } from '../gate/agent-roles.ts';

/** What a role for the institution's people, or their pipelines, is made of. */
export interface StaffRoleProps {
  readonly roleName: string;
  readonly description: string;
  /** Who may assume it; at least one. */
  readonly trustedPrincipals: readonly string[];
  readonly statements: readonly PolicyStatement[];
}

/** The role that the institution's own principals assume for one task; it has what its statements allow and no more. */
export function staffRole(scope: Construct, { statements, ...props }: StaffRoleProps): Role {
  const role = new Role(scope, 'Role', {
    roleName: props.roleName,
    description: props.description,
    assumedBy: trustedPrincipals(props.trustedPrincipals),
  });
  for (const statement of statements) role.addToPolicy(statement);
  acknowledge(scope, {
    'NIST.800.53.R5-IAMNoInlinePolicy': 'the policy belongs to exactly one role and is reviewed with it',
  });
  return role;
}
