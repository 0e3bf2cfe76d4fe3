import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { MODELS } from '../../../lib/gate/models.ts';
import { ROUTES } from '../../../lib/gate/routes.ts';
import { buildApp, configWith, resources, templateOf } from '../support/synthesize.ts';

const template = templateOf(buildApp(), 'CountersignGate');

/** Authorization types of all methods, by `METHOD /path`. */
function methods(): ReadonlyMap<string, unknown> {
  const parents = new Map<string, { readonly part: unknown; readonly parent: unknown }>();
  for (const [id, { properties }] of resources(template, 'AWS::ApiGateway::Resource')) {
    parents.set(id, { part: properties['PathPart'], parent: properties['ParentId'] });
  }
  const pathOf = (reference: unknown): string => {
    const id = /"Ref":"([^"]+)"/.exec(JSON.stringify(reference))?.[1] ?? '';
    const node = parents.get(id);
    return node === undefined ? '' : `${pathOf(node.parent)}/${String(node.part)}`;
  };
  const found = [...resources(template, 'AWS::ApiGateway::Method').values()].map(
    ({ properties }) =>
      [
        `${String(properties['HttpMethod'])} ${pathOf(properties['ResourceId'])}`,
        properties['AuthorizationType'],
      ] as const,
  );
  return new Map(found);
}

describe('the API', () => {
  it('has exactly the routes of the table, each for its audience, when it is synthesized', () => {
    const types = { agent: 'AWS_IAM', person: 'COGNITO_USER_POOLS', public: 'NONE' } as const;
    const expected = ROUTES.map((route) => [`${route.method} ${route.path}`, types[route.audience]] as const);
    expect(methods()).toEqual(new Map(expected));
  });

  it('has no effect on any open route when a scanner follows a link', () => {
    const open = ROUTES.filter((route) => route.audience === 'public');
    expect(open.map((route) => [route.method, route.target])).toEqual([
      ['GET', 'approval-page'],
      ['GET', 'approval-page'],
      ['GET', 'approval-page'],
    ]);
  });

  it('never decides on GET when a route changes something', () => {
    const changing = ROUTES.filter((route) => route.model !== undefined);
    expect(changing.length).toBeGreaterThan(0);
    expect(changing.filter((route) => route.method !== 'POST')).toEqual([]);
  });

  it('checks bodies before a function is started when a route takes one', () => {
    for (const [, { properties }] of resources(template, 'AWS::ApiGateway::Method')) {
      expect(properties['RequestValidatorId']).toBeDefined();
    }
    template.hasResourceProperties('AWS::ApiGateway::RequestValidator', {
      ValidateRequestBody: true,
      ValidateRequestParameters: true,
    });
  });

  it('refuses members it does not know when a body is validated', () => {
    const models = [...resources(template, 'AWS::ApiGateway::Model').values()].map(({ properties }) => properties);
    expect(models.map((model) => model['Name']).sort()).toEqual(Object.keys(MODELS).sort());
    for (const model of models) expect(model['Schema']).toMatchObject({ additionalProperties: false });
  });

  it('answers with problem documents when API Gateway refuses by itself', () => {
    const answers = [...resources(template, 'AWS::ApiGateway::GatewayResponse').values()];
    expect(answers).toHaveLength(16);
    for (const { properties } of answers) {
      expect(properties['ResponseParameters']).toMatchObject({
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
      });
      const body: unknown = JSON.parse(String(Object(properties['ResponseTemplates'])['application/json']));
      expect(body).toMatchObject({ type: 'about:blank', status: Number(properties['StatusCode']) });
      expect(JSON.stringify(body)).not.toMatch(/\$context\.(error|authorizer|identity)/);
    }
  });

  it('logs access without paths or bodies when it is called', () => {
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      StageName: 'v1',
      AccessLogSetting: { Format: Match.not(Match.stringLikeRegexp('\\$context\\.path')) },
      MethodSettings: Match.arrayWith([
        Match.objectLike({ HttpMethod: '*', DataTraceEnabled: false, LoggingLevel: 'ERROR' }),
      ]),
    });
  });

  it('throttles agents by their own rate when the configuration names one', () => {
    const throttles = { agents: { ratePerSecond: 7, burst: 3 } };
    templateOf(buildApp(configWith({ throttles })), 'CountersignGate').hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: Match.arrayWith([
        Match.objectLike({
          HttpMethod: 'POST',
          ResourcePath: '/~1actions',
          ThrottlingRateLimit: 7,
          ThrottlingBurstLimit: 3,
        }),
      ]),
    });
  });

  it('remembers no authorization when a token is checked', () => {
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'COGNITO_USER_POOLS',
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: 'method.request.header.Authorization',
    });
  });
});

describe('the API’s endpoint', () => {
  it('is filtered by address rate and managed rules when it is regional', () => {
    template.hasResourceProperties('AWS::WAFv2::WebACL', {
      Rules: [
        Match.objectLike({ Name: 'RatePerAddress', Action: { Block: {} } }),
        Match.objectLike({ Name: 'AWSManagedRulesCommonRuleSet', OverrideAction: { None: {} } }),
        Match.objectLike({ Name: 'AWSManagedRulesKnownBadInputsRuleSet', OverrideAction: { None: {} } }),
      ],
    });
    template.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
  });

  it('admits only the named VPC endpoints when it is private', () => {
    const api = { endpoint: 'private', vpcEndpointIds: ['vpce-0123456789abcdef0'] };
    const gate = templateOf(buildApp(configWith({ api })), 'CountersignGate');
    gate.resourceCountIs('AWS::WAFv2::WebACL', 0);
    gate.hasResourceProperties('AWS::ApiGateway::RestApi', {
      EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: ['vpce-0123456789abcdef0'] },
      Policy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Condition: { StringNotEquals: { 'aws:SourceVpce': ['vpce-0123456789abcdef0'] } },
          }),
        ]),
      },
    });
  });

  it('moves to the custom domain when one is configured', () => {
    const domain = { name: 'gate.example.com', certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b' };
    const gate = templateOf(buildApp(configWith({ domain })), 'CountersignGate');
    gate.hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: true });
    gate.hasResourceProperties('AWS::ApiGateway::BasePathMapping', { BasePath: 'v1' });
    gate.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      CallbackURLs: ['https://gate.example.com/v1/sign-in'],
    });
    gate.hasOutput('ApiUrl', { Value: 'https://gate.example.com/v1' });
  });
});

describe('sign-in', () => {
  it('uses codes without a client secret when a person signs in', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email'],
      ExplicitAuthFlows: Match.absent(),
      PreventUserExistenceErrors: 'ENABLED',
    });
  });
});
