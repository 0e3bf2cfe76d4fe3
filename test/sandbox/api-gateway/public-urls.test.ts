import { describe, expect, it } from 'vitest';
import { mapPublicUrls } from '../../../sandbox/services/api-gateway/public-urls.ts';
import { assemblyOf, resource } from '../lambda/fixtures.ts';

const assembly = assemblyOf([
  resource('AWS::ApiGateway::RestApi', 'api', {}, { ref: 'abc123' }),
  resource('AWS::ApiGateway::DomainName', 'domain', { DomainName: 'gate.bank.example' }),
  resource('AWS::Cognito::UserPool', 'pool', {}, { ref: 'eu-west-1_p' }),
  resource('AWS::Cognito::UserPoolDomain', 'people', { Domain: 'people' }),
]);
const map = mapPublicUrls(assembly, {
  api: 'http://127.0.0.1:1',
  signIn: 'http://127.0.0.1:2',
  issuer: 'http://127.0.0.1:2/p',
});

describe('mapPublicUrls', () => {
  it.each([
    ['https://abc123.execute-api.eu-west-1.amazonaws.com/v1/sign-in', 'http://127.0.0.1:1/v1/sign-in'],
    ['https://gate.bank.example/v1', 'http://127.0.0.1:1/v1'],
    ['https://people.auth.eu-west-1.amazoncognito.com', 'http://127.0.0.1:2'],
    ['https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_p', 'http://127.0.0.1:2/p'],
    ['https://other.execute-api.eu-west-1.amazonaws.com/v1', 'https://other.execute-api.eu-west-1.amazonaws.com/v1'],
    ['abc123', 'abc123'],
  ])('leads %s to %s', (text, expected) => {
    expect(map(text)).toBe(expected);
  });

  it('leaves sign-in addresses alone when there is no issuer', () => {
    const without = mapPublicUrls(assembly, { api: 'http://127.0.0.1:1' });
    expect(without('https://people.auth.eu-west-1.amazoncognito.com')).toContain('amazoncognito');
  });
});
