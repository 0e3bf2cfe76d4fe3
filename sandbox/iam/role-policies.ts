import type { Assembly, Resource } from '../contract.ts';
import { isRawObject, listOf, objectOrEmpty, textsOf } from '../template/raw-template.ts';
import { awsManagedPolicies } from './managed-policies.ts';
import { compilePolicy, PolicyError, type Statement } from './statement.ts';

/** What the templates give a role. */
export interface RolePolicies {
  readonly roleArn: string;
  readonly roleId: string;
  readonly identity: readonly Statement[];
  readonly boundary?: readonly Statement[];
  /** Tags by key, as `aws:PrincipalTag/<key>` sees them. */
  readonly tags: { readonly [key: string]: string };
}

function place(resource: Resource): string {
  return `policy \`${resource.stack}/${resource.logicalId}\``;
}

function managedPolicy(assembly: Assembly, arn: string, role: Resource): readonly Statement[] {
  const own = assembly.byType('AWS::IAM::ManagedPolicy').find((policy) => policy.arn === arn);
  if (own !== undefined) {
    return compilePolicy(own.properties['PolicyDocument'], place(own));
  }
  const document = awsManagedPolicies.get(arn);
  if (document === undefined) {
    throw new PolicyError(`role \`${role.stack}/${role.logicalId}\`: the sandbox does not know the policy \`${arn}\``);
  }
  return compilePolicy(document, arn);
}

function inlinePolicies(role: Resource): readonly Statement[] {
  return listOf(role.properties['Policies']).flatMap((entry) =>
    compilePolicy(objectOrEmpty(entry)['PolicyDocument'], place(role)),
  );
}

function attachedPolicies(assembly: Assembly, role: Resource): readonly Statement[] {
  const byName = [...assembly.byType('AWS::IAM::Policy'), ...assembly.byType('AWS::IAM::ManagedPolicy')].filter(
    (policy) => textsOf(policy.properties['Roles']).includes(role.ref),
  );
  const single = assembly.byType('AWS::IAM::RolePolicy').filter((policy) => policy.properties['RoleName'] === role.ref);
  return [...byName, ...single].flatMap((policy) => compilePolicy(policy.properties['PolicyDocument'], place(policy)));
}

function tagsOf(role: Resource): { readonly [key: string]: string } {
  const pairs = listOf(role.properties['Tags']).filter(isRawObject);
  return Object.fromEntries(pairs.map((tag) => [String(tag['Key']), String(tag['Value'])]));
}

function policiesOf(assembly: Assembly, role: Resource): RolePolicies {
  const managed = textsOf(role.properties['ManagedPolicyArns']).flatMap((arn) => managedPolicy(assembly, arn, role));
  const boundary = role.properties['PermissionsBoundary'];
  return {
    roleArn: role.arn,
    roleId: String(role.attributes['RoleId']),
    identity: [...inlinePolicies(role), ...attachedPolicies(assembly, role), ...managed],
    ...(typeof boundary === 'string' && { boundary: managedPolicy(assembly, boundary, role) }),
    tags: tagsOf(role),
  };
}

/**
 * Policies of every role in the templates, by role ARN.
 *
 * @throws {PolicyError} for a malformed policy or an AWS-managed policy the sandbox does not know
 */
export function collectRolePolicies(assembly: Assembly): ReadonlyMap<string, RolePolicies> {
  return new Map(assembly.byType('AWS::IAM::Role').map((role) => [role.arn, policiesOf(assembly, role)]));
}
