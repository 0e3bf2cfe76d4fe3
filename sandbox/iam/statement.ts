import { isRawObject, listOf, type RawObject, textsOf } from '../template/raw-template.ts';
import { type Condition, compileConditions } from './conditions.ts';
import { compileNotPrincipal, compilePrincipal, type PrincipalMatcher } from './principals.ts';
import type { RequestContext } from './request-context.ts';
import { compileArn, compileText, type TextMatcher } from './text-pattern.ts';

/** A compiled policy statement. */
export interface Statement {
  readonly sid: string;
  readonly effect: 'Allow' | 'Deny';
  /** Absent in identity policies. */
  readonly principal?: PrincipalMatcher;
  readonly coversAction: (action: string) => boolean;
  readonly coversResource: (resourceArn: string, context: RequestContext) => boolean;
  readonly condition: Condition;
}

/** A policy document that is not one; the message says where. */
export class PolicyError extends Error {
  readonly code = 'malformed_policy';

  constructor(message: string) {
    super(message);
    this.name = 'PolicyError';
  }
}

const knownElements: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

const noContext: RequestContext = new Map();

function coversAction(raw: RawObject): (action: string) => boolean {
  const negated = raw['NotAction'] !== undefined;
  const texts = textsOf(negated ? raw['NotAction'] : raw['Action']);
  const matchers = texts.map((text) => compileText(text, { wildcards: true, ignoreCase: true }));
  return (action) => matchers.some((matches) => matches(action, noContext)) !== negated;
}

function coversResource(raw: RawObject): (resourceArn: string, context: RequestContext) => boolean {
  if (raw['Resource'] === undefined && raw['NotResource'] === undefined) {
    return () => true;
  }
  const negated = raw['NotResource'] !== undefined;
  const texts = textsOf(negated ? raw['NotResource'] : raw['Resource']);
  const matchers: readonly TextMatcher[] = texts.map(compileArn);
  return (resourceArn, context) => matchers.some((matches) => matches(resourceArn, context)) !== negated;
}

function principalOf(raw: RawObject, effect: 'Allow' | 'Deny'): PrincipalMatcher | undefined {
  if (raw['NotPrincipal'] !== undefined) {
    return compileNotPrincipal(raw['NotPrincipal'], effect);
  }
  return raw['Principal'] === undefined ? undefined : compilePrincipal(raw['Principal']);
}

function compileStatement(raw: unknown, where: string): Statement {
  if (!isRawObject(raw)) {
    throw new PolicyError(`${where}: expected a statement object`);
  }
  const unknown = Object.keys(raw).find((name) => !knownElements.has(name));
  if (unknown !== undefined) {
    throw new PolicyError(`${where}: a statement has no element \`${unknown}\``);
  }
  const effect = raw['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new PolicyError(`${where}: expected the effect Allow or Deny, got \`${String(effect)}\``);
  }
  if ((raw['Action'] === undefined) === (raw['NotAction'] === undefined)) {
    throw new PolicyError(`${where}: expected either Action or NotAction`);
  }
  const principal = principalOf(raw, effect);
  return {
    sid: typeof raw['Sid'] === 'string' ? raw['Sid'] : '',
    effect,
    ...(principal !== undefined && { principal }),
    coversAction: coversAction(raw),
    coversResource: coversResource(raw),
    condition: compileConditions(raw['Condition'], effect),
  };
}

/**
 * Compiles a policy document.
 *
 * @param where names the policy in errors
 * @throws {PolicyError} for an element IAM does not have, so that a misspelt restriction cannot be lost
 */
export function compilePolicy(document: unknown, where: string): readonly Statement[] {
  if (!isRawObject(document)) {
    throw new PolicyError(`${where}: expected a policy document object`);
  }
  return listOf(document['Statement']).map((raw) => compileStatement(raw, where));
}
