import type { Caller } from '../contract.ts';
import { isRawObject, textsOf } from '../template/raw-template.ts';

/**
 * `Principal` and `NotPrincipal` of resource policies. `session`, `role` and `anyone` name the caller itself;
 * `account` only hands the question to the account's IAM policies.
 */
export type PrincipalMatch = 'none' | 'account' | 'anyone' | 'role' | 'service' | 'session';

/** A compiled `Principal` or `NotPrincipal` element. */
export type PrincipalMatcher = (caller: Caller) => PrincipalMatch;

function matchAwsPrincipal(principal: string, caller: Caller): PrincipalMatch {
  if (principal === '*') {
    return 'anyone';
  }
  if (caller.servicePrincipal !== undefined) {
    return 'none';
  }
  if (principal === caller.accountId || principal === `arn:aws:iam::${caller.accountId}:root`) {
    return 'account';
  }
  if (principal === caller.arn) {
    return 'session';
  }
  return principal === caller.roleArn ? 'role' : 'none';
}

const strength: readonly PrincipalMatch[] = ['none', 'account', 'anyone', 'role', 'service', 'session'];

function strongest(matches: readonly PrincipalMatch[]): PrincipalMatch {
  return matches.reduce((best, match) => (strength.indexOf(match) > strength.indexOf(best) ? match : best), 'none');
}

interface PrincipalLists {
  readonly aws: readonly string[];
  readonly service: readonly string[];
}

function readLists(element: unknown): PrincipalLists {
  if (element === '*') {
    return { aws: ['*'], service: ['*'] };
  }
  const block = isRawObject(element) ? element : {};
  return { aws: textsOf(block['AWS']), service: textsOf(block['Service']) };
}

function matchesService(services: readonly string[], caller: Caller): boolean {
  return (
    caller.servicePrincipal !== undefined && services.some((name) => name === '*' || name === caller.servicePrincipal)
  );
}

/** Compiles `Principal`. */
export function compilePrincipal(element: unknown): PrincipalMatcher {
  const { aws, service } = readLists(element);
  return (caller) =>
    matchesService(service, caller)
      ? 'service'
      : strongest(aws.map((principal) => matchAwsPrincipal(principal, caller)));
}

/**
 * Compiles `NotPrincipal`. A Deny spares a role's session only when the account, the role and the session are all
 * listed, as in AWS; an Allow leaves out whoever is listed in any way.
 */
export function compileNotPrincipal(element: unknown, effect: 'Allow' | 'Deny'): PrincipalMatcher {
  const { aws, service } = readLists(element);
  return (caller) => {
    if (caller.servicePrincipal !== undefined) {
      return matchesService(service, caller) ? 'none' : 'anyone';
    }
    const matches = aws.map((principal) => matchAwsPrincipal(principal, caller));
    const listed =
      effect === 'Allow'
        ? matches.some((match) => match !== 'none')
        : matches.includes('anyone') ||
          (matches.includes('account') &&
            (caller.roleArn === undefined || (matches.includes('role') && matches.includes('session'))));
    return listed ? 'none' : 'anyone';
  };
}
