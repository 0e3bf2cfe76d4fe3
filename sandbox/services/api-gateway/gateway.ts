import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AwsError, type Caller, type Resource, type SandboxContext } from '../../contract.ts';
import type { LambdaService } from '../lambda/lambda-service.ts';
import { asText } from '../lambda/template-values.ts';
import { AccessLog } from './access-log.ts';
import { GatewayError } from './gateway-error.ts';
import { type ContextVariables, GatewayResponses } from './gateway-responses.ts';
import { type HttpReply, type HttpRequest, headerOf } from './http-message.ts';
import type { IdTokenVerifier } from './id-token.ts';
import { type ApiIdentity, type Exchange, type Identity, proxyEvent, requestTime } from './proxy-event.ts';
import { proxyReply } from './proxy-reply.ts';
import { type Integration, type Match, matchRoute, type Route, readRoutes } from './routes.ts';
import { Throttle } from './throttle.ts';
import { RequestValidation } from './validation.ts';

/** Checks a request's signature for `execute-api`. @throws {AwsError} when it is missing or wrong */
export type SignatureVerifier = (request: HttpRequest) => { readonly caller: Caller };

/** What the gateway needs from the other pieces. */
export interface GatewayParts {
  readonly lambda: Pick<LambdaService, 'invokeForService'>;
  readonly verifySignature: SignatureVerifier;
  /** Needed when a method is authorized by a user pool. */
  readonly idTokens?: Pick<IdTokenVerifier, 'verify'>;
}

const MAX_BODY_BYTES = 10 * 1024 * 1024;
const SERVICE_PRINCIPAL = 'apigateway.amazonaws.com';

/** One REST API's stage, from request to reply. */
export class Gateway {
  readonly identity: ApiIdentity;
  readonly #context: SandboxContext;
  readonly #parts: GatewayParts;
  readonly #routes: readonly Route[];
  readonly #policy: unknown;
  readonly #throttle: Throttle;
  readonly #validation: RequestValidation;
  readonly #responses: GatewayResponses;
  readonly #log: AccessLog;

  /** @throws {TypeError} naming the resource, for what the sandbox does not run */
  constructor(context: SandboxContext, parts: GatewayParts) {
    const { assembly } = context;
    const api = only(assembly.byType('AWS::ApiGateway::RestApi'), 'AWS::ApiGateway::RestApi');
    const stage = only(assembly.byType('AWS::ApiGateway::Stage'), 'AWS::ApiGateway::Stage');
    this.#context = context;
    this.#parts = parts;
    this.identity = {
      accountId: assembly.accountId,
      apiId: api.ref,
      stage: asText(stage.properties['StageName'], stage.logicalId),
      region: assembly.region,
    };
    this.#routes = readRoutes(api, assembly);
    this.#policy = api.properties['Policy'];
    if (this.#policy !== undefined && this.#routes.some((route) => route.authorization !== 'AWS_IAM')) {
      throw new TypeError(`${api.logicalId}: the sandbox knows resource policies for IAM callers only`);
    }
    this.#throttle = new Throttle(stage, context.clock);
    this.#validation = new RequestValidation(assembly);
    this.#responses = new GatewayResponses(assembly.byType('AWS::ApiGateway::GatewayResponse'));
    this.#log = new AccessLog(stage, join(context.stateDir, 'access.log'));
  }

  /** Answers one request; never throws for what a client or a function does. */
  async handle(request: HttpRequest): Promise<HttpReply> {
    const exchange = this.#exchange(request);
    const variables = this.#variables(exchange);
    const reply = await this.#answer(exchange, variables);
    const latencyMs = this.#context.clock.nowMs() - exchange.startedAtMs;
    Object.assign(variables, { status: String(reply.status), responseLatency: String(latencyMs) });
    this.#log.write({ ...variables, responseLength: String(Buffer.byteLength(reply.body)) });
    const ids = [
      ['x-amzn-RequestId', exchange.requestId],
      ['x-amz-apigw-id', exchange.extendedRequestId],
    ] as const;
    return { ...reply, headers: [...reply.headers, ...ids] };
  }

  /** Resolves when the access log is written. */
  flush(): Promise<void> {
    return this.#log.flush();
  }

