import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEd25519PublicKey } from '../../aws/kms-public-key.ts';
import { poll } from '../../cli/demo/poll.ts';
import { SERVICE_ROLE } from '../../cli/sandbox/registry.ts';
import { verifyLogProof } from '../../core/ledger/log/log-proof.ts';
import { parseVerifierKey } from '../../core/ledger/log/note.ts';
import { cosignersOf, parseWitnessPolicy } from '../../core/ledger/log/witness-policy.ts';
import type { AgentClient } from '../../sdk/agent-client.ts';
import { cli } from '../support/cli-run.ts';
import { balance, gist } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;
let agent: AgentClient;
let folder: string;
let certifier: string;
/** An action's receipt, as the agent keeps it, and the id of its event. */
let held: { readonly file: string; readonly text: string; readonly eventId: string };

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-proofs-'));
  world = await openSandboxWorld();
  agent = world.agent();
  const { sandbox, running } = world;
  const credentials = sandbox.credentialsFor('root');
  const kms = new KMSClient({ endpoint: sandbox.endpointUrl, region: sandbox.region, credentials });
  const key = await readEd25519PublicKey(kms, running.file.names.receiptKeyId);
  certifier = write('certifier.txt', Buffer.from(key).toString('base64'));
  const reply = await agent.submit(balance(world));
  expect(gist(reply)).toBe('200 allowed');
  const text = reply.receipt ?? '';
  held = { file: write('receipt.json', text), text, eventId: String(Object(reply.body['ledger']).id) };
});
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Everything a verifier has who trusts the log's key and its witnesses. */
function trust() {
  const { verifierKey, witnessPolicy } = world.running.file.log;
  const key = parseVerifierKey(verifierKey);
  const policy = parseWitnessPolicy(witnessPolicy);
  if (!key.ok || !policy.ok) throw new Error('expected the sandbox to know its log’s key and witnesses');
  return { logKeys: [key.value], origin: key.value.name, policy: cosignersOf(policy.value) };
}

const verify = (file: string, ...flags: readonly string[]) =>
  cli(world.env, 'receipt', 'verify', file, '--certification-key', certifier, '--json', ...flags);

/** The receipt with its payload's text changed; its signature stays. */
function altered(change: (entry: string) => string): string {
  const receipt = JSON.parse(held.text);
  const entry = change(Buffer.from(receipt.envelope.payload, 'base64').toString('utf8'));
  return JSON.stringify({
    ...receipt,
    envelope: { ...receipt.envelope, payload: Buffer.from(entry).toString('base64') },
  });
}

describe('a proof', () => {
  it('is refused until the log holds the event, and then leads from the receipt to the log, cosigned', async () => {
    const refusals = new Set<unknown>();
    const proof = await poll('a proof', async () => {
      const reply = await agent.proof(held.eventId);
      if (reply.status !== 200) refusals.add(reply.body['code']);
      return reply.proof;
    });
    expect([...refusals].filter((code) => code !== 'not_sequenced_yet')).toEqual([]);
    const entry = Buffer.from(JSON.parse(held.text).envelope.payload, 'base64');
    const proven = verifyLogProof(proof, entry, trust());
    expect(proven).toMatchObject({ ok: true });
    expect(proven.ok && proven.value.verified.length).toBeGreaterThanOrEqual(3);

    const file = write('event.tlog-proof', proof);
    const run = await verify(held.file, '--proof', file, '--key', world.running.file.log.verifierKey);
    expect(run.json()).toMatchObject({ ok: true, standing: 'in_log' });
  });

  it('is for the agent of the chain alone', async () => {
    const missing = await agent.proof(ulid(world.sandbox.clock.nowMs()));
    expect(missing).toMatchObject({ status: 404, body: { code: 'event_not_found' } });
    const others = await world.agent(SERVICE_ROLE).proof(held.eventId);
    expect(others).toMatchObject({ status: 404, body: { code: 'event_not_found' } });
    expect(others.body['detail']).toBe(missing.body['detail']);
  });
});

describe('a receipt that an agent kept', () => {
  it('holds against the live log and against an exported copy, which names it in order', async () => {
    await world.sandbox.drain();
    const key = ['--key', world.running.file.log.verifierKey];
    const live = await verify(held.file, '--log', `s3://${world.running.file.names.logBucket}`, ...key);
    expect(live.json()).toMatchObject({ ok: true, standing: 'in_log' });

    const copy = join(folder, 'copy');
    expect((await cli(world.env, 'export', copy, '--receipt', held.file)).exitCode).toBe(0);
    expect((await verify(held.file, '--log', copy, ...key)).json()).toMatchObject({ ok: true, standing: 'in_log' });
    const whole = await cli(world.env, 'verify', copy, '--certification-key', certifier, '--json');
    expect(whole.json()).toMatchObject({ ok: true });
  });

  it.each([
    [
      'its verdict is altered',
      (entry: string) => entry.replace('"verdict":"allow"', '"verdict":"deny"'),
      'receipt_signature_invalid',
    ],
    ['its entry is respelled', (entry: string) => entry.replace('{', '{ '), 'receipt_malformed'],
  ])('is refused by name when %s', async (_, change, code) => {
    const text = altered(change);
    expect(text).not.toBe(held.text);
    const run = await verify(write('altered.json', text));
    expect(run.exitCode).toBe(1);
    expect(run.json()).toMatchObject({ ok: false, problem: { code } });
  });
});
