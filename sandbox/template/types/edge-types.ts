import { derivedId, derivedUuid } from '../physical-name.ts';
import { arnOf, namedType, plainType, type ResourceType, type ResourceTypeTable } from '../resource-type.ts';

/** API Gateway, the web application firewall, Glue and Athena, CDK's own. */

function apiPart(notEmulated: string, idAttribute?: string): ResourceType {
  return {
    keptBy: 'apigateway',
    notEmulated,
    identify: (context) => {
      const id = derivedId(context.seed, 6);
      return { ref: id, arn: '', attributes: idAttribute === undefined ? {} : { [idAttribute]: id } };
    },
  };
}

const restApi: ResourceType = {
  keptBy: 'apigateway',
  notEmulated: 'more than one stage, binary media types, imported definitions',
  identify: (context) => {
    const id = derivedId(context.seed, 10);
    const arn = `arn:aws:apigateway:${context.region}::/restapis/${id}`;
    return { ref: id, arn, attributes: { RestApiId: id, RootResourceId: derivedId(`${context.seed}/root`, 10) } };
  },
};

const domainName: ResourceType = {
  keptBy: 'recorded',
  notEmulated: 'custom domains',
  identify: (context) => {
    const name = context.text('DomainName') ?? '';
    const target = `d-${derivedId(context.seed, 10)}.execute-api.${context.region}.amazonaws.com`;
    const attributes = {
      RegionalDomainName: target,
      RegionalHostedZoneId: 'Z0000000000000',
      DistributionDomainName: target,
    };
    return { ref: name, arn: `arn:aws:apigateway:${context.region}::/domainnames/${name}`, attributes };
  },
};

const webAcl: ResourceType = {
  keptBy: 'recorded',
  notEmulated: 'web application firewall rules',
  identify: (context) => {
    const name = context.text('Name') ?? context.generatedName(128);
    const scope = context.text('Scope') ?? 'REGIONAL';
    const id = derivedUuid(context.seed);
    const arn = arnOf(context, 'wafv2', `${scope === 'REGIONAL' ? 'regional' : 'global'}/webacl/${name}/${id}`);
    return { ref: `${name}|${id}|${scope}`, arn, attributes: { Arn: arn, Id: id } };
  },
};

export const edgeTypes: ResourceTypeTable = {
  'AWS::ApiGateway::RestApi': restApi,
  'AWS::ApiGateway::Resource': apiPart('nothing', 'ResourceId'),
  'AWS::ApiGateway::Method': apiPart('integrations other than Lambda proxy and mock'),
  'AWS::ApiGateway::Deployment': apiPart('earlier deployments', 'DeploymentId'),
  'AWS::ApiGateway::Stage': namedType({
    keptBy: 'apigateway',
    notEmulated: 'caching, canaries, access logs',
    nameProperty: 'StageName',
  }),
  'AWS::ApiGateway::Authorizer': apiPart('nothing', 'AuthorizerId'),
  'AWS::ApiGateway::RequestValidator': apiPart('nothing', 'RequestValidatorId'),
  'AWS::ApiGateway::Model': namedType({ keptBy: 'apigateway', notEmulated: 'nothing', nameProperty: 'Name' }),
  'AWS::ApiGateway::GatewayResponse': apiPart('mapping templates beyond plain text', 'Id'),
  'AWS::ApiGateway::Account': plainType('recorded', 'access logs', 'Id'),
  'AWS::ApiGateway::UsagePlan': apiPart('usage plans', 'Id'),
  'AWS::ApiGateway::DomainName': domainName,
  'AWS::ApiGateway::BasePathMapping': plainType('recorded', 'custom domains'),
  'AWS::WAFv2::WebACL': webAcl,
  'AWS::WAFv2::WebACLAssociation': plainType('recorded', 'web application firewall rules'),
  'AWS::WAFv2::LoggingConfiguration': plainType('recorded', 'web application firewall logs'),
  'AWS::Glue::Database': {
    keptBy: 'athena',
    notEmulated: 'the catalogue API',
    identify: (context) => {
      const input = context.property('DatabaseInput');
      const named = typeof input === 'object' && input !== null && 'Name' in input ? input.Name : undefined;
      const name = typeof named === 'string' ? named : context.generatedName(255).toLowerCase();
      return { ref: name, arn: arnOf(context, 'glue', `database/${name}`), attributes: {} };
    },
  },
  'AWS::Glue::Table': {
    keptBy: 'athena',
    notEmulated: 'the catalogue API',
    identify: (context) => {
      const input = context.property('TableInput');
      const named = typeof input === 'object' && input !== null && 'Name' in input ? input.Name : undefined;
      const name = typeof named === 'string' ? named : context.generatedName(255).toLowerCase();
      const arn = arnOf(context, 'glue', `table/${context.text('DatabaseName') ?? ''}/${name}`);
      return { ref: name, arn, attributes: {} };
    },
  },
  'AWS::Athena::WorkGroup': namedType({
    keptBy: 'athena',
    notEmulated: 'limits and result reuse',
    nameProperty: 'Name',
    maxLength: 128,
    arn: (context, name) => arnOf(context, 'athena', `workgroup/${name}`),
  }),
  'AWS::Athena::NamedQuery': {
    keptBy: 'athena',
    notEmulated: 'nothing',
    identify: (context) => {
      const id = derivedUuid(context.seed);
      return { ref: id, arn: '', attributes: { NamedQueryId: id } };
    },
  },
  'AWS::CDK::Metadata': plainType('recorded', 'usage reporting'),
};