  async #answer(exchange: Exchange, variables: { [name: string]: string }): Promise<HttpReply> {
    try {
      return await this.#route(exchange, variables);
    } catch (error) {
      if (!(error instanceof GatewayError)) process.emitWarning(`the gateway failed: ${describe(error)}`);
      const known =
        error instanceof GatewayError ? error : new GatewayError('API_CONFIGURATION_ERROR', 'Internal server error');
      variables['error.responseType'] = known.responseType;
      variables['error.message'] = known.message;
      return this.#responses.render(known, headerOf(exchange.request, 'accept'), variables);
    }
  }

  async #route(exchange: Exchange, variables: { [name: string]: string }): Promise<HttpReply> {
    const { request } = exchange;
    if (request.body.byteLength > MAX_BODY_BYTES) throw new GatewayError('REQUEST_TOO_LARGE', 'Request Too Long');
    if (exchange.path === '') throw new GatewayError('DEFAULT_4XX', 'Forbidden');
    const match = matchRoute(this.#routes, request.method, exchange.path);
    if (match === undefined) throw new GatewayError('MISSING_AUTHENTICATION_TOKEN', 'Missing Authentication Token');
    variables['resourcePath'] = match.route.resourcePath;
    variables['resourceId'] = match.route.resourceId;
    if (!this.#throttle.admits(match.route)) throw new GatewayError('THROTTLED', 'Too Many Requests');
    const identity = await this.#identify(exchange, match);
    nameIdentity(identity, variables);
    this.#validation.check(request, match, exchange.query);
    const { integration } = match.route;
    if (integration.kind === 'mock')
      return { status: integration.status, headers: Object.entries(integration.headers), body: '' };
    return this.#integrate(integration, exchange, match, identity);
  }

  async #identify(exchange: Exchange, { route }: Match): Promise<Identity> {
    const authorization = headerOf(exchange.request, 'authorization');
    if (route.authorization === 'NONE') return { kind: 'anonymous' };
    if (route.authorization === 'COGNITO_USER_POOLS') {
      if (this.#parts.idTokens === undefined) throw new Error('expected a user pool for its authorizer');
      return { kind: 'claims', claims: await this.#parts.idTokens.verify(authorization) };
    }
    if (authorization === undefined)
      throw new GatewayError('MISSING_AUTHENTICATION_TOKEN', 'Missing Authentication Token');
    const caller = this.#signer(exchange.request);
    const arn = this.#methodArn(exchange.request.method, exchange.path);
    try {
      const source = { 'aws:SourceIp': exchange.request.sourceIp };
      this.#context.authorizer.authorize(caller, 'execute-api:Invoke', arn, source, this.#policy);
    } catch (error) {
      if (error instanceof AwsError) throw new GatewayError('ACCESS_DENIED', error.message);
      throw error;
    }
    return { kind: 'iam', caller, accessKeyId: /Credential=([^/]+)\//.exec(authorization)?.[1] ?? '' };
  }

  #signer(request: HttpRequest): Caller {
    try {
      return this.#parts.verifySignature(request).caller;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const expired = error.code.startsWith('ExpiredToken');
      throw new GatewayError(expired ? 'EXPIRED_TOKEN' : 'INVALID_SIGNATURE', error.message, { errorType: error.code });
    }
  }

  async #integrate(
    integration: Extract<Integration, { kind: 'lambda' }>,
    exchange: Exchange,
    match: Match,
    identity: Identity,
  ): Promise<HttpReply> {
    const sourceArn = this.#methodArn(match.route.httpMethod, match.route.resourcePath);
    const event = proxyEvent(this.identity, exchange, match, identity);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const refuse = () => reject(new GatewayError('INTEGRATION_TIMEOUT', 'Endpoint request timed out'));
      timer = setTimeout(refuse, integration.timeoutMs);
    });
    try {
      const call = this.#parts.lambda.invokeForService(SERVICE_PRINCIPAL, sourceArn, integration.functionArn, event);
      return proxyReply(await Promise.race([call, timeout]));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      process.emitWarning(`the gateway cannot invoke ${integration.functionArn}: ${error.message}`);
      throw new GatewayError('API_CONFIGURATION_ERROR', 'Internal server error');
    } finally {
      clearTimeout(timer);
    }
  }

  #methodArn(method: string, path: string): string {
    const { region, accountId, apiId, stage } = this.identity;
    return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${method === 'ANY' ? '*' : method}${path}`;
  }

  #exchange(request: HttpRequest): Exchange {
    const mark = request.target.indexOf('?');
    const rawPath = mark < 0 ? request.target : request.target.slice(0, mark);
    const prefix = `/${this.identity.stage}`;
    const inside = rawPath === prefix || rawPath.startsWith(`${prefix}/`);
    return {
      request,
      requestId: randomUUID(),
      extendedRequestId: randomUUID().replaceAll('-', '').slice(0, 16),
      startedAtMs: this.#context.clock.nowMs(),
      path: inside ? rawPath.slice(prefix.length) || '/' : '',
      query: new URLSearchParams(mark < 0 ? '' : request.target.slice(mark + 1)),
    };
  }

  #variables(exchange: Exchange): { [name: string]: string } {
    const { accountId, apiId, stage } = this.identity;
    const variables: ContextVariables = {
      accountId,
      apiId,
      stage,
      requestId: exchange.requestId,
      extendedRequestId: exchange.extendedRequestId,
      httpMethod: exchange.request.method,
      path: `/${stage}${exchange.path}`,
      protocol: 'HTTP/1.1',
      requestTime: requestTime(exchange.startedAtMs),
      requestTimeEpoch: String(exchange.startedAtMs),
      'identity.sourceIp': exchange.request.sourceIp,
    };
    return { ...variables };
  }
}

function nameIdentity(identity: Identity, variables: { [name: string]: string }): void {
  if (identity.kind === 'iam') variables['identity.userArn'] = identity.caller.arn;
  if (identity.kind !== 'claims') return;
  for (const [name, value] of Object.entries(identity.claims)) variables[`authorizer.claims.${name}`] = value;
}

function only(resources: readonly Resource[], type: string): Resource {
  const [resource, second] = resources;
  if (resource === undefined || second !== undefined)
    throw new TypeError(`expected one ${type}, got ${resources.length}`);
  return resource;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
