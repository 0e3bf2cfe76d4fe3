import type { APIGatewayProxyEvent } from 'aws-lambda';

/** What a test says about a request; everything else is filled in. */
export interface ApiEventOptions {
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  /** Sent as is, instead of `body` as JSON. */
  readonly rawBody?: string;
  readonly pathParameters?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly userArn?: string;
  readonly claims?: Record<string, string>;
}

/** The role of the agent in tests, and the agent id it stands for. */
export const AGENT_ARN = 'arn:aws:sts::111122223333:assumed-role/countersign-agent-teller/session-1';
export const AGENT_ID = '111122223333:countersign-agent-teller';

/** A REST API proxy event as API Gateway builds it. */
export function apiEvent(options: ApiEventOptions = {}): APIGatewayProxyEvent {
  const path = options.path ?? '/actions';
  const identity = { sourceIp: '127.0.0.1', userArn: options.userArn ?? AGENT_ARN };
  return {
    resource: path,
    path,
    httpMethod: options.method ?? 'POST',
    headers: {},
    multiValueHeaders: {},
    pathParameters: options.pathParameters ?? null,
    queryStringParameters: options.query ?? null,
    multiValueQueryStringParameters: null,
    stageVariables: null,
    isBase64Encoded: false,
    body: options.rawBody ?? (options.body === undefined ? null : JSON.stringify(options.body)),
    requestContext: {
      accountId: '111122223333',
      apiId: 'api',
      stage: 'v1',
      requestId: 'request-1',
      protocol: 'HTTP/1.1',
      path: `/v1${path}`,
      httpMethod: options.method ?? 'POST',
      resourceId: 'resource',
      resourcePath: path,
      requestTimeEpoch: 0,
      authorizer: options.claims === undefined ? null : { claims: options.claims },
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        user: null,
        userAgent: null,
        ...identity,
      },
    },
  };
}
