import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Gateway } from '../../../sandbox/services/api-gateway/gateway.ts';
import { functionArn, roleArn } from '../lambda/fixtures.ts';
import { GatewayHarness, method, SIGNED } from './harness.ts';

let harness: GatewayHarness;
beforeEach(() => {
  harness = new GatewayHarness();
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterEach(() => {
  harness.dispose();
  vi.restoreAllMocks();
});

const JSON_BODY = { ...SIGNED, 'Content-Type': 'application/json' };

describe('routing', () => {
  it.each([
    ['/v1/actions/a%20b', 'get', { id: 'a%20b' }],
    ['/v1/actions/special', 'special', null],
    ['/v1/assets/css/site.css', 'asset', { file: 'css/site.css' }],
  ])('takes %s to function %s', async (target, name, pathParameters) => {
    expect((await harness.request('GET', target)).status).toBe(200);
    expect(harness.events.at(-1)?.functionArn).toBe(functionArn(name));
    expect(harness.event['pathParameters']).toEqual(pathParameters);
  });

  it.each([
    ['GET', '/v1/nowhere', 'MissingAuthenticationTokenException', '{"message":"Missing Authentication Token"}'],
    ['DELETE', '/v1/actions/1', 'MissingAuthenticationTokenException', '{"message":"Missing Authentication Token"}'],
    ['GET', '/other/actions/1', 'ForbiddenException', '{"message":"Forbidden"}'],
  ])('answers %s %s with 403 %s', async (httpMethod, target, errorType, body) => {
    const reply = await harness.request(httpMethod, target);
    expect(reply).toMatchObject({ status: 403, body });
    expect(reply.headers['x-amzn-errortype']).toBe(errorType);
  });

  it('answers a mock integration itself', async () => {
    const reply = await harness.request('OPTIONS', '/v1/control');
    expect(reply).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': '*' } });
    expect(harness.events).toEqual([]);
  });
});

describe('proxy event', () => {
  it('is payload format 1.0 of a signed request', async () => {
    const headers = { ...JSON_BODY, Host: '127.0.0.1:8080', 'User-Agent': 'agent/1' };
    await harness.request('POST', '/v1/actions?a=1&a=2&b=%20', headers, '{"type":"x"}');
    expect(harness.event).toMatchObject({
      resource: '/actions',
      path: '/actions',
      httpMethod: 'POST',
      queryStringParameters: { a: '2', b: ' ' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: [' '] },
      pathParameters: null,
      stageVariables: null,
      body: '{"type":"x"}',
      isBase64Encoded: false,
      headers: { 'User-Agent': 'agent/1', 'X-Forwarded-For': '127.0.0.1' },
      multiValueHeaders: { 'User-Agent': ['agent/1'] },
      requestContext: {
        accountId: '111122223333',
        apiId: 'abc123',
        stage: 'v1',
        path: '/v1/actions',
        resourcePath: '/actions',
        requestTime: '05/Jan/2026:09:00:00 +0000',
        requestTimeEpoch: harness.context.clock.nowMs(),
        identity: {
          userArn: 'arn:aws:sts::111122223333:assumed-role/countersign-agent-a/laptop',
          accountId: '111122223333',
          caller: expect.stringMatching(/^AROA[0-9A-F]{17}:laptop$/),
          accessKey: 'GOOD',
          sourceIp: '127.0.0.1',
        },
      },
    });
  });

  it('has null body and query where there are none, and no caller on an open route', async () => {
    await harness.request('GET', '/v1/actions/special');
    expect(harness.event).toMatchObject({
      body: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
    });
    expect(harness.event).toMatchObject({ requestContext: { identity: { userArn: null, caller: null } } });
  });

  it('carries the claims on a user pool route', async () => {
    await harness.request('GET', '/v1/control?level=1', { Authorization: 't', 'x-reason': 'r' });
    expect(harness.event).toMatchObject({
      requestContext: { authorizer: { claims: { sub: 'u-1', 'cognito:groups': 'approver,manager' } } },
    });
  });
});

describe('authorization', () => {
  it('asks for execute-api:Invoke on the method and path as called', async () => {
    await harness.request('POST', '/v1/actions', JSON_BODY, '{"type":"x"}');
    expect(harness.context.asked[0]).toBe(
      `${roleArn('countersign-agent-a')} execute-api:Invoke arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/POST/actions`,
    );
  });

  it('asks for the permission of the function with the method as source', async () => {
    await harness.request('GET', '/v1/actions/7');
    expect(harness.context.asked).toEqual([
      `apigateway.amazonaws.com invoke for arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/GET/actions/{id} ${functionArn('get')}`,
    ]);
  });

  it('answers 500 when the function has no permission for the API', async () => {
    harness.context.refused.add('invoke for arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/GET/actions/{id}');
    expect(await harness.request('GET', '/v1/actions/7')).toMatchObject({
      status: 500,
      body: '{"message":"Internal server error"}',
    });
  });

  it.each([
    [{}, 'MissingAuthenticationTokenException'],
    [{ Authorization: 'nonsense' }, 'InvalidSignatureException'],
    [{ Authorization: 'EXPIRED' }, 'ExpiredTokenException'],
  ])('refuses a signed route with headers %j', async (headers, errorType) => {
    const reply = await harness.request('POST', '/v1/actions', headers, '{"type":"x"}');
    expect(reply.status).toBe(403);
    expect(reply.headers['x-amzn-errortype']).toBe(errorType);
    expect(harness.events).toEqual([]);
  });

  it('refuses a caller whose role may not invoke', async () => {
    harness.context.refused.add('execute-api:Invoke');
    const reply = await harness.request('POST', '/v1/actions', JSON_BODY, '{"type":"x"}');
    expect(reply.status).toBe(403);
    expect(JSON.parse(reply.body).Message).toMatch(/not authorized to perform: execute-api:Invoke/);
  });
});

describe('validation', () => {
  it.each(['{"type":"far too long"}', '{}', '{"type":"x","more":1}', '{"type":"x","n":0}', '{', ''])(
    'refuses body %s',
    async (body) => {
      expect(await harness.request('POST', '/v1/actions', JSON_BODY, body)).toMatchObject({
        status: 400,
        body: '{"message":"Invalid request body"}',
      });
      expect(harness.events).toEqual([]);
    },
  );

  it('lets a body of an unmodelled content type through, as AWS does', async () => {
    const headers = { ...SIGNED, 'Content-Type': 'text/plain' };
    expect((await harness.request('POST', '/v1/actions', headers, 'free')).status).toBe(200);
  });

  it('names the required parameters that are missing', async () => {
    const reply = await harness.request('GET', '/v1/control', { Authorization: 't' });
    expect(reply).toMatchObject({
      status: 400,
      body: '{"message":"Missing required request parameters: [level, X-Reason]"}',
    });
  });

  it('refuses more than 10 MB', async () => {
    const reply = await harness.request('POST', '/v1/actions', JSON_BODY, 'x'.repeat(10 * 1024 * 1024 + 1));
    expect(reply).toMatchObject({ status: 413, body: '{"message":"Request Too Long"}' });
  });
});

describe('integration', () => {
  it('passes status, headers and several values of one header on', async () => {
    const payload = {
      statusCode: 403,
      headers: { 'Content-Type': 'text/html', X: 1 },
      multiValueHeaders: { 'Set-Cookie': ['a', 'b'] },
      body: '<p>',
    };
    harness.answer = async () => ({ payload: JSON.stringify(payload) });
    const reply = await harness.gateway.handle({
      method: 'GET',
      target: '/v1/actions/1',
      rawHeaders: [],
      body: Buffer.of(),
      sourceIp: '::1',
    });
    expect(reply.status).toBe(403);
    expect(reply.headers).toEqual(
      expect.arrayContaining([
        ['Content-Type', 'text/html'],
        ['X', '1'],
        ['Set-Cookie', 'a'],
        ['Set-Cookie', 'b'],
      ]),
    );
  });

  it.each([
    ['null'],
    ['"text"'],
    ['{"body":"x"}'],
    ['{"statusCode":200,"body":{"a":1}}'],
    ['{"statusCode":200,"headers":{"a":{}}}'],
  ])('answers 502 when the function replies %s', async (payload) => {
    harness.answer = async () => ({ payload });
    expect(await harness.request('GET', '/v1/actions/1')).toMatchObject({
      status: 502,
      body: '{"message":"Internal server error"}',
    });
  });

  it('answers 502 when the function fails', async () => {
    harness.answer = async () => ({ payload: '{"statusCode":200}', functionError: 'Unhandled' });
    expect((await harness.request('GET', '/v1/actions/1')).status).toBe(502);
  });

  it('answers 504 when the function takes longer than the integration allows', async () => {
    const slow = method('slow', 'control', 'PUT', {
      Integration: {
        Type: 'AWS_PROXY',
        TimeoutInMillis: 50,
        Uri: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${functionArn('slow')}/invocations`,
      },
    });
    const late = new GatewayHarness([slow]);
    late.answer = () => new Promise(() => undefined);
    expect(await late.request('PUT', '/v1/control')).toMatchObject({
      status: 504,
      body: '{"message":"Endpoint request timed out"}',
    });
    late.dispose();
  });

  it.each(['HTTP_PROXY', 'AWS'])('refuses to start on integration type %s', (Type) => {
    const unknown = method('other', 'control', 'PUT', { Integration: { Type, Uri: 'x' } });
    expect(() => new GatewayHarness([unknown])).toThrow(
      `Test/other: the sandbox does not know integration type \`${Type}\``,
    );
  });

  it('refuses to start without an API', () => {
    const context = { ...harness.context, assembly: { ...harness.context.assembly, byType: () => [] } };
    expect(
      () =>
        new Gateway(context, {
          lambda: { invokeForService: harness.answer },
          verifySignature: () => ({ caller: { arn: '', accountId: '' } }),
        }),
    ).toThrow('expected one AWS::ApiGateway::RestApi, got 0');
  });
});
