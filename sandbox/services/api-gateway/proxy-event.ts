import { createHash } from 'node:crypto';
import type { Caller } from '../../contract.ts';
import { groupValues, type HttpRequest, headerOf } from './http-message.ts';
import type { Match } from './routes.ts';

/** Who a request comes from, once its authorizer has decided. */
export type Identity =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'iam'; readonly caller: Caller; readonly accessKeyId: string }
  | { readonly kind: 'claims'; readonly claims: { readonly [name: string]: string } };

/** What is the same for every request of an API. */
export interface ApiIdentity {
  readonly accountId: string;
  readonly apiId: string;
  readonly stage: string;
  readonly region: string;
}

/** One request on its way through the gateway. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly startedAtMs: number;
  /** Path below the stage, as sent; empty outside the stage. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Builds the Lambda proxy event, payload format 1.0. */
export function proxyEvent(api: ApiIdentity, exchange: Exchange, match: Match, identity: Identity): object {
  const { request } = exchange;
  const headers = groupValues([...request.rawHeaders, ...forwardedHeaders(exchange)]);
  const query = groupValues(exchange.query);
  const hasPath = Object.keys(match.pathParameters).length > 0;
  return {
    resource: match.route.resourcePath,
    path: exchange.path,
    httpMethod: request.method,
    headers: headers.single,
    multiValueHeaders: headers.multi,
    queryStringParameters: query.single,
    multiValueQueryStringParameters: query.multi,
    pathParameters: hasPath ? match.pathParameters : null,
    stageVariables: null,
    requestContext: requestContext(api, exchange, match, identity),
    body: request.body.byteLength === 0 ? null : Buffer.from(request.body).toString('utf8'),
    isBase64Encoded: false,
  };
}

function forwardedHeaders(exchange: Exchange): readonly (readonly [string, string])[] {
  const port = (headerOf(exchange.request, 'host') ?? '').split(':')[1] ?? '443';
  return [
    ['X-Amzn-Trace-Id', `Root=1-${exchange.requestId.slice(0, 8)}-${exchange.requestId.replaceAll('-', '').slice(8)}`],
    ['X-Forwarded-For', exchange.request.sourceIp],
    ['X-Forwarded-Port', port],
    ['X-Forwarded-Proto', 'http'],
  ];
}

function requestContext(api: ApiIdentity, exchange: Exchange, match: Match, identity: Identity): object {
  const domainName = `${api.apiId}.execute-api.${api.region}.amazonaws.com`;
  return {
    resourceId: match.route.resourceId,
    resourcePath: match.route.resourcePath,
    httpMethod: exchange.request.method,
    extendedRequestId: exchange.extendedRequestId,
    requestTime: requestTime(exchange.startedAtMs),
    path: `/${api.stage}${exchange.path}`,
    accountId: api.accountId,
    protocol: 'HTTP/1.1',
    stage: api.stage,
    domainPrefix: api.apiId,
    requestTimeEpoch: exchange.startedAtMs,
    requestId: exchange.requestId,
    identity: identityOf(exchange, identity),
    domainName,
    deploymentId: 'sandbox',
    apiId: api.apiId,
    ...(identity.kind === 'claims' ? { authorizer: { claims: identity.claims } } : {}),
  };
}

function identityOf(exchange: Exchange, identity: Identity): object {
  const iam = identity.kind === 'iam' ? identity : undefined;
  const principalId = iam === undefined ? null : principalIdOf(iam.caller);
  return {
    cognitoIdentityPoolId: null,
    accountId: iam?.caller.accountId ?? null,
    cognitoIdentityId: null,
    caller: principalId,
    sourceIp: exchange.request.sourceIp,
    principalOrgId: null,
    accessKey: iam?.accessKeyId ?? null,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: iam?.caller.arn ?? null,
    userAgent: headerOf(exchange.request, 'user-agent') ?? null,
    user: principalId,
  };
}

/** `AROA…:<session>`: a role's unique id, here derived from its ARN, and the session's name. */
function principalIdOf(caller: Caller): string {
  if (caller.roleArn === undefined) return caller.accountId;
  const digest = createHash('sha256').update(caller.roleArn).digest('hex').toUpperCase();
  return `AROA${digest.slice(0, 17)}:${caller.arn.slice(caller.arn.lastIndexOf('/') + 1)}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `09/Apr/2015:12:34:56 +0000`, the common log format. */
export function requestTime(atMs: number): string {
  const at = new Date(atMs);
  const day = String(at.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[at.getUTCMonth()] ?? ''}/${at.getUTCFullYear()}:${at.toISOString().slice(11, 19)} +0000`;
}
