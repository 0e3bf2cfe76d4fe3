import { readFileSync } from 'node:fs';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEd25519PublicKey } from '../../aws/kms-public-key.ts';
import { leafHashOf } from '../../core/ledger/hash.ts';
import { checkpointFormat } from '../../core/ledger/log/checkpoint-format.ts';
import { decodeEntries } from '../../core/ledger/log/entry-bundle.ts';
import { treeRoot } from '../../core/ledger/log/merkle.ts';
import { openNote } from '../../core/ledger/log/note.ts';
import { entryBundlePath, TILE_WIDTH } from '../../core/ledger/log/tile-path.ts';
import { parseWitnessPolicy } from '../../core/ledger/log/witness-policy.ts';
import { parseEntry } from '../../core/ledger/statement.ts';
import { verifyTimestamp } from '../../net/timestamp/timestamp-verify.ts';
import { balance, gist } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

const ORIGIN = 'sandbox.countersign.example/log';

let world: SandboxWorld;

beforeAll(async () => {
  world = await openSandboxWorld();
});
afterAll(async () => world?.close());

function logFiles(): ReadonlyMap<string, Uint8Array> {
  const files = world.sandbox.s3.listCurrent(world.running.file.names.logBucket, '');
  return new Map(files.map(({ key, path }) => [key, new Uint8Array(readFileSync(path))]));
}

async function publicKey(): Promise<Uint8Array> {
  const { sandbox, running } = world;
  const credentials = sandbox.credentialsFor('root');
  const kms = new KMSClient({ endpoint: sandbox.endpointUrl, region: sandbox.region, credentials });
  return readEd25519PublicKey(kms, running.file.names.logKeyId);
}

/** What a reader with nothing but the bucket and the key finds; throws unless the entries have the signed root. */
async function readLog() {
  const files = logFiles();
  const head = checkpointFormat(ORIGIN, [await publicKey()]).open(files.get('checkpoint') ?? new Uint8Array());
  if (head === undefined) throw new Error('the checkpoint does not open');
  const entries: Uint8Array[] = [];
  for (let n = 0; entries.length < head.size; n += 1) {
    const width = Math.min(TILE_WIDTH, head.size - entries.length);
    const bundle = files.get(entryBundlePath(n, width === TILE_WIDTH ? undefined : width)) ?? new Uint8Array();
    const decoded = decodeEntries(bundle);
    if (!decoded.ok || decoded.value.length === 0) throw new Error(`bundle ${n} cannot be read`);
    entries.push(...decoded.value);
  }
  expect(Buffer.from(treeRoot(entries.map(leafHashOf))).toString('hex')).toBe(head.rootHex);
  const texts = entries.map((entry) => {
    const parsed = parseEntry(entry);
    return parsed.ok ? new TextDecoder().decode(parsed.value.eventBytes) : 'unreadable';
  });
  return { head, texts };
}

it('holds every event of the ledger, each once, when all is delivered', async () => {
  for (let call = 0; call < 5; call += 1) expect(gist(await world.agent().submit(balance(world)))).toBe('200 allowed');
  await world.sandbox.drain();
  const { texts } = await readLog();
  const events = (await world.events()).map(({ text }) => text);
  expect([...texts].sort()).toEqual([...events].sort());
  expect(events.length).toBeGreaterThan(5);
});

it('grows and keeps every earlier head, when more is recorded', async () => {
  const before = (await readLog()).head;
  await world.agent().submit(balance(world));
  await world.sandbox.drain();
  const { head } = await readLog();
  expect(head.size).toBe(before.size + 1);
  const kept = [...logFiles().keys()].filter((key) => key.startsWith('checkpoints/'));
  const names = [before, head].map(({ size, rootHex }) => `checkpoints/${String(size).padStart(16, '0')}-${rootHex}`);
  expect(kept).toEqual(expect.arrayContaining(names));
});

it('is cosigned by both witnesses and stamped by the time authority, also after the clock moved', async () => {
  await world.advance(3_600_000);
  await world.agent().submit(balance(world));
  await world.sandbox.drain();
  const { witnessPolicy, trustAnchors } = world.running.parties;
  const policy = parseWitnessPolicy(witnessPolicy);
  if (!policy.ok) throw new Error(policy.problem.detail);
  const files = logFiles();
  const note = files.get('checkpoint') ?? new Uint8Array();
  const opened = openNote(
    new TextDecoder().decode(note),
    policy.value.witnesses.map(({ key }) => key),
  );
  const nowSeconds = world.sandbox.clock.nowMs() / 1_000;
  const agesSeconds = opened.ok ? opened.value.verified.map(({ timeSeconds = 0 }) => nowSeconds - timeSeconds) : [];
  expect(agesSeconds).toHaveLength(2);
  for (const age of agesSeconds) expect(Math.abs(age)).toBeLessThan(60);

  const { size, rootHex } = (await readLog()).head;
  const key = `checkpoints/${String(size).padStart(16, '0')}-${rootHex}`;
  expect(files.get(key)).toEqual(note);
  const stamp = verifyTimestamp(files.get(`${key}.tsr`) ?? new Uint8Array(), note, { trustAnchors: [trustAnchors] });
  expect(stamp.ok && Math.abs(stamp.value.timeMs - world.sandbox.clock.nowMs())).toBeLessThan(60_000);
  expect(world.logs()).not.toMatch(/"message":"(witness|no timestamp)"/);
});

it('stays as it is when the schedule runs and nothing is new', async () => {
  const { size } = (await readLog()).head;
  await world.advance(61_000);
  await world.sandbox.drain();
  expect((await readLog()).head.size).toBe(size);
  expect(world.logs()).not.toContain('sequencing failed');
});
