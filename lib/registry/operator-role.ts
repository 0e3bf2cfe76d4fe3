import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';
import { REGISTRY_OPERATOR_ROLE_NAME } from '../names.ts';
import { staffRole } from '../people/staff-role.ts';

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
    this.role = staffRole(this, {
      roleName: REGISTRY_OPERATOR_ROLE_NAME,
      description: 'Loads declarations into the Countersign registry',
      trustedPrincipals: props.trustedPrincipals,
      statements: [
        new PolicyStatement({
          sid: 'InvokeLoader',
          actions: ['lambda:InvokeFunction'],
          resources: [props.loader.lambda.functionArn],
        }),
      ],
    });
  }
}
