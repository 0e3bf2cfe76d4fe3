import { createSign, generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyCommand } from '../../cli/verify.ts';
import { formatHeads } from '../../core/ledger/heads.ts';
import { AGENT_CHAIN, archiveOf, headsOf, plainChain, sampleChain } from '../core/ledger/sample-log.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import { archiveFolder } from './archive-folder.ts';
import { testIo } from './audit-io.ts';

const CONTROL = plainChain('control', 4);
const CHAINS = [CONTROL, plainChain(AGENT_CHAIN, 3)];
const LAST = 'events/dt=2026-11-21/control/0000000000000002.jsonl';

let folder: ArchiveFolder;

beforeEach(async () => {
  folder = await archiveFolder(archiveOf(CHAINS));
});

afterEach(() => folder.remove());

async function headsFile(): Promise<string> {
  const file = `${folder.path}.heads.json`;
  await writeFile(file, formatHeads(headsOf(CHAINS)));
  return file;
}

describe('countersign verify', () => {
  test('exits 0 and lists what was and was not checked when a folder is whole', async () => {
    const io = testIo();
    expect(await verifyCommand([folder.path, '--heads', await headsFile()], io)).toBe(0);
    expect(io.text()).toContain('OK: 7 events in 2 chains, 4 objects, 0 bundles');
    expect(io.text()).toContain('event_prev: every event names the hash of the one before it');
    expect(io.text()).toMatch(/Not checked\n[\s\S]*Merkle log/);
  });

  test('exits 1 and names the first bad record when a byte was changed', async () => {
    const file = await folder.write(LAST, '');
    const bytes = Buffer.from(archiveOf(CHAINS).get(LAST) ?? []);
    await writeFile(file, bytes.toString().replace('act_2', 'act_9'));
    const io = testIo();
    expect(await verifyCommand([folder.path], io)).toBe(1);
    expect(io.text()).toMatch(
      /First bad record\n {2}check +event_prev.*\n {2}chain +control\n {2}seq +3\n {2}object +events/,
    );
  });

  test('prints no control characters when a record holds them', async () => {
    await folder.write(LAST, '\u001b[2J\u009b31m\u202e\n');
    const io = testIo();
    expect(await verifyCommand([folder.path], io)).toBe(1);
    expect(io.text()).toContain(String.raw`got       \u{1b}[2J\u{9b}31m\u{202e}`);
  });

  test('gives the whole report as one JSON object with --json', async () => {
    await folder.write('stray.txt', 'x');
    const io = testIo();
    expect(await verifyCommand([folder.path, '--json'], io)).toBe(1);
    expect(io.json()).toMatchObject({
      ok: false,
      failures: [{ check: 'object_name', object: 'stray.txt' }],
      events: 7,
    });
  });

  test('notes heads of an archive that passed and finds a tail cut later', async () => {
    const heads = `${folder.path}.saved.json`;
    expect(await verifyCommand([folder.path, '--save-heads', heads], testIo())).toBe(0);
    expect(await readFile(heads, 'utf8')).toBe(formatHeads(headsOf(CHAINS)));
    const cut = await archiveFolder(new Map([...archiveOf(CHAINS)].filter(([key]) => key !== LAST)));
    const io = testIo();
    expect(await verifyCommand([cut.path, '--heads', heads, '--json'], io)).toBe(1);
    expect(io.json()).toMatchObject({ failures: [{ check: 'chain_head', chain: 'control' }] });
    await cut.remove();
  });

  test('checks envelope signatures when public keys are supplied, those of a retired key up to its end', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const payload = Buffer.from('{}');
    const signature = createSign('sha256').update(payload).sign(privateKey).toString('base64url');
    const envelope = { envelopeId: 'e1', payload: payload.toString('base64url'), signature };
    const events = sampleChain('control', [{ type: 'approval.sealed', data: { envelopes: [envelope] } }]);
    const sealed = await archiveFolder(archiveOf([events]));
    const key = `${folder.path}.pem`;
    await writeFile(key, publicKey.export({ type: 'spki', format: 'pem' }));
    const io = testIo();
    expect(await verifyCommand([sealed.path, '--envelope-key', key, '--json'], io)).toBe(0);
    expect(io.json()).toMatchObject({ envelopes: 1 });
    const other = `${folder.path}.other.pem`;
    const { publicKey: newer } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(other, newer.export({ type: 'spki', format: 'pem' }));
    const keys = (term: string) => [sealed.path, '--envelope-key', other, '--envelope-key', `${key}@${term}`, '--json'];
    expect(await verifyCommand(keys('2100-01-01T00:00:00Z'), testIo())).toBe(0);
    const late = testIo();
    expect(await verifyCommand(keys('2020-01-01T00:00:00Z'), late)).toBe(1);
    expect(late.json()).toMatchObject({ failures: [{ check: 'envelope_signature' }] });
    await sealed.remove();
  });

  test('reads a bucket under a prefix with the sandbox or region that is set', async () => {
    const s3 = mockClient(S3Client);
    s3.on(ListObjectsV2Command, { Bucket: 'b', Prefix: 'export/' }).resolves({ Contents: [] });
    const io = testIo({ AWS_REGION: 'eu-west-1', COUNTERSIGN_HOME: folder.path });
    expect(await verifyCommand(['s3://b/export', '--heads', await headsFile()], io)).toBe(1);
    expect(s3.commandCalls(GetObjectCommand).length).toBe(0);
    s3.restore();
  });

  test.each([
    ['no place', () => []],
    ['two places', () => [folder.path, folder.path]],
    ['an unknown flag', () => [folder.path, '--fast']],
    ['a folder that is not there', () => [`${folder.path}-gone`]],
    ['a heads file that is not there', () => [folder.path, '--heads', `${folder.path}-gone`]],
    ['a heads file that is none', () => [folder.path, '--heads', `${folder.path}/${LAST}`]],
    ['a key that is none', () => [folder.path, '--envelope-key', `${folder.path}/${LAST}`]],
  ])('exits 3 with a message when given %s', async (_, argv) => {
    const io = testIo({ COUNTERSIGN_HOME: folder.path });
    expect(await verifyCommand(argv(), io)).toBe(3);
    expect(io.err.join('')).not.toBe('');
    expect(io.out).toEqual([]);
  });

  test('exits 3 when a folder is empty and 1 when heads say it should not be', async () => {
    const empty = await archiveFolder(new Map());
    expect(await verifyCommand([empty.path], testIo())).toBe(3);
    expect(await verifyCommand([empty.path, '--heads', await headsFile()], testIo())).toBe(1);
    await empty.remove();
  });
});
