import { AwsError, type Resource } from '../../../sandbox/contract.ts';
import { Gateway, type GatewayParts } from '../../../sandbox/services/api-gateway/gateway.ts';
import type { HttpReply } from '../../../sandbox/services/api-gateway/http-message.ts';
import type { InvokeResult } from '../../../sandbox/services/lambda/worker-thread.ts';
import {
  assemblyOf,
  callerOf,
  contextOf,
  functionArn,
  resource,
  roleArn,
  type TestContext,
  temporaryFolder,
} from '../lambda/fixtures.ts';

/** Properties of a method beyond its place. */
type MethodProperties = { readonly [name: string]: unknown };

const path = (id: string, parent: string, part: string): Resource =>
  resource('AWS::ApiGateway::Resource', id, { ParentId: parent, PathPart: part });

export function method(
  id: string,
  resourceId: string,
  httpMethod: string,
  properties: MethodProperties = {},
): Resource {
  const Uri = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${functionArn(id)}/invocations`;
  return resource('AWS::ApiGateway::Method', id, {
    ResourceId: resourceId,
    HttpMethod: httpMethod,
    AuthorizationType: 'NONE',
    Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri },
    ...properties,
  });
}

const SCHEMA = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  type: 'object',
  required: ['type'],
  additionalProperties: false,
  properties: { type: { type: 'string', maxLength: 10 }, n: { type: 'number', minimum: 0, exclusiveMinimum: true } },
};

const API: readonly Resource[] = [
  resource('AWS::ApiGateway::RestApi', 'api', {}, { ref: 'abc123', attributes: { RootResourceId: 'root' } }),
  path('actions', 'root', 'actions'),
  path('action', 'actions', '{id}'),
  path('special', 'actions', 'special'),
  path('assets', 'root', 'assets'),
  path('asset', 'assets', '{file+}'),
  path('control', 'root', 'control'),
  resource('AWS::ApiGateway::RequestValidator', 'validator', {
    ValidateRequestBody: true,
    ValidateRequestParameters: true,
  }),
  resource('AWS::ApiGateway::Model', 'Submit', { Schema: SCHEMA, ContentType: 'application/json' }),
  method('submit', 'actions', 'POST', {
    AuthorizationType: 'AWS_IAM',
    RequestValidatorId: 'validator',
    RequestModels: { 'application/json': 'Submit' },
  }),
  method('get', 'action', 'GET'),
  method('special', 'special', 'GET'),
  method('asset', 'asset', 'GET'),
  method('control', 'control', 'GET', {
    AuthorizationType: 'COGNITO_USER_POOLS',
    RequestValidatorId: 'validator',
    RequestParameters: {
      'method.request.querystring.level': true,
      'method.request.header.X-Reason': true,
      'method.request.querystring.other': false,
    },
  }),
  method('preflight', 'control', 'OPTIONS', {
    Integration: {
      Type: 'MOCK',
      IntegrationResponses: [
        { StatusCode: '204', ResponseParameters: { 'method.response.header.Access-Control-Allow-Origin': "'*'" } },
      ],
    },
  }),
];

export interface ReplyParts {
  readonly status: number;
  readonly headers: { readonly [lowerCaseName: string]: string };
  readonly body: string;
}

/** A gateway over a small API, with functions played by the test. */
export class GatewayHarness {
  readonly folder = temporaryFolder();
  readonly events: { readonly functionArn: string; readonly event: unknown }[] = [];
  readonly context: TestContext;
  readonly gateway: Gateway;
  /** What the function answers next. */
  answer: () => Promise<InvokeResult> = async () => ({ payload: JSON.stringify({ statusCode: 200, body: 'ok' }) });

  constructor(more: readonly Resource[] = [], stage: MethodProperties = {}) {
    const stageResource = resource('AWS::ApiGateway::Stage', 'stage', { StageName: 'v1', ...stage });
    this.context = contextOf(assemblyOf([...API, stageResource, ...more]), this.folder.path);
    const { authorizer } = this.context;
    const parts: GatewayParts = {
      lambda: {
        invokeForService: async (principal, sourceArn, target, event) => {
          authorizer.authorize(
            { arn: principal, accountId: '', servicePrincipal: principal },
            `invoke for ${sourceArn}`,
            target,
          );
          this.events.push({ functionArn: target, event });
          return this.answer();
        },
      },
      verifySignature: (request) => {
        const key = request.rawHeaders.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
        if (key.includes('EXPIRED')) throw new AwsError('ExpiredTokenException', 403, 'expired');
        if (!key.includes('GOOD')) throw new AwsError('InvalidSignatureException', 403, 'does not match');
        return { caller: callerOf(roleArn('countersign-agent-a'), 'laptop') };
      },
      idTokens: { verify: async () => ({ sub: 'u-1', 'cognito:groups': 'approver,manager' }) },
    };
    this.gateway = new Gateway(this.context, parts);
  }

  /** The event of the newest invocation. */
  get event(): Record<string, unknown> {
    return (this.events.at(-1)?.event ?? {}) as Record<string, unknown>;
  }

  async request(
    httpMethod: string,
    target: string,
    headers: Record<string, string> = {},
    body = '',
  ): Promise<ReplyParts> {
    const reply = await this.gateway.handle({
      method: httpMethod,
      target,
      rawHeaders: Object.entries(headers),
      body: Buffer.from(body),
      sourceIp: '127.0.0.1',
    });
    return parts(reply);
  }

  dispose(): void {
    this.folder.remove();
  }
}

export const SIGNED = {
  Authorization: 'AWS4-HMAC-SHA256 Credential=GOOD/20260105/eu-west-1/execute-api/aws4_request, Signature=1',
};

function parts(reply: HttpReply): ReplyParts {
  const headers = reply.headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  return { status: reply.status, headers: Object.fromEntries(headers), body: String(reply.body) };
}
