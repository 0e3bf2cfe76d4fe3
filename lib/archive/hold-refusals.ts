import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FunctionName } from '../functions/function-names.ts';
import { functionRoleArn } from '../names.ts';

/** The function that puts holds on objects and takes them off. */
const KEEPER: FunctionName = 'apply-holds';

/**
 * What refuses legal holds to everybody but the function that follows approved acts, and to the one that writes the
 * objects, which may only put them on.
 *
 * @param writer the function that writes objects under a hold from their creation on
 */
export function holdRefusals(scope: Construct, objects: string, writer: FunctionName): readonly PolicyStatement[] {
  const keeper = functionRoleArn(scope, KEEPER);
  const deny = (sid: string, conditions: { readonly [operator: string]: { readonly [key: string]: unknown } }) =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObjectLegalHold'],
      resources: [objects],
      conditions,
    });
  return [
    deny('OnlyApprovedHolds', {
      ArnNotEquals: { 'aws:PrincipalArn': [keeper, functionRoleArn(scope, writer)] },
    }),
    deny('OnlyTheKeeperReleases', {
      ArnNotEquals: { 'aws:PrincipalArn': keeper },
      StringNotEquals: { 's3:object-lock-legal-hold': 'ON' },
    }),
  ];
}
