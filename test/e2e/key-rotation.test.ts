import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenerateMacCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approveAndRedeem, decideAs, envelopesOf } from '../../cli/demo/people-decide.ts';
import { poll } from '../../cli/demo/poll.ts';
import { synthesize } from '../../cli/sandbox/synthesize.ts';
import type { JsonObject } from '../../core/json.ts';
import { cli } from '../support/cli-run.ts';
import { balance, newPayeePayment, pending } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';
import { REPOSITORY_ROOT } from '../support/source-files.ts';
import { synthesizedApp } from '../support/synthesized-app.ts';

const PURPOSES = ['envelopeMac', 'envelopeSigning', 'log', 'receipts'];
const home = mkdtempSync(join(tmpdir(), 'countersign-keys-'));
const apps = { first: '', overlap: join(home, 'overlap'), retired: join(home, 'retired') };
let world: SandboxWorld;
/** Key ids as the first deployment had them. */
let old: SandboxWorld['running']['file']['names'];

/** The sandbox's app with these terms for every purpose. */
async function appWith(term: object, cdkOutDir: string): Promise<void> {
  const config = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'config/sandbox.json'), 'utf8'));
  const path = `${cdkOutDir}.json`;
  writeFileSync(path, JSON.stringify({ ...config, keys: Object.fromEntries(PURPOSES.map((name) => [name, term])) }));
  await synthesize(cdkOutDir, path);
}

async function redeploy(appDir: string): Promise<void> {
  await world?.close();
  world = await openSandboxWorld({ home, appDir });
}

beforeAll(async () => {
  apps.first = await synthesizedApp();
  await appWith({ generation: 2, overlap: true }, apps.overlap);
  await appWith({ generation: 2 }, apps.retired);
  await redeploy(apps.first);
  old = world.running.file.names;
}, 240_000);
afterAll(async () => {
  await world?.close();
  rmSync(home, { recursive: true, force: true });
});

/** Runs `countersign keys` while two people approve what it asks for. */
async function keys(...argv: readonly string[]) {
  const running = cli(world.env, 'keys', ...argv, '--json');
  const mara = await world.person('mara');
  const actionId = await poll('an open request', async () => {
    const { body } = await mara.openRequests();
    const requests = Array.isArray(body['requests']) ? body['requests'] : [];
    const found = requests.map((request) => Object(request)).find(({ type }) => type === 'keys.rotate');
    return found === undefined ? undefined : String(found.id);
  });
  for (const person of [await world.person('ann'), mara]) await decideAs(person, actionId, 'approve', 'as planned');
  return running;
}

/** An approved payment and its envelopes, not redeemed yet. */
async function approvedPayment() {
  const agent = world.agent();
  const actionId = await pending(agent, newPayeePayment(world));
  await decideAs(await world.person('ann'), actionId, 'approve', 'checked');
  return { actionId, envelopes: await envelopesOf(agent, actionId) };
}

async function verifyLog(vkeys: readonly string[]) {
  await world.agent().submit(balance(world));
  await world.sandbox.drain();
  const file = join(home, 'keys.txt');
  writeFileSync(file, vkeys.join('\n'));
  const place = `s3://${world.running.file.names.logBucket}`;
  return cli(world.env, 'verify', place, '--key', file, '--workers', '0', '--json');
}

async function vkeysRecorded(): Promise<readonly string[]> {
  const { vkeys } = (await cli(world.env, 'keys', 'list', '--json')).json();
  return Array.isArray(vkeys) ? vkeys.map(String) : [];
}

/** Uses a key with the stolen credentials of a role. */
async function use(roleName: string, command: GenerateMacCommand | SignCommand): Promise<unknown> {
  const { sandbox } = world;
  const kms = new KMSClient({
    endpoint: sandbox.endpointUrl,
    region: sandbox.region,
    credentials: sandbox.credentialsFor(roleName),
    systemClockOffset: sandbox.clock.nowMs() - Date.now(),
  });
  try {
    return await (command instanceof SignCommand ? kms.send(command) : kms.send(command));
  } finally {
    kms.destroy();
  }
}

