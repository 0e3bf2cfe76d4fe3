import { describe, expect, it } from 'vitest';
import { AgentClient, type AgentClientOptions } from '../../sdk/agent-client.ts';

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };

/** A client whose requests are answered from a list, the last one for ever. */
function givenClient(answers: readonly (Response | Error)[], options: Partial<AgentClientOptions> = {}) {
  const sent: Sent[] = [];
  const client = new AgentClient({
    baseUrl: 'https://gate.example/v1',
    region: 'eu-west-1',
    credentials: () => CREDENTIALS,
    nowMs: () => Date.UTC(2026, 10, 20, 9),
    fetch: async (url, init) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)];
      const { method = 'GET', headers, body } = init ?? {};
      sent.push({
        method,
        url: String(url),
        headers: new Headers(headers),
        body: typeof body === 'string' ? body : undefined,
      });
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('expected an answer');
      return answer.clone();
    },
    ...options,
  });
  return { client, sent };
}

const json = (status: number, body: object) => new Response(JSON.stringify(body), { status });
const ACTION = { type: 'a.b', params: { amount: 4 }, resource: 'account/1', sessionId: 's', idempotencyKey: 'k' };

describe('AgentClient', () => {
  it('signs every request by the clock it was given, with the session token', async () => {
    const { client, sent } = givenClient([json(200, { actionId: 'act_1' })]);
    expect(await client.submit(ACTION)).toEqual({ status: 200, body: { actionId: 'act_1' } });
    const [request] = sent;
    expect(request).toMatchObject({
      method: 'POST',
      url: 'https://gate.example/v1/actions',
      body: JSON.stringify(ACTION),
    });
    expect(request?.headers.get('x-amz-date')).toBe('20261120T090000Z');
    expect(request?.headers.get('x-amz-security-token')).toBe('session');
    expect(request?.headers.get('authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/20261120\/eu-west-1\/execute-api\/aws4_request, SignedHeaders=\S*host\S*, Signature=[0-9a-f]{64}$/,
    );
  });

  it('knows every route, and lets no id leave its place in the path', async () => {
    const { client, sent } = givenClient([json(200, {})]);
    const id = 'act/../1?x#y';
    await client.status(id);
    await client.redeem(id, []);
    await client.outcome(id, { result: 'failed' });
    await client.cancel(id, 'changed');
    await client.tools();
    await client.closeSession(id);
    await client.proof(id);
    const encoded = 'act%2F..%2F1%3Fx%23y';
    expect(sent.map(({ method, url, body }) => [method, url.replace('https://gate.example/v1', ''), body])).toEqual([
      ['GET', `/actions/${encoded}`, undefined],
      ['POST', `/actions/${encoded}/redeem`, '{"envelopes":[]}'],
      ['POST', `/actions/${encoded}/outcome`, '{"result":"failed"}'],
      ['POST', `/actions/${encoded}/cancel`, '{"reason":"changed"}'],
      ['GET', '/tools', undefined],
      ['POST', `/sessions/${encoded}/close`, '{}'],
      ['GET', `/ledger/events/${encoded}/proof`, undefined],
    ]);
  });

  it('gives the receipt as the text to keep, and none where the reply has none', async () => {
    const receipt = { v: '1', envelope: {}, epoch: 'AA==' };
    const { client } = givenClient([
      json(403, { code: 'c', receipt }),
      json(200, { receiptUnavailable: 'epoch_over' }),
    ]);
    const denied = await client.submit(ACTION);
    expect(JSON.parse(denied.receipt ?? '')).toEqual(receipt);
    expect(await client.submit(ACTION)).toEqual({ status: 200, body: { receiptUnavailable: 'epoch_over' } });
  });

  it('gives a proof as the text it is, and a problem as a problem', async () => {
    const text = 'c2sp.org/tlog-proof@v1\nindex 0\n\nlog\n1\n';
    const { client } = givenClient([new Response(text), json(409, { code: 'not_sequenced_yet' })]);
    expect(await client.proof('01')).toEqual({ status: 200, body: {}, proof: text });
    expect(await client.proof('01')).toEqual({ status: 409, body: { code: 'not_sequenced_yet' } });
  });

  it.each([200, 202, 400, 403, 404, 409, 410, 500])('gives status %d back as a value, at once', async (status) => {
    const { client, sent } = givenClient([json(status, { code: 'c' })]);
    expect(await client.tools()).toEqual({ status, body: { code: 'c' } });
    expect(sent).toHaveLength(1);
  });

  it.each([429, 503])('tries the same again after status %d', async (status) => {
    const { client, sent } = givenClient([json(status, {}), json(status, {}), json(200, { tools: [] })]);
    expect((await client.submit(ACTION)).status).toBe(200);
    expect(new Set(sent.map(({ body }) => body))).toEqual(new Set([JSON.stringify(ACTION)]));
    expect(sent).toHaveLength(3);
  });

  it('gives the refusal back when it lasts', async () => {
    const { client, sent } = givenClient([json(503, { code: 'contention' })]);
    expect(await client.tools()).toEqual({ status: 503, body: { code: 'contention' } });
    expect(sent).toHaveLength(3);
  });

  it('goes on after a transport fault, and throws it when it lasts', async () => {
    const once = givenClient([new TypeError('fetch failed'), json(200, {})]);
    expect((await once.client.tools()).status).toBe(200);
    const always = givenClient([new TypeError('fetch failed')]);
    await expect(always.client.tools()).rejects.toThrow('fetch failed');
    expect(always.sent).toHaveLength(3);
  });

  it('asks for credentials before every request, so that they can be renewed', async () => {
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      return { ...CREDENTIALS, accessKeyId: `AKIA${asked}` };
    };
    const { client, sent } = givenClient([json(503, {}), json(200, {})], { credentials });
    await client.tools();
    expect(sent.map(({ headers }) => /Credential=(\w+)/.exec(headers.get('authorization') ?? '')?.[1])).toEqual([
      'AKIA1',
      'AKIA2',
    ]);
  });

  it.each(['<html>Bad gateway</html>', '[1]', 'null', ''])(
    'shows what is no JSON object as detail: %s',
    async (text) => {
      const { client } = givenClient([new Response(text, { status: 502 })]);
      expect(await client.tools()).toEqual({ status: 502, body: { detail: text } });
    },
  );

  it('gives up when the gate takes longer than it may', async () => {
    const { client } = givenClient([], {
      timeoutMs: 5,
      fetch: (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
        }),
    });
    await expect(client.tools()).rejects.toThrow(/timeout|aborted/i);
  });
});
