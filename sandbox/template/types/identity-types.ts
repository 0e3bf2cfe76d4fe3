import { derivedId } from '../physical-name.ts';
import { arnOf, namedType, plainType, type ResourceTypeTable, type TypeContext } from '../resource-type.ts';

/** IAM and Cognito. */

const upperCase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function iamArn(context: TypeContext, kind: string, name: string): string {
  return `arn:aws:iam::${context.accountId}:${kind}${context.text('Path') ?? '/'}${name}`;
}

export const identityTypes: ResourceTypeTable = {
  'AWS::IAM::Role': namedType({
    keptBy: 'iam',
    notEmulated: 'session policies, maximum session duration',
    nameProperty: 'RoleName',
    arn: (context, name) => iamArn(context, 'role', name),
    attributes: (context) => ({ RoleId: `AROA${derivedId(context.seed, 17, upperCase)}` }),
  }),
  'AWS::IAM::Policy': plainType('iam', 'policies of users and groups', 'Id'),
  'AWS::IAM::RolePolicy': plainType('iam', 'nothing'),
  'AWS::IAM::ManagedPolicy': namedType({
    keptBy: 'iam',
    notEmulated: 'versions; policies of users and groups',
    nameProperty: 'ManagedPolicyName',
    maxLength: 128,
    arn: (context, name) => iamArn(context, 'policy', name),
    refIsArn: true,
    attributes: (_context, _name, arn) => ({ PolicyArn: arn }),
  }),
  'AWS::Cognito::UserPool': {
    keptBy: 'oidc',
    notEmulated: 'everything but sign-in, groups and id tokens',
    identify: (context) => {
      const id = `${context.region}_${derivedId(context.seed, 9)}`;
      const arn = arnOf(context, 'cognito-idp', `userpool/${id}`);
      const provider = `cognito-idp.${context.region}.amazonaws.com/${id}`;
      const attributes = { Arn: arn, ProviderName: provider, ProviderURL: `https://${provider}`, UserPoolId: id };
      return { ref: id, arn, attributes };
    },
  },
  'AWS::Cognito::UserPoolClient': {
    keptBy: 'oidc',
    notEmulated: 'flows other than authorization code with PKCE',
    identify: (context) => {
      const id = derivedId(context.seed, 26);
      return { ref: id, arn: '', attributes: { ClientId: id, Name: context.text('ClientName') ?? context.logicalId } };
    },
  },
  'AWS::Cognito::UserPoolDomain': {
    keptBy: 'oidc',
    notEmulated: 'custom domains and certificates',
    identify: (context) => ({
      ref: context.text('Domain') ?? '',
      arn: '',
      attributes: { CloudFrontDistribution: `${derivedId(context.seed, 14)}.cloudfront.net` },
    }),
  },
  'AWS::Cognito::UserPoolGroup': namedType({
    keptBy: 'oidc',
    notEmulated: 'roles of groups',
    nameProperty: 'GroupName',
  }),
  'AWS::Cognito::UserPoolResourceServer': namedType({
    keptBy: 'recorded',
    notEmulated: 'custom scopes',
    nameProperty: 'Identifier',
  }),
  'AWS::Cognito::ManagedLoginBranding': plainType('recorded', 'the look of the sign-in page', 'ManagedLoginBrandingId'),
};
