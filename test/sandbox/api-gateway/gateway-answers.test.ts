import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resource } from '../lambda/fixtures.ts';
import { GatewayHarness, SIGNED } from './harness.ts';

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

describe('throttling', () => {
  it('answers 429 when a method has used its burst, until the clock refills it', async () => {
    const limited = new GatewayHarness([], {
      MethodSettings: [
        { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 },
        { HttpMethod: 'GET', ResourcePath: '/~1actions~1special', ThrottlingRateLimit: 100, ThrottlingBurstLimit: 100 },
      ],
    });
    const statuses = async (target: string, count: number) => {
      const replies = [];
      for (let n = 0; n < count; n += 1) replies.push((await limited.request('GET', target)).status);
      return replies;
    };
    expect(await statuses('/v1/actions/1', 3)).toEqual([200, 200, 429]);
    expect(await statuses('/v1/actions/special', 3)).toEqual([200, 200, 200]);
    limited.context.clock.advance(1000);
    expect(await statuses('/v1/actions/1', 2)).toEqual([200, 429]);
    limited.dispose();
  });
});

describe('gateway responses', () => {
  const custom = (ResponseType: string, properties: object) =>
    resource('AWS::ApiGateway::GatewayResponse', `r${ResponseType}`, { ResponseType, ...properties });

  it('uses the template, status and headers of the type, or else of its family', async () => {
    const changed = new GatewayHarness([
      custom('MISSING_AUTHENTICATION_TOKEN', {
        StatusCode: '404',
        ResponseParameters: {
          'gatewayresponse.header.Content-Type': "'application/problem+json'",
          'gatewayresponse.header.X-Id': 'context.requestId',
        },
        ResponseTemplates: {
          'application/json': '{"title":$context.error.messageString,"instance":"urn:request:$context.requestId"}',
        },
      }),
      custom('DEFAULT_4XX', {
        ResponseTemplates: {
          'application/json': '{"type":"$context.error.responseType","what":"$context.error.validationErrorString"}',
        },
      }),
    ]);
    const missing = await changed.request('GET', '/v1/nowhere');
    const id = missing.headers['x-amzn-requestid'];
    expect(missing).toMatchObject({ status: 404, headers: { 'content-type': 'application/problem+json', 'x-id': id } });
    expect(JSON.parse(missing.body)).toEqual({ title: 'Missing Authentication Token', instance: `urn:request:${id}` });
    const invalid = await changed.request('POST', '/v1/actions', JSON_BODY, '{}');
    expect(invalid.status).toBe(400);
    expect(JSON.parse(invalid.body)).toEqual({
      type: 'BAD_REQUEST_BODY',
      what: "[object must have required property 'type']",
    });
    changed.dispose();
  });

  it('refuses to start on a template it cannot fill', () => {
    expect(
      () => new GatewayHarness([custom('THROTTLED', { ResponseTemplates: { 'application/json': '#set($a = 1)' } })]),
    ).toThrow('only knows $context variables');
  });
});

describe('access log', () => {
  it('has a line per request in the format of the stage', async () => {
    const Format =
      '{"route":"$context.httpMethod $context.resourcePath","status":"$context.status","caller":"$context.identity.userArn","error":"$context.error.responseType"}';
    const logged = new GatewayHarness([], { AccessLogSetting: { Format } });
    await logged.request('POST', '/v1/actions', JSON_BODY, '{}');
    await logged.gateway.flush();
    expect(JSON.parse(readFileSync(join(logged.folder.path, 'access.log'), 'utf8'))).toEqual({
      route: 'POST /actions',
      status: '400',
      caller: 'arn:aws:sts::111122223333:assumed-role/countersign-agent-a/laptop',
      error: 'BAD_REQUEST_BODY',
    });
    logged.dispose();
  });
});
