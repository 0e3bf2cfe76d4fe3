import type { Assembly } from '../../contract.ts';
import { optionalText } from '../lambda/template-values.ts';

/** Where the sandbox listens in place of the public hosts. */
export interface LoopbackUrls {
  readonly api: string;
  /** Base of the sign-in pages, and the issuer; absent when the templates have no user pool. */
  readonly signIn?: string;
  readonly issuer?: string;
}

/**
 * Makes a function that puts loopback addresses in place of the public ones of this app: the API's default endpoint
 * and custom domains, the user pool's hosted pages, its issuer. Text that names none of them stays as it is.
 */
export function mapPublicUrls(assembly: Assembly, loopback: LoopbackUrls): (text: string) => string {
  const { region } = assembly;
  const pairs: [string, string][] = [];
  for (const api of assembly.byType('AWS::ApiGateway::RestApi')) {
    pairs.push([`https://${api.ref}.execute-api.${region}.amazonaws.com`, loopback.api]);
  }
  for (const domain of assembly.byType('AWS::ApiGateway::DomainName')) {
    pairs.push([
      `https://${optionalText(domain.properties['DomainName'], domain.logicalId) ?? domain.ref}`,
      loopback.api,
    ]);
  }
  for (const domain of assembly.byType('AWS::Cognito::UserPoolDomain')) {
    const prefix = optionalText(domain.properties['Domain'], domain.logicalId) ?? domain.ref;
    if (loopback.signIn !== undefined)
      pairs.push([`https://${prefix}.auth.${region}.amazoncognito.com`, loopback.signIn]);
  }
  for (const pool of assembly.byType('AWS::Cognito::UserPool')) {
    if (loopback.issuer !== undefined)
      pairs.push([`https://cognito-idp.${region}.amazonaws.com/${pool.ref}`, loopback.issuer]);
  }
  return (text) => pairs.reduce((mapped, [from, to]) => mapped.replaceAll(from, to), text);
}
