import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { FunctionName } from './functions/function-names.ts';

/** The execution role of a function. Fixed, so that key policies of an earlier stack can name it. */
export function functionRoleName(name: FunctionName): string {
  return `countersign-${name}`;
}

/** ARN of {@link functionRoleName} in the scope's account. */
export function functionRoleArn(scope: Construct, name: FunctionName): string {
  return roleArn(scope, functionRoleName(name));
}

/** ARN of a role with a fixed name in the scope's account. */
export function roleArn(scope: Construct, roleName: string): string {
  const { partition, account } = Stack.of(scope);
  return `arn:${partition}:iam::${account}:role/${roleName}`;
}

/** The approval workflow's name: fixed, because its functions are granted on its ARN before it exists. */
export const APPROVAL_STATE_MACHINE_NAME = 'countersign-approval';

/** Roles that people and pipelines assume. */
export const REGISTRY_OPERATOR_ROLE_NAME = 'countersign-registry-operator';
export const POLICY_PUBLISHER_ROLE_NAME = 'countersign-policy-publisher';
export const AUDITOR_ROLE_NAME = 'countersign-auditor';
export const DETAILS_READER_ROLE_NAME = 'countersign-details-reader';

/** The details key's alias, by which readers name it. */
export const DETAILS_KEY_ALIAS = 'alias/countersign-details';

/** Glue database and Athena workgroup. Literal, because a view's text names its schema. */
export const GLUE_DATABASE_NAME = 'countersign';
export const ATHENA_WORKGROUP_NAME = 'countersign-audit';

/** The API's only stage, so that paths read `/v1/actions`. */
export const STAGE_NAME = 'v1';

/** Metrics namespace and the service name all functions report under. */
export const METRICS_NAMESPACE = 'Countersign';
export const SERVICE_NAME = 'countersign';
