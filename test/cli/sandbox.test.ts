import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { poll } from '../../cli/demo/poll.ts';
import { type CliRun, cli } from '../support/cli-run.ts';
import { startSandboxProcess } from '../support/sandbox-process.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  world = await openSandboxWorld();
});
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true });
});

const run = (...argv: readonly string[]) => cli(world.env, ...argv);
const payment = (recipient: string, ...more: readonly string[]) =>
  run(
    'submit',
    'payment.send',
    '--resource',
    world.account,
    '--params',
    JSON.stringify({ recipient, amount: 4, subject: 'Refund', date: '2026-11-20' }),
    ...more,
  );
const toNewPayee = (...more: readonly string[]) => payment('DE02120300000000202051', ...more);

/** One JSON value on stdout, on one line, and nothing beside it. */
function expectOneValue({ out, err }: CliRun): void {
  expect(err).toBe('');
  expect(out.endsWith('\n') && out.trimEnd().split('\n').length === 1).toBe(true);
  expect(typeof JSON.parse(out)).toBe('object');
}

async function waiting(): Promise<string> {
  const asked = await toNewPayee('--json');
  expect(asked.exitCode).toBe(2);
  expectOneValue(asked);
  return String(asked.json()['actionId']);
}

/** Decides once people can see the request. */
async function decide(verb: 'approve' | 'reject', actionId: string, ...more: readonly string[]): Promise<CliRun> {
  return poll(`${actionId} to be decided`, async () => {
    const decided = await run(verb, actionId, '--reason', 'bill checked', ...more);
    return decided.out.includes('request_not_found') ? undefined : decided;
  });
}

describe('countersign sandbox', () => {
  it('refuses to start where one runs, and leaves that one alone', async () => {
    const argv = ['--port', '0', '--endpoint-port', '0'];
    await expect(startSandboxProcess(world.home, argv)).rejects.toThrow(/exit code 3: a sandbox runs here already/);
    expect((await payment('GB29NWBK60161331926819')).exitCode).toBe(0);
  });
});

