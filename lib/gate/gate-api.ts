import { Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  DomainName,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodDeploymentOptions,
  MethodLoggingLevel,
  type MethodOptions,
  type Model,
  type RequestValidator,
  RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/schema.ts';
import type { FunctionName } from '../functions/function-names.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { STAGE_NAME } from '../names.ts';
import { acknowledgeAgentRoute, acknowledgeApi, acknowledgePage, acknowledgePrivateApi } from './api-findings.ts';
import { addGatewayProblems } from './gateway-problems.ts';
import { MODELS, type ModelName } from './models.ts';
import { ROUTES, type Route } from './routes.ts';

/** Properties of {@link GateApi}. */
export interface GateApiProps {
  readonly config: DeploymentConfig;
  readonly userPool: IUserPool;
  readonly logKey: IKey;
  readonly logRetention: RetentionDays;
}

/** The REST API: IAM signatures for agents, id tokens for people, open pages without effect. */
export class GateApi extends Construct {
  readonly api: RestApi;
  /** Where agents and pages reach the API, stage included. */
  readonly baseUrl: string;
  private readonly authorizer: CognitoUserPoolsAuthorizer;
  private readonly validator: RequestValidator;
  private readonly models = new Map<ModelName, Model>();

  constructor(scope: Construct, id: string, props: GateApiProps) {
    super(scope, id);
    this.api = new RestApi(this, 'Api', {
      restApiName: 'countersign',
      description: 'Countersign: agents ask before they act, people decide',
      ...endpointProps(this, props.config),
      // Access logging needs a role on the account's API Gateway settings, of which there is one per region.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      disableExecuteApiEndpoint: props.config.domain !== undefined,
      deployOptions: {
        stageName: STAGE_NAME,
        ...accessLogProps(this, props),
        loggingLevel: MethodLoggingLevel.ERROR,
        // Bodies name customers; they belong in the ledger as pseudonyms, not in a log.
        dataTraceEnabled: false,
        metricsEnabled: true,
        // Traces are sampled and copy identifiers; the ledger is the complete record.
        tracingEnabled: false,
        throttlingRateLimit: props.config.throttles.people.ratePerSecond,
        throttlingBurstLimit: props.config.throttles.people.burst,
        methodOptions: agentThrottles(props.config),
      },
    });
    // The output that RestApi adds names the default endpoint even where a custom domain replaces it.
    this.api.node.tryRemoveChild('Endpoint');
    this.baseUrl = this.addDomain(props.config);
    this.authorizer = new CognitoUserPoolsAuthorizer(this, 'People', {
      cognitoUserPools: [props.userPool],
      // A person removed from a group, or signed out, must not be remembered.
      resultsCacheTtl: Duration.seconds(0),
    });
    this.validator = this.api.addRequestValidator('Validator', {
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    addGatewayProblems(this.api);
    acknowledgeApi(this);
    if (props.config.api.endpoint === 'private') acknowledgePrivateApi(this);
  }

  /** Adds every route. */
  addRoutes(functions: { readonly [name in FunctionName]: ProductFunction }): void {
    for (const route of ROUTES) this.addRoute(route, functions[route.target]);
  }

  /** `execute-api` ARNs of the routes agents may call. */
  agentRouteArns(): readonly string[] {
    return ROUTES.filter((route) => route.audience === 'agent').map((route) =>
      this.api.arnForExecuteApi(route.method, route.path.replaceAll(/\{\w+\}/g, '*'), STAGE_NAME),
    );
  }

  private addRoute(route: Route, target: ProductFunction): void {
    const resource = this.api.root.resourceForPath(route.path);
    const method = resource.addMethod(route.method, new LambdaIntegration(target.lambda, { allowTestInvoke: false }), {
      ...this.authorization(route),
      requestValidator: this.validator,
      ...(route.model !== undefined && { requestModels: { 'application/json': this.model(route.model) } }),
    });
    if (route.audience === 'public') acknowledgePage(method);
    if (route.audience === 'agent') acknowledgeAgentRoute(method);
  }

  private authorization(route: Route): MethodOptions {
    if (route.audience === 'agent') return { authorizationType: AuthorizationType.IAM };
    if (route.audience === 'public') return { authorizationType: AuthorizationType.NONE };
    return { authorizationType: AuthorizationType.COGNITO, authorizer: this.authorizer };
  }

  private model(name: ModelName): Model {
    const known = this.models.get(name);
    if (known !== undefined) return known;
    const model = this.api.addModel(name, { modelName: name, contentType: 'application/json', schema: MODELS[name] });
    this.models.set(name, model);
    return model;
  }

  private addDomain(config: DeploymentConfig): string {
    if (config.domain === undefined) {
      return `https://${this.api.restApiId}.execute-api.${Stack.of(this).region}.${Aws.URL_SUFFIX}/${STAGE_NAME}`;
    }
    const domain = new DomainName(this, 'Domain', {
      domainName: config.domain.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', config.domain.certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    domain.addBasePathMapping(this.api, { basePath: STAGE_NAME, stage: this.api.deploymentStage });
    return `https://${config.domain.name}/${STAGE_NAME}`;
  }
}

function endpointProps(scope: Construct, config: DeploymentConfig) {
  if (config.api.endpoint === 'regional') return { endpointConfiguration: { types: [EndpointType.REGIONAL] } };
  const vpcEndpoints = config.api.vpcEndpointIds.map((vpcEndpointId) =>
    InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, vpcEndpointId, { vpcEndpointId, port: 443 }),
  );
  return {
    endpointConfiguration: { types: [EndpointType.PRIVATE], vpcEndpoints },
    policy: privatePolicy(config.api.vpcEndpointIds),
  };
}

/** Only the named VPC endpoints reach the API; the authorizers still decide who. */
function privatePolicy(vpcEndpointIds: readonly string[]): PolicyDocument {
  const resources = ['execute-api:/*'];
  const principals = [new AnyPrincipal()];
  const actions = ['execute-api:Invoke'];
  return new PolicyDocument({
    statements: [
      new PolicyStatement({ principals, actions, resources }),
      new PolicyStatement({
        effect: Effect.DENY,
        principals,
        actions,
        resources,
        conditions: { StringNotEquals: { 'aws:SourceVpce': vpcEndpointIds } },
      }),
    ],
  });
}

function accessLogProps(scope: Construct, props: GateApiProps) {
  const logGroup = new LogGroup(scope, 'AccessLogs', {
    retention: props.logRetention,
    encryptionKey: props.logKey,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  return {
    accessLogDestination: new LogGroupLogDestination(logGroup),
    accessLogFormat: AccessLogFormat.custom(
      JSON.stringify({
        requestId: AccessLogField.contextRequestId(),
        time: AccessLogField.contextRequestTimeEpoch(),
        // The resource, not the path: a path would put identifiers and link MACs into the log.
        route: `${AccessLogField.contextHttpMethod()} ${AccessLogField.contextResourcePath()}`,
        status: AccessLogField.contextStatus(),
        caller: AccessLogField.contextIdentityUserArn(),
        subject: AccessLogField.contextAuthorizerClaims('sub'),
        latencyMs: AccessLogField.contextResponseLatency(),
        error: AccessLogField.contextErrorResponseType(),
      }),
    ),
  };
}

function agentThrottles(config: DeploymentConfig): { [path: string]: MethodDeploymentOptions } {
  const { ratePerSecond, burst } = config.throttles.agents;
  return Object.fromEntries(
    ROUTES.filter((route) => route.audience === 'agent').map((route) => [
      `${route.path}/${route.method}`,
      { throttlingRateLimit: ratePerSecond, throttlingBurstLimit: burst },
    ]),
  );
}
