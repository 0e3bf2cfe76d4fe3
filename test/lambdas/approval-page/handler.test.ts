import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { toAttributes } from '../../../aws/attribute-values.ts';
import { linkMac } from '../../../core/approval/link.ts';
import { decodeRequest } from '../../../core/approval/request.ts';
import type { Scene } from '../../core/approval/scene.ts';
import { ACTION, givenOpenRequest, requestRef } from '../../core/approval/scene.ts';
import { apiEvent } from '../../support/api-event.ts';
import { context, ENVIRONMENT } from '../approval-open/harness.ts';

for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
const dynamo = mockClient(DynamoDBClient);
const { handler } = await import('../../../lambdas/approval-page/handler.ts');

let scene: Scene;
let mac: string;
beforeEach(async () => {
  scene = await givenOpenRequest();
  const request = scene.store.get(requestRef) ?? {};
  mac = linkMac(decodeRequest(request).linkKey, ACTION);
  dynamo.reset();
  dynamo.on(BatchGetItemCommand).callsFake((input) => {
    const [key] = input.RequestItems.state.Keys;
    const item = { ...key, ...toAttributes(request) };
    return { Responses: { state: key.pk.S === `REQUEST#${ACTION}` ? [item] : [] } };
  });
});

const open = (query: Record<string, string> = {}, id = ACTION) =>
  handler(apiEvent({ method: 'GET', path: '/approvals/{id}', pathParameters: { id }, query }), context);

describe('approval-page', () => {
  it('serves the page for a genuine link, only reads, and shows nothing of the request', async () => {
    const reply = await open({ mac });
    expect(reply.statusCode).toBe(200);
    expect(reply.body).toContain(`data-request-id="${ACTION}"`);
    expect(reply.body).toContain('data-sign-in-url="https://sign-in.example"');
    expect(reply.body).toContain('src="/v1/assets/page.js"');
    expect(reply.body).not.toMatch(/\{\{|DE89|Payments|payment\.send/);
    expect(dynamo.calls().every((call) => call.args[0] instanceof BatchGetItemCommand)).toBe(true);
  });

  it('answers alike, byte for byte, when the link is altered, incomplete or of no request', async () => {
    const replies = await Promise.all([
      open({ mac: `${mac.slice(0, -2)}AA` }),
      open(),
      open({ mac }, 'act_other'),
      open({ mac }, 'with space'),
      open({ mac: `${mac}=` }),
    ]);
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404, 404]);
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
  });

  it('allows own scripts and styles only, connects to itself and sign-in only, and is framed by nobody', async () => {
    for (const reply of [await open({ mac }), await open()]) {
      expect(reply.headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      const policy = String(reply.headers?.['content-security-policy']).split('; ');
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "connect-src 'self' https://sign-in.example",
          "form-action 'none'",
          "frame-ancestors 'none'",
        ]),
      );
      expect(policy.join()).not.toContain('unsafe');
      expect(reply.body).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=/);
    }
  });

  it('serves the return page of the sign-in', async () => {
    const reply = await handler(
      apiEvent({ method: 'GET', path: '/sign-in', query: { code: 'c', state: 's' } }),
      context,
    );
    expect(reply.statusCode).toBe(200);
    expect(reply.body).toContain('data-view="sign-in"');
    expect(dynamo.calls()).toEqual([]);
  });

  it('serves every file the page names, with its type, and no other', async () => {
    const asset = (file: string) =>
      handler(apiEvent({ method: 'GET', path: '/assets/{file}', pathParameters: { file } }), context);
    for (const file of ['page.css', 'request.css']) {
      expect((await asset(file)).headers?.['content-type']).toBe('text/css; charset=utf-8');
    }
    const script = await asset('page.js');
    const imported = [...script.body.matchAll(/from '\.\/([\w-]+\.js)'/g)].map(([, file = '']) => file);
    expect(imported.length).toBeGreaterThan(3);
    for (const file of ['page.js', ...imported]) {
      expect(await asset(file)).toMatchObject({
        statusCode: 200,
        headers: { 'content-type': 'text/javascript; charset=utf-8' },
      });
    }
    for (const file of ['page.html', '../handler.ts', '..%2fpage.ts', 'constructor', '']) {
      expect((await asset(file)).statusCode).toBe(404);
    }
  });

  it('answers 503 when the table cannot be read', async () => {
    dynamo.on(BatchGetItemCommand).rejects(new Error('unreachable'));
    expect((await open({ mac })).statusCode).toBe(503);
  });
});
