import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayServer } from '../../../sandbox/services/api-gateway/gateway-server.ts';
import { GatewayHarness } from './harness.ts';

let harness: GatewayHarness;
let server: GatewayServer;
beforeEach(() => {
  harness = new GatewayHarness();
  server = new GatewayServer(harness.gateway);
});
afterEach(async () => {
  await server.close();
  harness.dispose();
});

describe('GatewayServer', () => {
  it('answers over HTTP below the stage', async () => {
    const url = await server.listen();
    const reply = await fetch(`${url}/v1/actions/7`);
    expect([reply.status, await reply.text()]).toEqual([200, 'ok']);
    expect(reply.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('refuses a body over 10 MB by a reply of its own', async () => {
    const url = await server.listen();
    const reply = await fetch(`${url}/v1/actions`, { method: 'POST', body: 'x'.repeat(11 * 1024 * 1024) });
    expect(reply.status).toBe(413);
  });

  it('fails to listen on a port that is taken', async () => {
    const url = await server.listen();
    const second = new GatewayServer(harness.gateway);
    await expect(second.listen(Number(new URL(url).port))).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await second.close();
  });
});
