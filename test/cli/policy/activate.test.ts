import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandIo } from '../../../cli/command.ts';
import { activateCommand } from '../../../cli/policy/activate.ts';
import { activeCommand } from '../../../cli/policy/active.ts';
import { publishCommand } from '../../../cli/policy/publish.ts';
import { releaseOf } from '../../support/bundles.ts';
import { controlIo } from '../control-io.ts';

const SECOND = releaseOf(2);
const ACTIVE = { hash: SECOND.hash, sequence: 2 };

let folder = '';
let file = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  file = join(folder, 'bundle.json');
  writeFileSync(file, SECOND.bytes);
});
afterAll(() => rmSync(folder, { recursive: true }));

type Reply = readonly [status: number, body: object];

/** A gate that gives each route's replies in order, the last one again and again. */
function gate(routes: { readonly [route: string]: readonly Reply[] }) {
  const out: string[] = [];
  const sent: { readonly route: string; readonly body: unknown }[] = [];
  const left = new Map(Object.entries(routes).map(([route, replies]) => [route, [...replies]]));
  const io: CommandIo = {
    stdout: (text) => out.push(text),
    stderr: (text) => out.push(text),
    env: {
      COUNTERSIGN_API_URL: 'https://gate.example/v1',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
    fetch: async (url, init) => {
      const route = `${init?.method} ${new URL(String(url)).pathname.slice('/v1'.length)}`;
      sent.push({ route, body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined });
      const replies = left.get(route) ?? [];
      const [status, body] = (replies.length > 1 ? replies.shift() : replies[0]) ?? [
        500,
        { code: `unexpected ${route}` },
      ];
      return new Response(JSON.stringify(body), { status });
    },
  };
  return { io, out, sent, routes: () => sent.map(({ route }) => route) };
}

const SUBMIT = 'POST /actions';
const STATUS = 'GET /actions/act_1';
const REDEEM = 'POST /actions/act_1/redeem';
const ACTIVATE = 'POST /policy/activations';
const asked: Reply = [202, { actionId: 'act_1', status: 'pending_approval' }];
const standing = (status: string, more: object = {}): Reply => [200, { actionId: 'act_1', status, ...more }];
const envelope = { payload: 'e30', mac: 'e30', signature: 'e30' };
const done: Reply = [200, { changed: true, active: ACTIVE }];

describe('policy activate', () => {
  it('asks, waits, redeems and performs what people approved', async () => {
    const { io, out, sent, routes } = gate({
      [SUBMIT]: [asked],
      [STATUS]: [standing('pending_approval'), standing('approved', { envelopes: [envelope] })],
      [REDEEM]: [standing('redeemed')],
      [ACTIVATE]: [done],
    });
    expect(await activateCommand([file], io)).toBe(0);
    expect(routes()).toEqual([SUBMIT, STATUS, STATUS, REDEEM, ACTIVATE]);
    expect(sent[0]?.body).toMatchObject({
      type: 'policy.activate',
      params: { bundleHash: SECOND.hash, sequence: 2 },
      resource: 'policy/active',
      idempotencyKey: `activate-${SECOND.hash}`,
    });
    expect(sent[3]?.body).toEqual({ envelopes: [envelope] });
    expect(sent[4]?.body).toEqual({ actionId: 'act_1', bundleHash: SECOND.hash, sequence: 2 });
    expect(out.join('')).toContain('countersign approve act_1');
    expect(out.join('')).toContain(`in force: ${SECOND.hash}, sequence 2`);
  });

  it.each(['redeemed', 'settled'])('goes on with a %s action without asking anyone', async (status) => {
    const { io, routes } = gate({ [SUBMIT]: [standing(status)], [STATUS]: [standing(status)], [ACTIVATE]: [done] });
    expect(await activateCommand([SECOND.hash, '--sequence', '2', '--json'], io)).toBe(0);
    expect(routes()).toEqual([SUBMIT, STATUS, ACTIVATE]);
  });

  it('says what waits and ends when it is not to wait', async () => {
    const { io, routes } = gate({ [SUBMIT]: [asked], [STATUS]: [standing('pending_approval')] });
    expect(await activateCommand([file, '--no-wait', '--key', 'again'], io)).toBe(2);
    expect(routes()).toEqual([SUBMIT, STATUS]);
  });

  it.each([
    ['people refuse', { [STATUS]: [standing('refused')] }, 2],
    [
      'the envelopes expired',
      {
        [STATUS]: [standing('approved', { envelopes: [envelope] })],
        [REDEEM]: [[410, { code: 'envelope_expired' }] as const],
      },
      3,
    ],
    [
      'the bundle is older',
      { [STATUS]: [standing('redeemed')], [ACTIVATE]: [[409, { code: 'bundle_downgrade' }] as const] },
      3,
    ],
  ])('fails when %s', async (_what, routes, exitCode) => {
    expect(await activateCommand([file], gate({ [SUBMIT]: [asked], ...routes }).io)).toBe(exitCode);
  });

  it('fails when the agent may not ask', async () => {
    const { io } = gate({ [SUBMIT]: [[403, { code: 'action_denied', actionId: 'act_1' }]] });
    expect(await activateCommand([file], io)).toBe(2);
  });

  it.each([[[]], [[SECOND.hash]], [['no-such-file']], [[SECOND.hash, '--sequence', '0']]])(
    'refuses the arguments %j',
    async (argv) => {
      await expect(activateCommand(argv, gate({}).io)).rejects.toMatchObject({ exitCode: 3 });
    },
  );
});

describe('policy active', () => {
  it.each([
    [{ activeBundle: ACTIVE }, `${SECOND.hash}, sequence 2`],
    [{ activeBundle: null }, 'deployed with the functions'],
  ])('shows the bundle in force when the gate says %j', async (body, line) => {
    const { io, out } = controlIo(200, body);
    expect(await activeCommand([], io)).toBe(0);
    expect(out.join('')).toContain(line);
  });

  it('is denied to someone without a group', async () => {
    expect(await activeCommand([], controlIo(403, { code: 'not_a_reader' }).io)).toBe(2);
  });
});

describe('policy publish', () => {
  it.each([[[]], [['no-such-file', '--to', 's3://bucket']]])('refuses the arguments %j', async (argv) => {
    await expect(publishCommand(argv, gate({}).io)).rejects.toMatchObject({ exitCode: 3 });
  });

  it.each([
    ['no place', []],
    ['a place that is no bucket', ['--to', 'archive']],
  ])('refuses %s', async (_what, argv) => {
    await expect(publishCommand([file, ...argv], gate({}).io)).rejects.toMatchObject({ exitCode: 3 });
  });
});
