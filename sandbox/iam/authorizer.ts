import type { Clock } from '../../core/ports.ts';
import { type Assembly, type Authorizer, AwsError, type Caller, type ConditionContext } from '../contract.ts';
import { type DenialReason, evaluatePolicies, type PolicyDecision } from './evaluate-policies.ts';
import { mergeContexts } from './request-context.ts';
import { collectResourcePolicies } from './resource-policies.ts';
import { collectRolePolicies, type RolePolicies } from './role-policies.ts';
import { compilePolicy, type Statement } from './statement.ts';

/**
 * IAM as the synthesized templates define it. Kept: identity policies, permission boundaries, resource, key and trust
 * policies, Lambda permissions, conditions and policy variables, AWS's wording of refusals. Not kept: service and
 * resource control policies, session policies, calls across accounts, grants. The sandbox's plain HTTP on loopback
 * stands in for TLS, so `aws:SecureTransport` is true.
 */
export interface TemplateAuthorizer extends Authorizer {
  /** The decision as a value; the same arguments as `authorize`. */
  decide(
    caller: Caller,
    action: string,
    resourceArn: string,
    context?: ConditionContext,
    resourcePolicy?: unknown,
  ): PolicyDecision;
}

const reasons: { readonly [reason in DenialReason]: (action: string) => string } = {
  'identity-deny': () => 'with an explicit deny in an identity-based policy',
  'boundary-deny': () => 'with an explicit deny in a permissions boundary',
  'resource-deny': () => 'with an explicit deny in a resource-based policy',
  'no-identity-allow': (action) => `because no identity-based policy allows the ${action} action`,
  'no-boundary-allow': (action) => `because no permissions boundary allows the ${action} action`,
  'no-resource-allow': (action) => `because no resource-based policy allows the ${action} action`,
};

/** The error a service answers a refused call with: codes and statuses differ per service. */
export function accessDenied(caller: Caller, action: string, resourceArn: string, reason: DenialReason): AwsError {
  const who = caller.servicePrincipal ?? caller.arn;
  const message = `User: ${who} is not authorized to perform: ${action} on resource: ${resourceArn} ${reasons[reason](action)}`;
  const service = action.split(':', 1)[0];
  if (service === 's3' || service === 'sts' || service === 'iam') {
    return new AwsError('AccessDenied', 403, message);
  }
  if (service === 'sns') {
    return new AwsError('AuthorizationError', 403, message);
  }
  const status = service === 'lambda' || service === 'execute-api' ? 403 : 400;
  return new AwsError('AccessDeniedException', status, message);
}

function principalContext(caller: Caller, role: RolePolicies | undefined): ConditionContext {
  if (caller.servicePrincipal !== undefined) {
    return {
      'aws:PrincipalIsAWSService': true,
      'aws:PrincipalServiceName': caller.servicePrincipal,
      ...(caller.sourceArn !== undefined && {
        'aws:SourceArn': caller.sourceArn,
        'aws:SourceAccount': caller.accountId,
      }),
    };
  }
  const session = caller.arn.slice(caller.arn.lastIndexOf('/') + 1);
  const tags = Object.entries(role?.tags ?? {}).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]);
  return {
    'aws:PrincipalArn': caller.roleArn ?? caller.arn,
    'aws:PrincipalAccount': caller.accountId,
    'aws:PrincipalIsAWSService': false,
    'aws:PrincipalType': caller.roleArn === undefined ? 'Account' : 'AssumedRole',
    'aws:userid': role === undefined ? caller.accountId : `${role.roleId}:${session}`,
    ...Object.fromEntries(tags),
  };
}

function requestContext(assembly: Assembly, clock: Clock): ConditionContext {
  const nowMs = clock.nowMs();
  return {
    'aws:CurrentTime': new Date(nowMs).toISOString(),
    'aws:EpochTime': Math.floor(nowMs / 1_000),
    'aws:RequestedRegion': assembly.region,
    'aws:ResourceAccount': assembly.accountId,
    'aws:SecureTransport': true,
    'aws:SourceIp': '127.0.0.1',
    'aws:ViaAWSService': false,
  };
}

function decidesAlone(action: string, resourceArn: string): boolean {
  return action.startsWith('sts:AssumeRole') || (action.startsWith('kms:') && resourceArn.includes(':key/'));
}

const noStatements: readonly Statement[] = [];

function memoize<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) {
      return found;
    }
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}

/**
 * Compiles every policy of `assembly`.
 *
 * @param clock gives `aws:CurrentTime`; the machine's clock where absent
 * @throws {PolicyError} for a policy that cannot be read, so that the sandbox does not start with it
 */
export function createAuthorizer(assembly: Assembly, clock: Clock = { nowMs: Date.now }): TemplateAuthorizer {
  const roles = collectRolePolicies(assembly);
  const resourcePolicies = collectResourcePolicies(assembly);
  const passedPolicies = new WeakMap<object, readonly Statement[]>();
  const identityFor = memoize((key) => {
    const [roleArn = '', action = ''] = key.split('\n');
    return (roles.get(roleArn)?.identity ?? noStatements).filter((statement) => statement.coversAction(action));
  });

  const resourceStatements = (resourceArn: string, passed: unknown): readonly Statement[] | undefined => {
    if (typeof passed !== 'object' || passed === null) {
      return resourcePolicies.find(resourceArn);
    }
    const known = passedPolicies.get(passed) ?? compilePolicy(passed, `policy of \`${resourceArn}\``);
    passedPolicies.set(passed, known);
    return known;
  };

  const decide: TemplateAuthorizer['decide'] = (caller, action, resourceArn, context, resourcePolicy) => {
    const role = caller.roleArn === undefined ? undefined : roles.get(caller.roleArn);
    const resource = resourceStatements(resourceArn, resourcePolicy);
    const request = {
      caller,
      action,
      resourceArn,
      context: mergeContexts(requestContext(assembly, clock), context, principalContext(caller, role)),
    };
    return evaluatePolicies(request, {
      identity: role === undefined ? noStatements : identityFor(`${role.roleArn}\n${action}`),
      ...(role?.boundary !== undefined && { boundary: role.boundary }),
      ...(resource !== undefined && { resource }),
      resourceDecides: decidesAlone(action, resourceArn),
    });
  };

  return {
    decide,
    authorize: (caller, action, resourceArn, context, resourcePolicy) => {
      const decision = decide(caller, action, resourceArn, context, resourcePolicy);
      if (!decision.allowed) {
        throw accessDenied(caller, action, resourceArn, decision.reason);
      }
    },
  };
}
