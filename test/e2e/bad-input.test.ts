import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import { type RawReply, type RawRequest, sendRaw, signed } from '../support/raw-request.ts';
import { balance, newPayeePayment, pending } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;
let actionId: string;
let before: Awaited<ReturnType<SandboxWorld['fingerprint']>>;

beforeAll(async () => {
  world = await openSandboxWorld();
  actionId = await pending(world.agent(), newPayeePayment(world));
  before = await world.fingerprint();
});
afterAll(async () => world?.close());

/** Nothing of the inside: no stack, no path, no name of a table, function or library. */
const INSIDE = /\bat \w+ \(|node_modules|\.m?[jt]s\b|Countersign(Data|Gate|Keys)|dynamo|lambda|valibot|ajv/i;

function expectProblem(reply: RawReply, status: number, code: string): void {
  expect(`${reply.status} ${String(reply.body['code'])}`).toBe(`${status} ${code}`);
  expect(reply.contentType).toContain('application/problem+json');
  expect(reply.body['status']).toBe(status);
  expect(String(reply.body['detail'] ?? reply.body['title']).length).toBeGreaterThan(5);
  expect(reply.text).not.toMatch(INSIDE);
}

const post = (path: string, body: string): RawRequest => ({ method: 'POST', path, body });
const submission = (changes: JsonObject): string => JSON.stringify({ ...balance(world), ...changes });
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('a body', () => {
  const raw: readonly (readonly [string, string, number, string])[] = [
    ['nothing', '', 400, 'body_invalid'],
    ['no JSON', 'type=payment.send', 400, 'body_invalid'],
    ['cut off', '{"type":"payment.send"', 400, 'body_invalid'],
    ['a list', '[]', 400, 'body_invalid'],
    ['null', 'null', 400, 'body_invalid'],
    ['two values', '{}{}', 400, 'body_invalid'],
    ['a byte order mark', '\ufeff{}', 400, 'body_invalid'],
    ['11 MB', `{"type":"${'x'.repeat(11 * 1024 * 1024)}"}`, 413, 'too_large'],
  ];
  it.each(raw)('of %s is refused', async (_what, body, status, code) => {
    expectProblem(await sendRaw(world, await signed(world, post('/actions', body))), status, code);
  });

  const members: readonly (readonly [string, JsonObject | (() => string), string])[] = [
    ['an unknown member', { approved: true }, 'body_invalid'],
    [
      'a member of the prototype',
      () => submission({}).replace('"params":{}', '"params":{"__proto__":{"a":1}}'),
      'malformed_body',
    ],
    ['a number as type', { type: 1 }, 'body_invalid'],
    ['a type with capital letters', { type: 'Account.Read-Balance' }, 'invalid_body'],
    ['a list as params', { params: [] }, 'body_invalid'],
    ['params as text', { params: '{}' }, 'body_invalid'],
    ['a resource without kind', { resource: 'DE89370400440532013000' }, 'invalid_body'],
    ['a resource with a line break', { resource: 'account/DE89\n37' }, 'invalid_body'],
    ['a resource with a bidirectional override', { resource: 'account/DE\u202e98' }, 'invalid_body'],
    ['an endless resource', { resource: `account/${'1'.repeat(600)}` }, 'body_invalid'],
    ['an empty session id', { sessionId: '' }, 'body_invalid'],
    ['a session id with NUL', { sessionId: 'a\u0000b' }, 'invalid_body'],
    ['a session id with a space', { sessionId: 'a b' }, 'invalid_body'],
    ['a session id of look-alike letters', { sessionId: 'sеssion' }, 'invalid_body'],
    ['a key with a bidirectional override', { idempotencyKey: 'key\u202e1' }, 'invalid_body'],
    ['a key of full-width letters', { idempotencyKey: 'ｋｅｙ' }, 'invalid_body'],
    ['a key of 129 characters', { idempotencyKey: 'k'.repeat(129) }, 'body_invalid'],
    ['null as key', { idempotencyKey: null }, 'body_invalid'],
    ['a lone surrogate', () => submission({ params: { note: 'x' } }).replace('"x"', '"\\ud800"'), 'malformed_body'],
    [
      'a lone surrogate as a name',
      () => submission({}).replace('"params":{}', '"params":{"\\udc00":1}'),
      'malformed_body',
    ],
    [
      'a number without end',
      () => submission({}).replace('"params":{}', '"params":{"amount":1e999}'),
      'malformed_body',
    ],
    ['17 levels', () => submission({}).replace('"params":{}', `"params":${nested(17)}`), 'malformed_body'],
    ['10,000 levels', () => submission({}).replace('"params":{}', `"params":${nested(10_000)}`), 'malformed_body'],
  ];
  it.each(members)('with %s is refused', async (_what, change, code) => {
    const body = typeof change === 'function' ? change() : submission(change);
    expectProblem(await sendRaw(world, await signed(world, post('/actions', body))), 400, code);
  });

  it('without one of its members is refused', async () => {
    for (const name of Object.keys(balance(world))) {
      const { [name]: _left, ...rest }: JsonObject = { ...balance(world) };
      const reply = await sendRaw(world, await signed(world, post('/actions', JSON.stringify(rest))));
      expectProblem(reply, 400, 'body_invalid');
    }
  });

  it('of more than 64 KiB is refused by its size', async () => {
    const body = submission({ params: { note: '' } });
    const full = body.replace('"note":""', `"note":"${'x'.repeat(65_537 - body.length)}"`);
    expect(Buffer.byteLength(full)).toBe(65_537);
    expectProblem(await sendRaw(world, await signed(world, post('/actions', full))), 413, 'body_too_large');
  });

  it.each([
    ['redeem', '{"envelopes":[]}', 'body_invalid'],
    ['redeem', '{"envelopes":[{"payload":"e30","mac":"e30"}]}', 'body_invalid'],
    ['redeem', '{"envelopes":[{"payload":"e30=","mac":"e30","signature":"e30"}]}', 'body_invalid'],
    [
      'redeem',
      `{"envelopes":[${Array(3).fill('{"payload":"e30","mac":"e30","signature":"e30"}').join()}]}`,
      'body_invalid',
    ],
    ['outcome', '{"result":"done"}', 'body_invalid'],
    ['outcome', '{"result":"succeeded","usage":{"inputTokens":-1,"outputTokens":0}}', 'body_invalid'],
    ['outcome', '{"result":"succeeded","usage":{"inputTokens":1.5,"outputTokens":0}}', 'body_invalid'],
    ['cancel', '{"reason":""}', 'body_invalid'],
    ['cancel', '{"reason":"   "}', 'invalid_body'],
    ['cancel', '{"reason":"line\\nbreak"}', 'invalid_body'],
    ['cancel', '{"reason":"left\\u202eright"}', 'invalid_body'],
  ])('of %s as %s is refused', async (verb, body, code) => {
    expectProblem(await sendRaw(world, await signed(world, post(`/actions/${actionId}/${verb}`, body))), 400, code);
  });
});

describe('a body of a person', () => {
  const digest = 'd'.repeat(64);
  const decide = () => `/approval-requests/${actionId}/decision`;
  it.each([
    [decide, { decision: 'maybe', reason: 'fine', digest }, 'body_invalid'],
    [decide, { decision: 'approve', reason: 'fine' }, 'body_invalid'],
    [decide, { decision: 'approve', reason: 'fine', digest: digest.toUpperCase() }, 'body_invalid'],
    [decide, { decision: 'approve', reason: 'fine', digest, as: 'mara' }, 'body_invalid'],
    [decide, { decision: 'approve', reason: ' ', digest }, 'invalid_body'],
    [decide, { decision: 'approve', reason: 'x'.repeat(501), digest }, 'invalid_body'],
    [decide, { decision: 'approve', reason: 'yes\u202eno', digest }, 'invalid_body'],
    [() => '/control/risk-level', { level: 0, reason: 'calm' }, 'body_invalid'],
    [() => '/control/risk-level', { level: 6, reason: 'storm' }, 'body_invalid'],
    [() => '/control/risk-level', { level: '3', reason: 'wind' }, 'body_invalid'],
    [() => '/control/veto', {}, 'body_invalid'],
    [() => '/agents/a%20b/halt', { reason: 'odd' }, 'invalid_path'],
  ])('to %s of %j is refused', async (path, body, code) => {
    const authorization = await world.idToken(path === decide ? 'ann' : 'rick');
    const headers = { authorization, 'content-type': 'application/json' };
    const reply = await sendRaw(world, { method: 'POST', path: path(), headers, body: JSON.stringify(body) });
    expectProblem(reply, 400, code);
  });
});

describe('a path', () => {
  it.each([
    ['/actions/..%2f..%2ftools', 404, 'action_not_found'],
    ['/actions/a%00b', 400, 'invalid_path'],
    ['/actions/a%20b', 400, 'invalid_path'],
    ['/actions/%E2%80%AEact', 400, 'invalid_path'],
    [`/actions/${'a'.repeat(129)}`, 400, 'invalid_path'],
    ['/actions/act_nothing', 404, 'action_not_found'],
    ['/actions/ACTION%23act', 404, 'action_not_found'],
    ['/ledger/events/a%20b/proof', 400, 'invalid_path'],
    ['/ledger/events/01JD3Q0000000000000000000A/proof', 404, 'event_not_found'],
    ['/ledger/events/act_nothing/proof', 404, 'event_not_found'],
    ['/actions/', 403, 'route_or_credentials_missing'],
    ['/Actions', 403, 'route_or_credentials_missing'],
    ['/nothing', 403, 'route_or_credentials_missing'],
    ['/actions/a/b/c', 403, 'route_or_credentials_missing'],
  ])('%s is answered with %d', async (path, status, code) => {
    expectProblem(await sendRaw(world, await signed(world, { method: 'GET', path })), status, code);
  });

  it.each([
    '/actions/%',
    '/actions/%zz',
    '/actions/%c3%28',
    '/actions/../tools',
    '/tools?%zz=1',
    '/tools?a=%',
    '//actions',
  ])('%s is refused, not stumbled over', async (path) => {
    const { headers } = await signed(world, { method: 'GET', path: '/tools' });
    const reply = await sendRaw(world, { method: 'GET', path, ...(headers !== undefined && { headers }) });
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    expect(reply.text).not.toMatch(INSIDE);
  });

  it.each([
    ['DELETE', '/actions'],
    ['PUT', '/tools'],
    ['PATCH', '/actions/act_x'],
    ['POST', '/tools'],
    ['GET', '/sessions/s/close'],
  ])('with the wrong method %s %s is refused', async (method, path) => {
    expectProblem(await sendRaw(world, await signed(world, { method, path })), 403, 'route_or_credentials_missing');
  });
});

describe('all of that', () => {
  it('changed nothing and was never an error of the service', async () => {
    expect(await world.fingerprint()).toEqual(before);
    expect(world.logs()).not.toContain('"level":"ERROR"');
  });
});
