import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actionIn, envelopesOf } from '../../cli/demo/people-decide.ts';
import { poll } from '../../cli/demo/poll.ts';
import { sandboxFilePath } from '../../cli/deployment.ts';
import { SERVICE_ROLE } from '../../cli/sandbox/registry.ts';
import { AgentClient } from '../../sdk/agent-client.ts';
import { cli } from '../support/cli-run.ts';
import { balance, cardClosure, gist, newPayeePayment, pending, session } from '../support/requests.ts';
import { freePort, processesNaming, type SandboxProcess, startSandboxProcess } from '../support/sandbox-process.ts';
import { synthesizedApp } from '../support/synthesized-app.ts';

const home = mkdtempSync(join(tmpdir(), 'countersign-restart-'));
const env = { COUNTERSIGN_HOME: home };
const world = { account: 'account/DE89370400440532013000' };
let start: () => Promise<SandboxProcess>;
let sandbox: SandboxProcess;

beforeAll(async () => {
  const [api, endpoint] = [await freePort(), await freePort()];
  const app = await synthesizedApp();
  const argv = ['--app', app, '--port', String(api), '--endpoint-port', String(endpoint)];
  start = () => startSandboxProcess(home, argv);
  sandbox = await start();
});
afterAll(async () => {
  await sandbox?.stop();
  rmSync(home, { recursive: true, force: true });
});

function agent(roleName = 'countersign-agent-payments'): AgentClient {
  const { apiUrl, region, roles } = sandbox.file;
  const credentials = roles[roleName];
  if (credentials === undefined) throw new Error(`expected credentials of ${roleName}`);
  return new AgentClient({ baseUrl: apiUrl, region, credentials: () => credentials });
}

async function approve(person: string, actionId: string): Promise<void> {
  await poll(`${actionId} to be shown`, async () => {
    const { exitCode } = await cli(env, 'approve', actionId, '--as', person, '--reason', 'checked', '--json');
    return exitCode === 0 ? true : undefined;
  });
}

describe('a sandbox that is killed', () => {
  it('keeps its secrets to its owner', () => {
    for (const name of ['sandbox.json', 'people.json']) expect(statSync(join(home, name)).mode & 0o077).toBe(0);
  });

  it('goes on where it stopped: what was acknowledged is there, and what waits can be decided', async () => {
    const [one, two, ready, deciding] = [
      await pending(agent(), newPayeePayment(world)),
      await pending(agent(SERVICE_ROLE), cardClosure()),
      await pending(agent(), newPayeePayment(world)),
      await pending(agent(), newPayeePayment(world)),
    ];
    await approve('ann', two);
    await approve('ann', ready);
    const sealed = await envelopesOf(agent(), ready);
    const sessionId = session();
    const asked = Array.from({ length: 24 }, () => ({ ...balance(world), sessionId }));
    const acknowledged = new Map<string, string>();
    const inFlight = asked.map(async (action) => {
      const { status, body } = await agent().submit(action);
      if (status === 200) acknowledged.set(action.idempotencyKey, String(body['actionId']));
    });
    const decision = cli(env, 'approve', deciding, '--as', 'ben', '--reason', 'checked', '--json');
    await Promise.race(inFlight);
    const before = sandbox.file;
    await sandbox.kill();
    await Promise.allSettled(inFlight);
    const { exitCode: decided } = await decision;
    await poll('the database process to end', async () => (processesNaming(home).length === 0 ? true : undefined));

    sandbox = await start();
    expect(sandbox.file).toMatchObject({
      apiUrl: before.apiUrl,
      endpointUrl: before.endpointUrl,
      people: before.people,
    });
    expect(acknowledged.size).toBeGreaterThan(0);
    for (const actionId of acknowledged.values()) expect(gist(await agent().status(actionId))).toBe('200 allowed');
    for (const action of asked) {
      const { status, body } = await agent().submit(action);
      expect(status).toBe(200);
      expect(acknowledged.get(action.idempotencyKey) ?? body['actionId']).toBe(body['actionId']);
    }
    expect(gist(await agent().redeem(ready, sealed))).toBe('200 redeemed');
    expect(gist(await agent().redeem(ready, sealed))).toBe('409 already_redeemed');

    if (decided !== 0) await approve('ben', deciding);
    expect(gist(await agent().redeem(deciding, await envelopesOf(agent(), deciding)))).toBe('200 redeemed');
    await approve('ann', one);
    expect(gist(await agent().redeem(one, await envelopesOf(agent(), one)))).toBe('200 redeemed');
    expect(gist(await actionIn(agent(SERVICE_ROLE), two, 'pending_approval'))).toBe('200 pending_approval');
    await approve('mara', two);
    const service = agent(SERVICE_ROLE);
    expect(gist(await service.redeem(two, await envelopesOf(service, two)))).toBe('200 redeemed');
  });

  it('has whole chains in ledger and archive', async () => {
    await poll('the archive to hold the ledger', async () => {
      const { names } = sandbox.file;
      const { exitCode } = await cli(env, 'query', '--cross-check', '--table', names.ledgerTable, '--json');
      return exitCode === 0 ? true : undefined;
    });
    const verified = await cli(env, 'verify', '--json');
    expect([verified.exitCode, verified.json()['ok'], verified.json()['failures']]).toEqual([0, true, []]);
    expect(Number(verified.json()['events'])).toBeGreaterThan(24);
  });

  it('ends its database when it is asked to stop', async () => {
    expect(processesNaming(home).filter((id) => id !== sandbox.file.pid).length).toBeGreaterThan(0);
    expect(await sandbox.stop()).toBe(0);
    expect(processesNaming(home)).toEqual([]);
    expect(existsSync(sandboxFilePath(home))).toBe(false);
  });
});
