import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { signRequest } from '../../../sdk/sign-request.ts';
import { temporaryFolder } from '../lambda/fixtures.ts';
import { writeApp } from './app.ts';

const PASSWORD = 'Correct horse 9!';
const folder = temporaryFolder();
const stateDir = join(folder.path, 'state');
let cdkOutDir: string;
let sandbox: Sandbox;

beforeAll(async () => {
  cdkOutDir = writeApp(folder.path);
  sandbox = await startSandbox({ cdkOutDir, stateDir });
  await sandbox.cognito.seedUser({
    username: 'ann',
    email: 'ann@bank.example',
    groups: ['approver'],
    password: PASSWORD,
  });
});
afterAll(async () => {
  await sandbox.close();
  folder.remove();
});

async function submit(value: string, roleName = 'agent'): Promise<{ status: number; body: Record<string, unknown> }> {
  const url = new URL(`${sandbox.apiUrl}/actions`);
  const body = JSON.stringify({ value });
  const signed = await signRequest(
    { method: 'POST', url, body },
    sandbox.credentialsFor(roleName),
    sandbox.region,
    new Date(sandbox.clock.nowMs()),
  );
  const reply = await fetch(url, { method: 'POST', headers: signed, body });
  return { status: reply.status, body: JSON.parse(await reply.text()) };
}

const log = (name: string) => readFileSync(join(stateDir, 'lambda', 'logs', `${name}.log`), 'utf8');

describe('startSandbox', () => {
  it('serves a signed request through a function to its table and back', async () => {
    const reply = await submit('hello');
    expect(reply).toEqual({
      status: 200,
      body: { value: 'hello', caller: 'arn:aws:sts::111122223333:assumed-role/agent/sandbox' },
    });
  });

  it('refuses a role that the templates do not let invoke the API', async () => {
    expect((await submit('hello', 'other')).status).toBe(403);
  });

  it('refuses credentials for a role that the templates do not have', () => {
    expect(() => sandbox.credentialsFor('nobody')).toThrow('expected a role of the templates, got `nobody`');
  });

  it('gives functions loopback addresses and only the rights of their own role', async () => {
    const reply = await fetch(`${sandbox.apiUrl}/page`);
    expect(await reply.json()).toEqual({
      base: sandbox.apiUrl,
      signIn: sandbox.signInUrl,
      denied: 'AccessDeniedException',
    });
  });

  it('delivers the stream to its reader when drained', async () => {
    await submit('streamed');
    await sandbox.drain();
    await expect.poll(() => log('archive')).toContain('streamed');
  });

  it('fires schedules on its clock', async () => {
    sandbox.clock.advance(60_000);
    await sandbox.drain();
    await expect.poll(() => log('sweep')).toContain('swept aws.events');
  });

  it('serves functions whose clock and credentials follow when the clock is moved by hours', async () => {
    sandbox.clock.advance(2 * 3_600_000);
    expect((await submit('later')).body).toMatchObject({ value: 'later' });
  });

  it('goes on with a waiting execution, on the same addresses, after a restart', async () => {
    expect((await submit('ask')).status).toBe(200);
    await sandbox.drain();
    const { apiUrl, endpointUrl, issuerUrl } = sandbox;
    await sandbox.close();
    sandbox = await startSandbox({ cdkOutDir, stateDir });
    expect(sandbox).toMatchObject({ apiUrl, endpointUrl, issuerUrl });
    const { idToken } = await sandbox.cognito.tokenFor('ann', PASSWORD);
    const reply = await fetch(`${sandbox.apiUrl}/decide`, { method: 'POST', headers: { authorization: idToken } });
    expect([reply.status, await reply.text()]).toEqual([200, '{"output":"\\"approver\\""}']);
    await sandbox.drain();
    const [machine] = sandbox.states.engine.machines;
    if (machine === undefined) throw new Error('expected the machine');
    const [execution] = sandbox.states.engine.executions(machine);
    expect(execution?.snapshot).toMatchObject({ status: 'SUCCEEDED', output: 'approver' });
  });

  it('refuses to start on a resource it does not know, naming it', async () => {
    const out = writeApp(join(folder.path, 'other'), { Odd: { Type: 'AWS::EC2::Instance', Properties: {} } });
    await expect(startSandbox({ cdkOutDir: out, stateDir: join(folder.path, 'odd') })).rejects.toThrow(/Odd/);
  });

  it('refuses to start on an integration it does not run, and keeps nothing running', async () => {
    const Properties = {
      RestApiId: { Ref: 'Api' },
      ResourceId: { Ref: 'pagePath' },
      HttpMethod: 'PUT',
      Integration: { Type: 'HTTP', Uri: 'x' },
    };
    const out = writeApp(join(folder.path, 'http'), { Odd: { Type: 'AWS::ApiGateway::Method', Properties } });
    await expect(startSandbox({ cdkOutDir: out, stateDir: join(folder.path, 'http-state') })).rejects.toThrow(
      'the sandbox does not know integration type `HTTP`',
    );
  });
});
