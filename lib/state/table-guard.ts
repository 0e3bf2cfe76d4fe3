import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FunctionName } from '../functions/function-names.ts';
import { functionRoleArn } from '../names.ts';
import type { Conditions } from './key-conditions.ts';

/** Writes that no part of the product uses: in bulk, or by PartiQL, where key conditions are easily got wrong. */
export const UNUSED_WRITES = [
  'dynamodb:BatchWriteItem',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
] as const;

/** Writes of single items. */
export const ITEM_WRITES = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'] as const;

/**
 * Refuses actions on a table to everyone. A table's policy cannot name its own ARN without a cycle; `*` means this
 * table there.
 */
export function refuseAll(sid: string, actions: readonly string[], conditions: Conditions = {}): PolicyStatement {
  return new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [...actions],
    resources: ['*'],
    conditions,
  });
}

/**
 * Refuses actions on a table to everyone but the named functions' roles, account administrators included: an IAM
 * policy can allow a write, and this still refuses it.
 */
export function refuseOthers(
  scope: Construct,
  sid: string,
  actions: readonly string[],
  functions: readonly FunctionName[],
  conditions: Conditions = {},
): PolicyStatement {
  const roles = functions.map((name) => functionRoleArn(scope, name));
  return refuseAll(sid, actions, { ...conditions, ArnNotEquals: { 'aws:PrincipalArn': roles } });
}
