import type { Assembly, Resource } from '../../contract.ts';
import { asRecord, asText, isTrue, optionalNumber, optionalText, textList } from '../lambda/template-values.ts';

/** An app client: who may ask for tokens, and where they are sent. */
export interface AppClient {
  readonly id: string;
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
  readonly idTokenSeconds: number;
  readonly accessTokenSeconds: number;
}

/** What the templates declare about people. */
export interface UserPool {
  readonly id: string;
  readonly arn: string;
  readonly clients: readonly AppClient[];
  readonly groups: ReadonlySet<string>;
  /** Says what is wrong with a password; `undefined` when the policy is met. */
  passwordFault(password: string): string | undefined;
}

const UNIT_SECONDS: { readonly [unit: string]: number } = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };
const CHARACTER_CLASSES = [
  ['RequireLowercase', /[a-z]/, 'a lower-case letter'],
  ['RequireUppercase', /[A-Z]/, 'an upper-case letter'],
  ['RequireNumbers', /[0-9]/, 'a digit'],
  ['RequireSymbols', /[^A-Za-z0-9\s]/, 'a symbol'],
] as const;

/** Reads the user pool. @throws {TypeError} when the templates have several, or a client with a secret */
export function readUserPool(assembly: Assembly): UserPool | undefined {
  const [pool, second] = assembly.byType('AWS::Cognito::UserPool');
  if (second !== undefined) throw new TypeError(`${second.logicalId}: the sandbox knows one user pool only`);
  if (pool === undefined) return undefined;
  const groups = assembly
    .byType('AWS::Cognito::UserPoolGroup')
    .map((group) => asText(group.properties['GroupName'], group.logicalId));
  return {
    id: pool.ref,
    arn: pool.arn,
    clients: assembly.byType('AWS::Cognito::UserPoolClient').map(readClient),
    groups: new Set(groups),
    passwordFault: readPasswordPolicy(pool),
  };
}

function readClient(resource: Resource): AppClient {
  const where = `${resource.stack}/${resource.logicalId}`;
  const { properties } = resource;
  if (isTrue(properties['GenerateSecret']))
    throw new TypeError(`${where}: the sandbox knows clients without secret only`);
  const units = asRecord(properties['TokenValidityUnits'], where);
  const seconds = (token: string): number => {
    const validity = optionalNumber(properties[`${token}Validity`], where);
    const unit = optionalText(units[token], where) ?? 'hours';
    return validity === undefined ? 3600 : validity * (UNIT_SECONDS[unit] ?? 3600);
  };
  return {
    id: resource.ref,
    callbackUrls: textList(properties['CallbackURLs'], `${where} CallbackURLs`),
    logoutUrls: textList(properties['LogoutURLs'], `${where} LogoutURLs`),
    idTokenSeconds: seconds('IdToken'),
    accessTokenSeconds: seconds('AccessToken'),
  };
}

function readPasswordPolicy(pool: Resource): (password: string) => string | undefined {
  const policies = asRecord(pool.properties['Policies'], pool.logicalId);
  const policy = asRecord(policies['PasswordPolicy'], `${pool.logicalId} PasswordPolicy`);
  const minimum = optionalNumber(policy['MinimumLength'], pool.logicalId) ?? 8;
  return (password) => {
    if (password.length < minimum) return `expected at least ${minimum} characters`;
    const missing = CHARACTER_CLASSES.find(([rule, pattern]) => isTrue(policy[rule]) && !pattern.test(password));
    return missing === undefined ? undefined : `expected ${missing[2]}`;
  };
}
