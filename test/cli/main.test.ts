import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../support/cli-run.ts';

const COMMANDS = [
  'demo',
  'sandbox',
  'submit',
  'status',
  'redeem',
  'approve',
  'reject',
  'halt',
  'resume',
  'veto',
  'load',
  'verify',
  'query',
  'tail',
];

let home: string;
let env: { readonly [name: string]: string };

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  env = { COUNTERSIGN_HOME: home };
});
afterAll(() => rmSync(home, { recursive: true }));

describe('countersign', () => {
  it.each([[[]], [['help']], [['--help']]])('lists its commands when called with %j', async (argv) => {
    const { exitCode, out, err } = await cli(env, ...argv);
    expect([exitCode, err]).toEqual([0, '']);
    for (const name of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${name} +\\w`, 'm'));
    expect(out).toContain('0 ok, 1 failed, 2 denied or waiting, 3 bad input');
  });

  it.each(['sumbit', 'toString', '__proto__', ''])('names an unknown command `%s` and the known ones', async (name) => {
    const { exitCode, out, err } = await cli(env, name);
    expect([exitCode, out]).toEqual([3, '']);
    expect(err).toContain(`expected a command, got \`${name}\``);
    expect(err).toContain('submit');
  });

  it.each(COMMANDS)('%s --help says how it is called', async (name) => {
    const { exitCode, out } = await cli(env, name, '--help');
    expect(exitCode).toBe(0);
    expect(out).toContain(`countersign ${name}`);
  });

  it.each([
    ['submit'],
    ['submit', 'payment.send'],
    ['submit', 'payment.send', 'more', '--resource', 'account/1'],
    ['submit', 'payment.send', '--resource', 'account/1', '--params', '[]'],
    ['submit', 'payment.send', '--resource', 'account/1', '--params', '{'],
    ['submit', '--amount', '5'],
    ['status'],
    ['status', 'act_1', 'act_2'],
    ['redeem'],
    ['approve'],
    ['approve', 'act_1'],
    ['reject', 'act_1', 'act_2', '--reason', 'no'],
    ['approve', '--who', 'ann'],
    ['halt', '--reason', 'x'],
    ['veto', 'lift', '--reason', 'x'],
    ['load'],
    ['load', 'no-such-file.json'],
    ['sandbox', '--port', 'http'],
    ['sandbox', '--port', '70000'],
    ['sandbox', '--endpoint-port', '-1'],
    ['demo', 'faster'],
    ['query', 'a', 'b'],
    ['verify'],
    ['tail', '--lines', 'many', '.'],
  ])('is bad input: %s %s %s %s', async (...argv) => {
    const { exitCode, out, err } = await cli({ ...env, COUNTERSIGN_ID_TOKEN: 'token' }, ...argv);
    expect([exitCode, out]).toEqual([3, '']);
    expect(err.length).toBeGreaterThan(10);
    expect(err).not.toMatch(/\bat .*\.ts/);
  });

  it.each([
    ['submit', 'payment.send', '--resource', 'account/1'],
    ['status', 'act_1'],
    ['redeem', 'act_1'],
    ['approve', '--list', '--as', 'ann'],
    ['approve', 'act_1', '--reason', 'fine', '--as=ann'],
    ['halt', 'agent-1', '--reason', 'odd', '--as', 'rick'],
    ['query'],
  ])('says that no sandbox is running: %s', async (...argv) => {
    const { exitCode, out, err } = await cli(env, ...argv);
    expect([exitCode, out]).toEqual([3, '']);
    expect(err).toMatch(/expected a running sandbox \(`npm start`\)/);
  });

  it('says so when a sandbox ended without taking its file along', async () => {
    const signIn = { baseUrl: 'http://127.0.0.1:3', clientId: 'c', redirectUri: 'http://127.0.0.1:4' };
    const names = {
      archiveBucket: 'a',
      logBucket: 'l',
      ledgerTable: 'l',
      stateTable: 's',
      envelopeMacKeyId: 'm',
      envelopeSigningKeyId: 'e',
      logKeyId: 'lk',
      receiptKeyId: 'receipt-key',
    };
    const log = { verifierKey: 'v', witnessPolicy: 'p', trustAnchors: 't', certificationKey: 'c' };
    const urls = { apiUrl: 'http://127.0.0.1:1/v1', endpointUrl: 'http://127.0.0.1:2', signIn, region: 'eu-west-1' };
    // Process ids end below this on every Linux.
    const file = { ...urls, pid: 4_194_304, people: {}, roles: {}, names, log };
    const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
    writeFileSync(join(folder, 'sandbox.json'), JSON.stringify(file));
    const { exitCode, err } = await cli({ COUNTERSIGN_HOME: folder }, 'status', 'act_1');
    rmSync(folder, { recursive: true });
    expect(exitCode).toBe(3);
    expect(err).toContain('of one that ended');
  });

  it('names the cause when the gate cannot be reached', async () => {
    const remote = {
      COUNTERSIGN_API_URL: 'http://127.0.0.1:1/v1',
      AWS_REGION: 'eu-west-1',
      COUNTERSIGN_ID_TOKEN: 'token',
    };
    const { exitCode, out, err } = await cli(remote, 'approve', '--list');
    expect([exitCode, out]).toEqual([1, '']);
    expect(err).toMatch(/fetch failed: .+/);
  });

  it('asks for what a deployment on AWS needs', async () => {
    const remote = { COUNTERSIGN_API_URL: 'https://gate.example/v1' };
    expect((await cli(remote, 'status', 'act_1')).err).toContain('expected AWS_REGION');
    const regional = { ...remote, AWS_REGION: 'eu-west-1' };
    expect((await cli(regional, 'status', 'act_1')).err).toContain('AWS_ACCESS_KEY_ID');
    expect((await cli(regional, 'approve', '--list')).err).toContain('COUNTERSIGN_ID_TOKEN');
    expect((await cli(regional, 'approve', '--list', '--as', 'ann')).err).toContain('works with the sandbox only');
  });
});
