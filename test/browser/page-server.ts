import { createHash } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decide } from '../../core/approval/decide.ts';
import { linkMac } from '../../core/approval/link.ts';
import { decodeRequest } from '../../core/approval/request.ts';
import type { Person } from '../../core/approval/separation.ts';
import { decodeSlots, slotRefs } from '../../core/approval/slot.ts';
import { requestView } from '../../core/approval/view.ts';
import { assetReply, notFoundReply, pageReply } from '../../lambdas/approval-page/page.ts';
import { REFUSALS } from '../../lambdas/decide-approval/refusals.ts';
import type { Scene } from '../core/approval/scene.ts';
import { ACTION, requestRef } from '../core/approval/scene.ts';

const TOKEN_SECONDS = 1_800;

interface Reply {
  readonly statusCode: number;
  readonly headers?: { readonly [name: string]: string | number | boolean };
  readonly body: string;
}

/** The pages with a stand-in for API and sign-in, on loopback, over a real core and a store in memory. */
export interface PageServer {
  readonly baseUrl: string;
  readonly link: string;
  /** Who signs in next. */
  person: Person;
  /** What the next API call answers instead of the truth. */
  nextApiReply: Reply | undefined;
  readonly requests: string[];
  close(): Promise<void>;
}

export async function startPageServer(scene: Scene, person: Person): Promise<PageServer> {
  const challenges = new Map<string, { challenge: string; nonce: string }>();
  const signIn = await listen((request) => answerSignIn(request, challenges, () => server.person, scene));
  const settings = { baseUrl: '', signInUrl: urlOf(signIn), clientId: 'client-1' };
  const pages = await listen(async (request) => {
    server.requests.push(`${request.method} ${request.url}`);
    return answerPages(request, { ...settings, baseUrl: server.baseUrl }, scene, server);
  });
  const baseUrl = `${urlOf(pages)}/v1`;
  const item = scene.store.get(requestRef);
  if (item === undefined) throw new Error('expected an open request');
  const server: PageServer = {
    baseUrl,
    link: `${baseUrl}/approvals/${ACTION}?mac=${linkMac(decodeRequest(item).linkKey, ACTION)}`,
    person,
    nextApiReply: undefined,
    requests: [],
    close: async () => {
      await Promise.all([pages, signIn].map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
  return server;
}

async function answerPages(
  request: IncomingMessage,
  settings: Parameters<typeof pageReply>[0],
  scene: Scene,
  server: PageServer,
): Promise<Reply> {
  const { pathname } = new URL(request.url ?? '/', settings.baseUrl);
  const [, , kind, name = '', verb] = pathname.split('/');
  if (kind === 'assets') return reply(assetReply(name) ?? notFoundReply(settings));
  if (kind === 'sign-in') return reply(pageReply(settings));
  if (kind === 'approvals') return reply(name === ACTION ? pageReply(settings, name) : notFoundReply(settings));
  if (kind !== 'approval-requests') return reply(notFoundReply(settings));
  const { nextApiReply } = server;
  server.nextApiReply = undefined;
  if (nextApiReply !== undefined) return nextApiReply;
  return verb === 'decision' ? answerDecision(request, scene) : answerView(request, scene);
}

async function answerView(request: IncomingMessage, scene: Scene): Promise<Reply> {
  const [item, ...slots] = await scene.store.read([requestRef, ...slotRefs(ACTION)]);
  if (item === undefined) return json(404, { detail: 'there is no such approval request' });
  return json(200, requestView(decodeRequest(item), decodeSlots(slots), personOf(request), scene.clock.nowMs()));
}

async function answerDecision(request: IncomingMessage, scene: Scene): Promise<Reply> {
  const person = personOf(request);
  const decided = await decide(scene, { actionId: ACTION, person, ...JSON.parse(await bodyOf(request)) });
  if (decided.ok) return json(200, decided.value);
  const { status, detail } = REFUSALS[decided.problem.code];
  return json(status, { detail, code: decided.problem.code });
}

/** The stand-in for the authorizer, which checks the token's signature; here there is none. */
function personOf(request: IncomingMessage): Person {
  const [, payload = ''] = (request.headers.authorization ?? '').split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  return { subject: claims.sub, aliases: [claims.email], groups: claims['cognito:groups'] };
}

async function answerSignIn(
  request: IncomingMessage,
  challenges: Map<string, { challenge: string; nonce: string }>,
  who: () => Person,
  scene: Scene,
): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://sign-in.example');
  if (url.pathname === '/oauth2/authorize') {
    const asked = url.searchParams;
    if (asked.get('code_challenge_method') !== 'S256') return json(400, {});
    challenges.set('code-1', { challenge: asked.get('code_challenge') ?? '', nonce: asked.get('nonce') ?? '' });
    const location = `${asked.get('redirect_uri')}?code=code-1&state=${asked.get('state')}`;
    return { statusCode: 302, headers: { location }, body: '' };
  }
  const form = new URLSearchParams(await bodyOf(request));
  const known = challenges.get(form.get('code') ?? '');
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (known === undefined || known.challenge !== challenge) return json(400, { error: 'invalid_grant' });
  const person = who();
  const claims = {
    sub: person.subject,
    email: person.aliases.at(-1),
    'cognito:groups': person.groups,
    nonce: known.nonce,
    exp: Math.floor(scene.clock.nowMs() / 1000) + TOKEN_SECONDS,
  };
  const token = ['{}', JSON.stringify(claims), ''].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return json(200, { id_token: token });
}

function reply({ statusCode, headers, body }: ReturnType<typeof pageReply>): Reply {
  return { statusCode, ...(headers !== undefined && { headers }), body };
}

function json(statusCode: number, body: object): Reply {
  const headers = { 'content-type': 'application/json', 'access-control-allow-origin': '*' };
  return { statusCode, headers, body: JSON.stringify(body) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function listen(answer: (request: IncomingMessage) => Promise<Reply>): Promise<Server> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    answer(request)
      .catch((error: unknown) => ({ statusCode: 500, body: String(error) }) as Reply)
      .then(({ statusCode, headers, body }) => {
        const lines = Object.entries(headers ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
        response.writeHead(statusCode, Object.fromEntries(lines)).end(body);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function urlOf(server: Server): string {
  // A listening TCP server always has an address with a port.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
