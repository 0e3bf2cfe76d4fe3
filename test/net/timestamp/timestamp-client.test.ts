import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type TimestampClientOptions,
  TimestampFault,
  timestampClient,
} from '../../../net/timestamp/timestamp-client.ts';
import { verifyTimestamp } from '../../../net/timestamp/timestamp-verify.ts';
import { SANDBOX_TIMESTAMP_POLICY } from '../../../sandbox/timestamp-authority/answer-request.ts';
import {
  startTimestampAuthority,
  type TimestampAuthority,
} from '../../../sandbox/timestamp-authority/start-timestamp-authority.ts';
import { DATA, TIME_MS } from '../../support/timestamps.ts';

const REPLY_TYPE = { headers: { 'content-type': 'application/timestamp-reply' } };

const stateDir = mkdtempSync(join(tmpdir(), 'timestamp-client-'));
let authority: TimestampAuthority;
let nonces = 0;

beforeAll(async () => {
  authority = await startTimestampAuthority({ stateDir, clock: { nowMs: () => TIME_MS } });
});
afterAll(async () => {
  await authority.close();
  rmSync(stateDir, { recursive: true });
});

const client = (change: Partial<TimestampClientOptions> = {}) =>
  timestampClient({
    url: authority.url,
    trustAnchors: [authority.trustAnchorPem],
    timeoutMs: 20_000,
    attempts: 3,
    nonce: () => {
      nonces += 1;
      return Buffer.from(nonces.toString(16).padStart(16, '0'), 'hex');
    },
    fetch,
    ...change,
  });

/** What stamping fails with, and how many requests were made: `answers` in turn, the last one for all that follow. */
async function failureOf(
  answers: readonly ((real: typeof fetch, ...request: Parameters<typeof fetch>) => Promise<Response>)[],
  change: Partial<TimestampClientOptions> = {},
): Promise<readonly [string, number]> {
  let requests = 0;
  const fake: typeof fetch = (...request) => {
    const answer = answers[Math.min(requests, answers.length - 1)];
    requests += 1;
    if (answer === undefined) throw new Error('expected an answer');
    return answer(fetch, ...request);
  };
  const failure: unknown = await client({ fetch: fake, ...change })
    .stamp(DATA)
    .catch((error: unknown) => error);
  return [failure instanceof TimestampFault ? failure.code : `no fault: ${failure}`, requests];
}

const responds = (body: BodyInit | null, init: ResponseInit) => async () => new Response(body, init);

describe('a client of a timestamp authority', () => {
  it('returns the whole reply when it verifies', async () => {
    const reply = await client({ policy: SANDBOX_TIMESTAMP_POLICY }).stamp(DATA);
    const trustAnchors = [authority.trustAnchorPem];
    const policies = [SANDBOX_TIMESTAMP_POLICY];
    expect(verifyTimestamp(reply, DATA, { trustAnchors, policies })).toMatchObject({
      ok: true,
      value: { timeMs: TIME_MS, accuracyMs: 1000, subject: 'CN=Countersign sandbox timestamp authority' },
    });
  });

  it('asks again with another nonce when the authority did not answer', async () => {
    const bodies: unknown[] = [];
    const flaky: typeof fetch = async (url, init) => {
      bodies.push(init?.body);
      if (bodies.length === 1) throw new TypeError('fetch failed');
      if (bodies.length === 2) return new Response('busy', { status: 503 });
      return fetch(url, init);
    };
    const reply = await client({ fetch: flaky }).stamp(DATA);
    expect(verifyTimestamp(reply, DATA, { trustAnchors: [authority.trustAnchorPem] }).ok).toBe(true);
    const sent = bodies.map((body) => (body instanceof Uint8Array ? Buffer.from(body).toString('hex') : 'none'));
    expect([sent.length, new Set(sent).size]).toEqual([3, 3]);
  });

  it('gives up when the authority never answers', async () => {
    const never = () => Promise.reject(new TypeError('fetch failed'));
    expect(await failureOf([never])).toEqual(['unreachable', 3]);
    expect(await failureOf([responds('later', { status: 429 })])).toEqual(['unreachable', 3]);
  });

  it('gives up when an answer takes longer than it waits', async () => {
    const hangs = (_real: typeof fetch, _url: unknown, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    expect(await failureOf([hangs], { timeoutMs: 1, attempts: 2 })).toEqual(['unreachable', 2]);
  });

  it('refuses a reply to an earlier request', async () => {
    const earlier = await client().stamp(DATA);
    expect(await failureOf([responds(new Uint8Array(earlier), REPLY_TYPE)])).toEqual(['nonce_differs', 1]);
  });

  it('refuses a token that leads to another root', async () => {
    const other = mkdtempSync(join(tmpdir(), 'timestamp-client-other-'));
    const stranger = await startTimestampAuthority({ stateDir: other, clock: { nowMs: () => TIME_MS } });
    const redirected = (real: typeof fetch, _url: unknown, init?: RequestInit) => real(stranger.url, init);
    expect(await failureOf([redirected])).toEqual(['chain_untrusted', 1]);
    await stranger.close();
    rmSync(other, { recursive: true });
  });

  it('refuses the authority’s own refusal of a policy', async () => {
    const passed = (real: typeof fetch, ...request: Parameters<typeof fetch>) => real(...request);
    expect(await failureOf([passed], { policy: '1.2.3.4' })).toEqual(['not_granted', 1]);
  });

  it.each<[string, BodyInit | null, ResponseInit]>([
    ['of another type', '<html>', { headers: { 'content-type': 'text/html' } }],
    ['of no type', new Uint8Array(4), {}],
    ['with another status', null, { status: 404, ...REPLY_TYPE }],
    ['longer than any reply', new Uint8Array(65_537), REPLY_TYPE],
  ])('refuses an answer %s', async (_name, body, init) => {
    expect(await failureOf([responds(body, init)])).toEqual(['answer_invalid', 1]);
  });

  it('refuses a reply that is no token', async () => {
    expect(await failureOf([responds('not DER', REPLY_TYPE)])).toEqual(['malformed', 1]);
  });

  it('follows no redirect', async () => {
    const visited: (string | undefined)[] = [];
    const server = createServer((message, response) => {
      visited.push(message.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const passed = (real: typeof fetch, ...request: Parameters<typeof fetch>) => real(...request);
    expect(await failureOf([passed], { url: `http://127.0.0.1:${port}/` })).toEqual(['answer_invalid', 1]);
    expect(visited).toEqual(['/']);
    server.closeAllConnections();
    server.close();
  });
});
