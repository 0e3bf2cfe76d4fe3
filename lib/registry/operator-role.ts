import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { trustedPrincipals } from '../gate/agent-roles.ts';
import { REGISTRY_OPERATOR_ROLE_NAME } from '../names.ts';

/** Properties of {@link RegistryOperatorRole}. */
export interface RegistryOperatorRoleProps {
  readonly trustedPrincipals: readonly string[];
  readonly loader: ProductFunction;
}

/** Declares agents, units and facts by invoking the loader, which records who did. Touches no table itself. */
export class RegistryOperatorRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: RegistryOperatorRoleProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      roleName: REGISTRY_OPERATOR_ROLE_NAME,
      description: 'Loads declarations into the Countersign registry',
      assumedBy: trustedPrincipals(props.trustedPrincipals),
    });
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'InvokeLoader',
        actions: ['lambda:InvokeFunction'],
        resources: [props.loader.lambda.functionArn],
      }),
    );
    acknowledge(this, {
      'NIST.800.53.R5-IAMNoInlinePolicy': 'the policy belongs to exactly one role and is reviewed with it',
    });
  }
}
