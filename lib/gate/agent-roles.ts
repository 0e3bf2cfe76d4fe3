import {
  ArnPrincipal,
  CompositePrincipal,
  Effect,
  type IPrincipal,
  ManagedPolicy,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from '../acknowledge.ts';
import type { DeploymentConfig } from '../config/schema.ts';

/** Properties of {@link AgentRoles}. */
export interface AgentRolesProps {
  readonly agents: DeploymentConfig['agents'];
  /** `execute-api` ARNs of the agent routes. */
  readonly routeArns: readonly string[];
}

/** A principal from its configured text: an ARN, or a service. */
export function trustedPrincipal(name: string): IPrincipal {
  return name.startsWith('arn:') ? new ArnPrincipal(name) : new ServicePrincipal(name);
}

/** Any of the configured principals. */
export function trustedPrincipals(names: readonly string[]): IPrincipal {
  return new CompositePrincipal(...names.map((name) => trustedPrincipal(name).grantPrincipal));
}

/**
 * One role per agent. It may call the agent routes; its boundary refuses everything else, so that no policy attached
 * later can make it more.
 */
export class AgentRoles extends Construct {
  readonly roles: readonly Role[];
  readonly boundary: ManagedPolicy;

  constructor(scope: Construct, id: string, props: AgentRolesProps) {
    super(scope, id);
    const call = { actions: ['execute-api:Invoke'], resources: [...props.routeArns] };
    this.boundary = new ManagedPolicy(this, 'Boundary', {
      description: 'Countersign agents: call the agent routes, nothing else',
      statements: [
        new PolicyStatement({ sid: 'CallTheGate', ...call }),
        new PolicyStatement({
          sid: 'NothingElse',
          effect: Effect.DENY,
          notActions: ['execute-api:Invoke'],
          resources: ['*'],
        }),
      ],
    });
    this.roles = props.agents.map((agent) => {
      const role = new Role(this, agent.roleName, {
        roleName: agent.roleName,
        description: 'An agent that asks Countersign before it acts',
        assumedBy: trustedPrincipals(agent.trustedPrincipals),
        permissionsBoundary: this.boundary,
      });
      role.addToPolicy(new PolicyStatement({ sid: 'CallTheGate', ...call }));
      return role;
    });
    this.acknowledgeFindings(props.routeArns);
  }

  private acknowledgeFindings(routeArns: readonly string[]): void {
    acknowledge(this, {
      'NIST.800.53.R5-IAMNoInlinePolicy': 'the policy belongs to exactly one agent; the boundary above it is managed',
    });
    const withIds = routeArns.filter((arn) => arn.includes('*'));
    acknowledgeWildcards(this, withIds, 'the wildcard is one path segment: the id of an action, event or session');
  }
}