describe('keys that are replaced in a running deployment', () => {
  let sealed: { readonly actionId: string; readonly envelopes: readonly JsonObject[] };
  let oldKey = '';

  it('are recorded by two people, as the first of their purpose', async () => {
    expect((await keys('rotate', 'log', '--generation', '1')).exitCode).toBe(0);
    [oldKey = ''] = await vkeysRecorded();
    expect((await verifyLog([oldKey])).json()).toMatchObject({ ok: true });
    sealed = await approvedPayment();
  });

  it('leave envelopes good that were sealed just before', async () => {
    await redeploy(apps.overlap);
    expect(world.running.file.names.envelopeMacKeyId).not.toBe(old.envelopeMacKeyId);
    expect((await world.agent().redeem(sealed.actionId, sealed.envelopes)).status).toBe(200);
  });

  it('seal and sign anew, and refuse to be recorded as retired, while they overlap', async () => {
    const agent = world.agent();
    const actionId = await pending(agent, newPayeePayment(world));
    expect((await approveAndRedeem(agent, [await world.person('ann')], actionId)).status).toBe(200);
    expect((await keys('rotate', 'log', '--generation', '2')).exitCode).toBe(0);
    expect((await keys('retire', 'log', '--generation', '1')).json()).toMatchObject({ code: 'key_not_deployed_so' });
    const recorded = await vkeysRecorded();
    expect(recorded).toHaveLength(2);
    expect((await verifyLog(recorded)).json()).toMatchObject({ ok: true });
    expect((await verifyLog([oldKey])).json()).toMatchObject({ ok: true });
  });

  it('can be used by nobody once they are retired, and what they signed goes on verifying', async () => {
    await redeploy(apps.retired);
    const message = Buffer.from('forged');
    const mac = { KeyId: old.envelopeMacKeyId, MacAlgorithm: 'HMAC_SHA_256', Message: message } as const;
    const head = { KeyId: old.logKeyId, SigningAlgorithm: 'ED25519_SHA_512', Message: message } as const;
    const denied = { name: 'AccessDeniedException' };
    await expect(use('countersign-approval-seal', new GenerateMacCommand(mac))).rejects.toMatchObject(denied);
    await expect(use('countersign-sequence-ledger', new SignCommand(head))).rejects.toMatchObject(denied);
    expect((await keys('retire', 'log', '--generation', '1', '--key', 'again')).exitCode).toBe(0);
    const recorded = await vkeysRecorded();
    expect(recorded[0]).toMatch(/ until [1-9]\d*$/);
    expect((await verifyLog(recorded)).json()).toMatchObject({ ok: true });
    expect((await verifyLog([oldKey])).json()).toMatchObject({ ok: false, checks: { C1: { status: 'failed' } } });
  });

  it('come with an exported log, the retired one with its last size', async () => {
    const folder = join(home, 'exported');
    expect((await cli(world.env, 'export', folder)).exitCode).toBe(0);
    const written = readFileSync(join(folder, 'log.vkey'), 'utf8');
    expect(written.trimEnd().split('\n')).toEqual(await vkeysRecorded());
    expect((await cli(world.env, 'verify', folder, '--workers', '0')).exitCode).toBe(0);
  });

  it('are all counted when the ledger is reconciled, and those found that nobody recorded', async () => {
    await world.advance(2_000);
    const run = await cli(world.env, 'reconcile', '--json');
    const { findings } = Object(run.json()['result']);
    const unrecorded = ['envelope-mac', 'envelope-signing', 'receipts'].flatMap((name) => [`${name} 1`, `${name} 2`]);
    expect(findings).toMatchObject(unrecorded.map((key) => ({ code: 'key_unrecorded', key })));
    const events = await world.events();
    const sealed = events.flatMap(({ type, data }) => (type === 'approval.sealed' ? Object(data['envelopes']) : []));
    const counts = { envelopesSealed: sealed.length, macsMade: sealed.length };
    expect(sealed.length).toBeGreaterThan(4);
    expect(events.find(({ type }) => type === 'control.reconciled')?.data).toMatchObject({ result: { counts } });
  });
});
