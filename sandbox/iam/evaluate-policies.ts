import type { Caller } from '../contract.ts';
import type { PrincipalMatch } from './principals.ts';
import type { RequestContext } from './request-context.ts';
import type { Statement } from './statement.ts';

/**
 * The decision AWS makes within one account: an explicit deny anywhere wins; then the identity policies within the
 * permission boundary, or the resource's own policy, must allow. Session policies, service and resource control
 * policies and calls across accounts are not kept.
 */

/** What is asked. */
export interface PolicyRequest {
  readonly caller: Caller;
  readonly action: string;
  readonly resourceArn: string;
  readonly context: RequestContext;
}

/** The policies that apply to a request. */
export interface PolicySet {
  readonly identity: readonly Statement[];
  /** Absent where the role has no boundary. */
  readonly boundary?: readonly Statement[];
  /** Absent where the resource has no policy. */
  readonly resource?: readonly Statement[];
  /**
   * True for KMS keys and role trust: IAM policies count only where the resource's policy hands the question to the
   * account.
   */
  readonly resourceDecides: boolean;
}

/** Why a request was refused. */
export type DenialReason =
  | 'identity-deny'
  | 'boundary-deny'
  | 'resource-deny'
  | 'no-identity-allow'
  | 'no-boundary-allow'
  | 'no-resource-allow';

/** The decision. */
export type PolicyDecision = { readonly allowed: true } | { readonly allowed: false; readonly reason: DenialReason };

interface Findings {
  readonly denied: boolean;
  /** How the strongest Allow names the caller; `anyone` in identity policies, which name nobody. */
  readonly allowedAs: PrincipalMatch;
}

const nothing: Findings = { denied: false, allowedAs: 'none' };
const order: readonly PrincipalMatch[] = ['none', 'account', 'anyone', 'role', 'service', 'session'];

function findingsOf(statements: readonly Statement[], request: PolicyRequest): Findings {
  let allowedAs: PrincipalMatch = 'none';
  for (const statement of statements) {
    if (!statement.coversAction(request.action) || !statement.coversResource(request.resourceArn, request.context)) {
      continue;
    }
    const match = statement.principal === undefined ? 'anyone' : statement.principal(request.caller);
    if (match === 'none') {
      continue;
    }
    const outcome = statement.condition(request.context);
    if (statement.effect === 'Deny' && outcome !== 'unmet') {
      return { denied: true, allowedAs: 'none' };
    }
    if (statement.effect === 'Allow' && outcome === 'met' && order.indexOf(match) > order.indexOf(allowedAs)) {
      allowedAs = match;
    }
  }
  return { denied: false, allowedAs };
}

function refuse(reason: DenialReason): PolicyDecision {
  return { allowed: false, reason };
}

function isRoot(caller: Caller): boolean {
  return caller.arn === `arn:aws:iam::${caller.accountId}:root`;
}

function decideAllow(
  identity: Findings,
  boundary: Findings | undefined,
  resource: Findings,
  resourceDecides: boolean,
): PolicyDecision {
  const named = resource.allowedAs !== 'none' && resource.allowedAs !== 'account';
  // A boundary does not limit what a resource's policy gives to a named session or to an AWS service.
  if (resource.allowedAs === 'session' || resource.allowedAs === 'service') {
    return { allowed: true };
  }
  if (resourceDecides && resource.allowedAs === 'none') {
    return refuse('no-resource-allow');
  }
  if (!named && identity.allowedAs === 'none') {
    return refuse('no-identity-allow');
  }
  return boundary?.allowedAs === 'none' ? refuse('no-boundary-allow') : { allowed: true };
}

/** Decides `request` by `policies`. Pure. */
export function evaluatePolicies(request: PolicyRequest, policies: PolicySet): PolicyDecision {
  const identity = findingsOf(policies.identity, request);
  if (identity.denied) {
    return refuse('identity-deny');
  }
  const resource = policies.resource === undefined ? nothing : findingsOf(policies.resource, request);
  if (resource.denied) {
    return refuse('resource-deny');
  }
  const boundary = policies.boundary === undefined ? undefined : findingsOf(policies.boundary, request);
  if (boundary?.denied === true) {
    return refuse('boundary-deny');
  }
  const effective: Findings = isRoot(request.caller) ? { denied: false, allowedAs: 'anyone' } : identity;
  if (
    request.caller.servicePrincipal !== undefined &&
    resource.allowedAs !== 'service' &&
    resource.allowedAs !== 'anyone'
  ) {
    return refuse('no-resource-allow');
  }
  return decideAllow(effective, boundary, resource, policies.resourceDecides);
}
