import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decideAs } from '../../cli/demo/people-decide.ts';
import { poll } from '../../cli/demo/poll.ts';
import { runJson } from '../../cli/demo/run-json.ts';
import { policyCommand } from '../../cli/policy.ts';
import { POLICY_PIPELINE_ROLE } from '../../cli/sandbox/registry.ts';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { buildBundle, bundleBytes, POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';
import { gist, newPayeePayment, session } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

const TEXT = 'A payment to a payee that the account has not paid before needs approval by one person.';
const NEW_TEXT = 'A payment to a payee that the account never paid before waits for one person.';

let world: SandboxWorld;
let folder = '';

beforeAll(async () => {
  world = await openSandboxWorld();
  folder = mkdtempSync(join(tmpdir(), 'countersign-policies-'));
});
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The repository's policies as another release with a changed text. */
function policiesOf(sequence: number, text: string): string {
  const directory = join(folder, `release-${sequence}-${sha256Hex(text).slice(0, 8)}`);
  cpSync(POLICIES_DIRECTORY, directory, { recursive: true });
  writeFileSync(join(directory, 'release.json'), JSON.stringify({ sequence, name: `release ${sequence}` }));
  const rules = join(directory, 'rules/payments.cedar');
  writeFileSync(rules, readFileSync(rules, 'utf8').replace(TEXT, text));
  return directory;
}

const hashOf = (directory: string) => sha256Hex(bundleBytes(buildBundle(directory)));

async function policy(...argv: readonly string[]) {
  const io = { stdout: () => undefined, stderr: () => undefined, env: { ...world.env }, fetch };
  const run = await runJson(policyCommand, argv, io).catch((error: unknown) => error);
  return run;
}

/** The open request of the pipeline, once it is there. */
async function openActionId(): Promise<string> {
  const mara = await world.person('mara');
  return poll('an open request', async () => {
    const { body } = await mara.openRequests();
    const requests = Array.isArray(body['requests']) ? body['requests'] : [];
    const found = requests.map((request) => Object(request)).find(({ type }) => type === 'policy.activate');
    return found === undefined ? undefined : String(found.id);
  });
}

/** Runs the command as the pipeline would, while two people approve what it asks for. */
async function activateWithApprovals(directory: string) {
  const running = policy('activate', directory);
  const actionId = await openActionId();
  expect(gist(await decideAs(await world.person('olivia'), actionId, 'approve', 'mine'))).toMatch(/^403 /);
  expect((await decideAs(await world.person('ann'), actionId, 'approve', 'cases reviewed')).status).toBe(200);
  expect((await decideAs(await world.person('mara'), actionId, 'approve', 'cases reviewed')).status).toBe(200);
  return { actionId, run: await running };
}

async function nextDecision() {
  const { body } = await world.agent().submit(newPayeePayment(world));
  const { bundleHash, rules } = Object(body['decision']);
  return { bundleHash, texts: Object(rules).map(({ text }: { text: string }) => text) };
}

const controlEvents = async () => (await world.events()).filter(({ chain }) => chain === 'control');

describe('the activation of a policy bundle', () => {
  it('takes publishing, two people who are not the owner, and is in force with the reply', async () => {
    const directory = policiesOf(2, NEW_TEXT);
    const hash = hashOf(directory);
    const before = await nextDecision();
    expect(before.texts).toContain(TEXT);
    expect(await policy('active', '--as', 'mara')).toMatchObject({ exitCode: 0, output: { activeBundle: null } });
    expect(await policy('publish', directory)).toMatchObject({ exitCode: 0, output: { hash, published: true } });
    expect(await policy('publish', directory)).toMatchObject({ exitCode: 0, output: { hash, published: false } });
    expect((await nextDecision()).bundleHash).toBe(before.bundleHash);

    const { actionId, run } = await activateWithApprovals(directory);
    expect(run).toMatchObject({ exitCode: 0, output: { actionId, changed: true, active: { hash, sequence: 2 } } });
    expect(await nextDecision()).toEqual({ bundleHash: hash, texts: [NEW_TEXT] });
    expect((await world.agent().tools()).status).toBe(200);
    expect((await controlEvents()).at(-1)).toMatchObject({
      type: 'control.bundle_activated',
      data: { from: { hash: before.bundleHash, sequence: 1 }, to: { hash, sequence: 2 }, actionId },
    });
    expect(await policy('active', '--as', 'mara')).toMatchObject({ output: { activeBundle: { hash, sequence: 2 } } });
  });

  it('is done when the command is called again, without asking anyone', async () => {
    const events = (await controlEvents()).length;
    expect(await policy('activate', policiesOf(2, NEW_TEXT))).toMatchObject({
      exitCode: 0,
      output: { changed: false },
    });
    expect(await controlEvents()).toHaveLength(events);
  });

  it('is refused and recorded when the bundle is older, although people approved it', async () => {
    const older = policiesOf(1, 'A payment to a new payee is anyone’s own affair.');
    const inForce = (await nextDecision()).bundleHash;
    await policy('publish', older);
    const { actionId, run } = await activateWithApprovals(older);
    expect(run).toMatchObject({ exitCode: 3, output: { code: 'bundle_downgrade' } });
    expect((await controlEvents()).at(-1)).toMatchObject({
      type: 'control.change_refused',
      data: { change: 'activate_bundle', code: 'bundle_downgrade', to: { hash: hashOf(older), sequence: 1 }, actionId },
    });
    expect((await nextDecision()).bundleHash).toBe(inForce);
  });

  it('is out of reach for an agent without the scope, and publishing for an agent and for the pipeline', async () => {
    const submitted = await world.agent().submit({
      type: 'policy.activate',
      params: { bundleHash: 'ab'.repeat(32), sequence: 9 },
      resource: 'policy/active',
      sessionId: session(),
      idempotencyKey: 'not-mine-to-ask',
    });
    expect(gist(submitted)).toBe('403 action_denied');
    const actionId = String(submitted.body['actionId']);
    expect(gist(await world.agent().activatePolicy(actionId, 'ab'.repeat(32), 9))).toBe('409 not_redeemed');
    const { sandbox, running } = world;
    const s3 = new S3Client({
      endpoint: sandbox.endpointUrl,
      region: sandbox.region,
      forcePathStyle: true,
      credentials: sandbox.credentialsFor(POLICY_PIPELINE_ROLE),
    });
    const put = new PutObjectCommand({
      Bucket: running.file.names.archiveBucket,
      Key: `bundles/${'ab'.repeat(32)}.json`,
      Body: '{}',
      IfNoneMatch: '*',
    });
    await expect(s3.send(put)).rejects.toMatchObject({ name: 'AccessDenied' });
    s3.destroy();
  });

  it('leaves stops as they were: a halt holds under the new bundle', async () => {
    const rick = await world.person('rick');
    expect((await rick.halt(world.agentId, 'odd payees')).status).toBe(200);
    expect(gist(await world.agent().submit(newPayeePayment(world)))).toBe('403 action_denied');
    expect((await rick.halt(world.agentId, 'odd payees')).body).toMatchObject({ changed: false });
  });
});