describe('the commands of an agent', () => {
  it('submit ends with 0 when allowed, 2 when denied or people are asked, 3 on what the gate cannot read', async () => {
    const allowed = await payment('GB29NWBK60161331926819');
    expect([allowed.exitCode, allowed.err]).toEqual([0, '']);
    expect(allowed.out).toMatch(/^200 allowed {2}act_\w+\n[\s\S]* {2}recorded as agent\/\S+ #\d+\n$/);
    const denied = await run('submit', 'account.read-balance', '--resource', 'account/other', '--json');
    expect(denied.exitCode).toBe(2);
    expect(denied.json()).toMatchObject({ code: 'action_denied' });
    expectOneValue(denied);
    const asked = await toNewPayee();
    expect(asked.exitCode).toBe(2);
    expect(asked.out).toMatch(/“A payment to a payee [^”]+”\n {2}waits for 1 person\(s\) until /);
    expect((await run('submit', 'Payment Send', '--resource', 'account/1')).exitCode).toBe(3);
    const reused = ['--key', 'same-key', '--json'];
    expect((await toNewPayee(...reused)).exitCode).toBe(2);
    const other = await payment('FR7600009999888877776666', ...reused);
    expect([other.exitCode, other.json()['code']]).toEqual([3, 'idempotency_key_reused']);
  });

  it('act as the role that is named, if the sandbox has it', async () => {
    const other = await run(
      'submit',
      'account.list',
      '--resource',
      'customer/c1',
      '--as',
      'countersign-agent-service',
      '--json',
    );
    expect(JSON.stringify(other.json())).toContain('agent/111122223333:countersign-agent-service');
    const nobody = await run('submit', 'account.list', '--resource', 'customer/c1', '--as', 'countersign-agent-x');
    expect(nobody.exitCode).toBe(3);
    expect(nobody.err).toContain('expected one of the roles countersign-agent-payments');
  });

  it('status and redeem follow an action to its end', async () => {
    const actionId = await waiting();
    const before = await run('redeem', actionId, '--json');
    expect([before.exitCode, before.json()['status']]).toEqual([2, 'pending_approval']);
    expect((await decide('approve', actionId, '--as', 'ann')).out).toBe(`approved ${actionId}\n`);
    await poll('the envelopes', async () => {
      const { out } = await run('status', actionId);
      return out.includes('1 envelope(s) ready to redeem') ? true : undefined;
    });
    const redeemed = await run('redeem', actionId, '--json');
    expect([redeemed.exitCode, redeemed.json()['status']]).toEqual([0, 'redeemed']);
    expectOneValue(redeemed);
    expect((await run('redeem', actionId)).exitCode).toBe(2);
    const unknown = await run('status', 'act_unknown', '--json');
    expect([unknown.exitCode, unknown.json()['code']]).toEqual([3, 'action_not_found']);
    expectOneValue(unknown);
  });
});

describe('the commands of people', () => {
  it('approve and reject decide as whom --as names', async () => {
    const actionId = await waiting();
    const own = await decide('approve', actionId, '--as=olivia', '--json');
    expect([own.exitCode, own.json()['code']]).toEqual([2, 'self_approval']);
    expectOneValue(own);
    const listed = await run('approve', '--list', '--as', 'ann');
    expect(listed.exitCode).toBe(0);
    expect(listed.out).toContain(`${actionId}  payment.send  asked by Payments assistant, until `);
    expect(listed.out).toContain(`${world.sandbox.apiUrl}/approvals/${actionId}?mac=`);
    const rejected = await decide('reject', actionId, '--as', 'ben');
    expect([rejected.exitCode, rejected.out]).toEqual([0, `rejected ${actionId}\n`]);
    const stranger = await run('approve', '--list', '--as', 'bob');
    expect(stranger.exitCode).toBe(3);
    expect(stranger.err).toContain('expected one of the people olivia, ann');
    const late = await run('approve', actionId, '--reason', 'fine', '--as', 'ann', '--json');
    expect([late.exitCode, late.json()['code']]).toEqual([3, 'request_not_open']);
  });

  it('halt stops an agent at once and resume lets it work again', async () => {
    const balance = () => run('submit', 'account.read-balance', '--resource', world.account, '--json');
    expect((await balance()).exitCode).toBe(0);
    const halted = await run('halt', world.agentId, '--reason', 'unusual payees', '--as', 'rick', '--json');
    expect([halted.exitCode, halted.json()['changed']]).toEqual([0, true]);
    expectOneValue(halted);
    expect((await balance()).exitCode).toBe(2);
    expect((await run('resume', world.agentId, '--reason', 'mine', '--as', 'olivia')).exitCode).toBe(2);
    expect((await run('resume', world.agentId, '--reason', 'reviewed', '--as', 'rosa')).exitCode).toBe(0);
    expect((await balance()).exitCode).toBe(0);
  });

  it('veto stops every change and lets it go again', async () => {
    const raised = await run('veto', 'raise', '--reason', 'incident', '--as', 'rick', '--json');
    expectOneValue(raised);
    expect(raised.exitCode).toBe(0);
    expect((await payment('GB29NWBK60161331926819')).exitCode).toBe(2);
    expect((await run('veto', 'clear', '--reason', 'over', '--as', 'rosa')).exitCode).toBe(0);
    expect((await payment('GB29NWBK60161331926819')).exitCode).toBe(0);
  });
});

describe('the commands of operators and auditors', () => {
  it('load declares what a file says, and names what is wrong with it', async () => {
    const file = join(folder, 'registry.json');
    const units = [{ unitId: 'retail-banking', monthMicroUsd: '50000000', monthTokens: '100000000' }];
    writeFileSync(file, JSON.stringify({ units, agents: [], facts: [] }));
    const loaded = await run('load', file, '--json');
    expect([loaded.exitCode, loaded.json()]).toEqual([0, expect.objectContaining({ units: 1, changed: 0 })]);
    expectOneValue(loaded);
    writeFileSync(file, '{"units":[{"unitId":""}]}');
    const refused = await run('load', file);
    expect(refused.exitCode).toBe(3);
    expect(refused.err.length).toBeGreaterThan(10);
    const asAgent = await run('load', file, '--as', 'countersign-agent-payments');
    expect(asAgent.exitCode).toBe(2);
    expect(asAgent.err).toContain('AccessDenied');
  });

  it('verify, query and tail read the archive of the sandbox that runs here', async () => {
    await world.sandbox.drain();
    const verified = await run('verify', '--json');
    expect([verified.exitCode, verified.json()['ok']]).toEqual([0, true]);
    expectOneValue(verified);
    const rows = await run('query', 'refused-by-rule', '--json');
    expect([rows.exitCode, rows.json()['query']]).toEqual([0, 'refused-by-rule']);
    expectOneValue(rows);
    expect((await run('query', 'no-such-query')).exitCode).toBe(3);
    const asAgent = await run('query', '--role', 'countersign-agent-payments', '--json');
    expect([asAgent.exitCode, asAgent.out]).toEqual([2, '']);
    expect(asAgent.err).toContain('is not authorized to perform: athena:');
    const ledger = world.running.file.names.ledgerTable;
    const counts = await run('query', '--cross-check', '--table', ledger, '--json');
    expect([counts.exitCode, counts.json()['ok']]).toEqual([0, true]);
    const tail = await run('tail', '--lines', '3', '--json');
    expect(tail.exitCode).toBe(0);
    const lines = tail.out.trimEnd().split('\n');
    expect(lines.map((line) => typeof JSON.parse(line).hash)).toHaveLength(3);
    expect((await run('tail', '--table', ledger, '--chain', 'control', '--lines', '1')).out).toMatch(/control/);
  });
});
