import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { sdkStreamMixin } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyCommand } from '../../cli/verify.ts';
import { formatVerifierKey } from '../../core/ledger/log/note.ts';
import { honestLog, logKeyOf } from '../support/log-world.ts';
import { archiveFolder } from './archive-folder.ts';
import { testIo } from './audit-io.ts';

const BUCKET = 'bank-logs';
const PREFIX = 'emea/log/';
/** Small, so that a listing has several pages. */
const PAGE = 5;

const s3 = mockClient(S3Client);
const log = honestLog();
const other = honestLog({ rounds: 3 });
const { name, type, publicKey } = logKeyOf(log.signers);
const key = formatVerifierKey(name, type, publicKey);
const folder = await archiveFolder(new Map());
const env = { AWS_REGION: 'eu-west-1', COUNTERSIGN_HOME: folder.path };
let objects: Map<string, Uint8Array>;

beforeEach(() => {
  objects = new Map();
  for (const [path, bytes] of log.files) objects.set(`${PREFIX}${path}`, bytes);
  // What lies beside the log must not be taken for a part of it.
  for (const [path, bytes] of other.files)
    for (const beside of ['', 'emea/', 'emea/log-old/', `${PREFIX}emea/log/`]) objects.set(`${beside}${path}`, bytes);
  s3.on(ListObjectsV2Command).callsFake(list);
  s3.on(GetObjectCommand).callsFake(get);
});

afterEach(() => s3.reset());
afterAll(async () => {
  s3.restore();
  await folder.remove();
});

function list(input: { Bucket: string; Prefix?: string; ContinuationToken?: string }) {
  expect(input.Bucket).toBe(BUCKET);
  const keys = [...objects.keys()].filter((each) => each.startsWith(input.Prefix ?? '')).sort();
  const start = Number(input.ContinuationToken ?? 0);
  const more = start + PAGE < keys.length && { NextContinuationToken: String(start + PAGE) };
  return { Contents: keys.slice(start, start + PAGE).map((Key) => ({ Key })), ...more };
}

function get({ Bucket, Key }: { Bucket: string; Key: string }) {
  expect(Bucket).toBe(BUCKET);
  const bytes = objects.get(Key);
  if (bytes === undefined) throw new NoSuchKey({ message: 'no such key', $metadata: { httpStatusCode: 404 } });
  return { Body: sdkStreamMixin(Readable.from([Buffer.from(bytes)], { objectMode: false })) };
}

async function verify(place: string, ...flags: readonly string[]) {
  const io = testIo(env);
  const exit = await verifyCommand([place, '--key', key, '--workers', '0', '--json', ...flags], io);
  return { exit, text: io.text(), errors: io.err.join('') };
}

describe('countersign verify s3://bucket/prefix', () => {
  test.each(['', '/'])('says what it says of the same files in a folder when the prefix ends in `%s`', async (end) => {
    const copy = await archiveFolder(log.files);
    const place = `s3://${BUCKET}/${PREFIX.slice(0, -1)}${end}`;
    expect(await verify(place)).toEqual(await verify(copy.path));
    const { exit, text } = await verify(place, '--workers', '2');
    expect([exit, JSON.parse(text)]).toMatchObject([0, { ok: true, counts: { entries: log.events.length } }]);
    await copy.remove();
  });

  test('exits 1 and names the path without the prefix when an object below it was changed', async () => {
    const bundle = Buffer.from(objects.get(`${PREFIX}tile/entries/000`) ?? []);
    objects.set(`${PREFIX}tile/entries/000`, bundle.reverse());
    const { exit, text } = await verify(`s3://${BUCKET}/${PREFIX}`);
    expect(exit).toBe(1);
    expect(JSON.parse(text).findings).toContainEqual(
      expect.objectContaining({ check: 'C5', path: 'tile/entries/000' }),
    );
  });

  test('reads the log beside it, and not this one, when the prefix is another', async () => {
    const { exit, text } = await verify(`s3://${BUCKET}/emea/log-old`);
    expect([exit, JSON.parse(text)]).toMatchObject([
      1,
      { size: other.events.length, checks: { C1: { status: 'failed' } } },
    ]);
  });

  test('takes no harm when the log grows while it is read', async () => {
    objects.set(`${PREFIX}tile/entries/009`, new Uint8Array(9));
    expect((await verify(`s3://${BUCKET}/${PREFIX}`)).exit).toBe(0);
  });

  test('goes on from its own state when it is given a file for it', async () => {
    const flags = ['--state', `${folder.path}/state.json`];
    await verify(`s3://${BUCKET}/${PREFIX}`, ...flags);
    s3.resetHistory();
    const { exit, text } = await verify(`s3://${BUCKET}/${PREFIX}`, ...flags);
    expect([exit, JSON.parse(text)]).toMatchObject([0, { wentOnFrom: { size: 256, isReread: false } }]);
    const read = s3.commandCalls(GetObjectCommand).map(({ args }) => args[0].input.Key);
    expect(read).toContain(`${PREFIX}checkpoint`);
    expect(read.filter((path) => /tile\/(0|entries)\/000$/.test(path ?? ''))).toEqual([]);
  });

  test('exits 3 when there is nothing below the prefix', async () => {
    const { exit, text, errors } = await verify(`s3://${BUCKET}/emea/lo`);
    expect([exit, text]).toEqual([3, '']);
    expect(errors).not.toBe('');
  });
});
