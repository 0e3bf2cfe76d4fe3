import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checksumOf } from '../../../sandbox/services/s3/checksums.ts';
import { temporaryFolder } from '../front/fixture.ts';
import { archiveName, type BucketSandbox, openBuckets, plainName } from './fixture.ts';

const folder = temporaryFolder();
let sandbox: BucketSandbox;
let administrator: S3Client;

beforeAll(async () => {
  sandbox = await openBuckets(folder.path);
  administrator = sandbox.client('administrator');
});
afterAll(async () => {
  await sandbox.close();
  folder.remove();
});

const put = (Key: string, Body: string | Uint8Array, more: object = {}, Bucket = archiveName) =>
  administrator.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const read = async (Key: string, more: object = {}, Bucket = archiveName): Promise<string | undefined> => {
  const { Body } = await administrator.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Body?.transformToString();
};

describe('objects', () => {
  test.each([
    'plain.txt',
    'a b/ü+&%/..',
    '../../outside',
    "quotes'()*!~",
    '/leading',
    'a//b',
    'folder.json/x',
    'folder.data/x',
    'x'.repeat(1_000),
  ])('keep their bytes under the key %s', async (key) => {
    await put(key, `content of ${key}`, { ContentType: 'text/plain', Metadata: { source: 'test' } });
    expect(await read(key)).toBe(`content of ${key}`);
    const head = await administrator.send(new HeadObjectCommand({ Bucket: archiveName, Key: key }));
    expect(head).toMatchObject({ ContentType: 'text/plain', Metadata: { source: 'test' } });
    expect(sandbox.service.objectFile(archiveName, key)?.startsWith(`${folder.path}/state/s3/archive/objects/`)).toBe(
      true,
    );
  });

  test('keep `a` and `a/b` apart', async () => {
    await put('tree', '1');
    await put('tree/leaf', '2');
    expect([await read('tree'), await read('tree/leaf')]).toEqual(['1', '2']);
  });

  test('are read in part when a range is asked for', async () => {
    await put('range', '0123456789');
    expect(await read('range', { Range: 'bytes=2-4' })).toBe('234');
    expect(await read('range', { Range: 'bytes=-3' })).toBe('789');
    await expect(read('range', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'carry a %s checksum back',
    async (algorithm) => {
      const name = `Checksum${algorithm}` as const;
      const value = checksumOf(algorithm.toLowerCase(), Buffer.from('checked'));
      await put(`checked/${algorithm}`, 'checked', { [name]: value });
      const { [name]: returned } = await administrator.send(
        new HeadObjectCommand({ Bucket: archiveName, Key: `checked/${algorithm}`, ChecksumMode: 'ENABLED' }),
      );
      expect(returned).toBe(value);
      await expect(put('wrong', 'other bytes', { [name]: value })).rejects.toMatchObject({ name: 'BadDigest' });
    },
  );

  test('are replaced where the bucket has no versions', async () => {
    await put('replaced', 'first', {}, plainName);
    await put('replaced', 'second', {}, plainName);
    expect(await read('replaced', {}, plainName)).toBe('second');
    await administrator.send(new DeleteObjectCommand({ Bucket: plainName, Key: 'replaced' }));
    await expect(read('replaced', {}, plainName)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('checksum vectors', () => {
  test.each([
    ['crc32', 'y/Q5Jg=='],
    ['crc32c', '4waSgw=='],
    ['crc64nvme', 'rosUhgp5mIg='],
  ])('%s of 123456789 is the published check value', (name, expected) => {
    expect(checksumOf(name, Buffer.from('123456789'))).toBe(expected);
  });
});

describe('conditional writes', () => {
  test('let one of sixteen racing writers win', async () => {
    const writes = Array.from({ length: 16 }, (_entry, writer) =>
      put('raced', `writer ${writer}`, { IfNoneMatch: '*' }),
    );
    const results = await Promise.allSettled(writes);
    const lost = results.filter((result) => result.status === 'rejected');
    expect(lost).toHaveLength(15);
    for (const { reason } of lost) {
      expect(reason).toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    }
    const winner = results.findIndex((result) => result.status === 'fulfilled');
    expect(await read('raced')).toBe(`writer ${winner}`);
  });

  test('count a current delete marker as absent', async () => {
    await put('deleted', 'first', { IfNoneMatch: '*' });
    await administrator.send(new DeleteObjectCommand({ Bucket: archiveName, Key: 'deleted' }));
    await put('deleted', 'second', { IfNoneMatch: '*' });
    expect(await read('deleted')).toBe('second');
  });

  test('compare the entity tag for If-Match', async () => {
    const { ETag } = await put('matched', 'first');
    await put('matched', 'second', { IfMatch: ETag });
    await expect(put('matched', 'third', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(put('never', 'x', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('permissions', () => {
  test('refuse a write without If-None-Match where the bucket policy asks for it', async () => {
    const archiver = sandbox.client('archiver');
    const write = { Bucket: archiveName, Key: 'events/1', Body: 'x' };
    await expect(archiver.send(new PutObjectCommand(write))).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        'User: arn:aws:sts::111122223333:assumed-role/archiver/session is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::archive/events/1 with an explicit deny in a resource-based policy',
    });
    await archiver.send(new PutObjectCommand({ ...write, IfNoneMatch: '*' }));
    await expect(put('events/2', 'x')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('do not tell what is absent to who may not list', async () => {
    const get = new GetObjectCommand({ Bucket: archiveName, Key: 'events/absent' });
    await expect(sandbox.client('archiver').send(get)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:ListBucket'),
    });
    await expect(administrator.send(get)).rejects.toMatchObject({ name: 'NoSuchKey' });
    const head = new HeadObjectCommand({ Bucket: archiveName, Key: 'events/absent' });
    await expect(administrator.send(head)).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('refuse deletion to who may only write', async () => {
    await expect(
      sandbox.client('archiver').send(new DeleteObjectCommand({ Bucket: archiveName, Key: 'events/1' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('lists', () => {
  test('page through keys in byte order and group folders', async () => {
    for (const key of ['list/a', 'list/b/1', 'list/b/2', 'list/c', 'list/é']) {
      await put(key, key);
    }
    const page = (more: object) =>
      administrator.send(new ListObjectsV2Command({ Bucket: archiveName, Prefix: 'list/', ...more }));
    const first = await page({ MaxKeys: 2 });
    const second = await page({ MaxKeys: 5, ContinuationToken: first.NextContinuationToken });
    expect([...(first.Contents ?? []), ...(second.Contents ?? [])].map((entry) => entry.Key)).toEqual([
      'list/a',
      'list/b/1',
      'list/b/2',
      'list/c',
      'list/é',
    ]);
    expect([first.IsTruncated, second.IsTruncated]).toEqual([true, false]);
    const grouped = await page({ Delimiter: '/' });
    expect(grouped.CommonPrefixes).toEqual([{ Prefix: 'list/b/' }]);
    expect(grouped.KeyCount).toBe(4);
  });
});

describe('files', () => {
  test('survive a restart and show current objects only', async () => {
    await put('kept/1', 'one');
    await put('kept/2', 'two');
    await administrator.send(new DeleteObjectCommand({ Bucket: archiveName, Key: 'kept/2' }));
    await sandbox.close();
    sandbox = await openBuckets(folder.path);
    administrator = sandbox.client('administrator');
    const current = sandbox.service.listCurrent(archiveName, 'kept/');
    expect(current.map((entry) => [entry.key, readFileSync(entry.path, 'utf8')])).toEqual([['kept/1', 'one']]);
    expect(await read('kept/1')).toBe('one');
    expect((await administrator.send(new GetBucketVersioningCommand({ Bucket: archiveName }))).Status).toBe('Enabled');
  });

  test('of a write that was cut off are no object and are removed at the next start', async () => {
    await put('cut/whole', 'whole');
    const whole = sandbox.service.objectFile(archiveName, 'cut/whole') ?? '';
    const half = join(dirname(whole), 'half.data');
    const torn = join(dirname(whole), 'torn.json.partial');
    writeFileSync(half, 'half');
    writeFileSync(torn, '{"key":');
    await sandbox.close();
    sandbox = await openBuckets(folder.path);
    administrator = sandbox.client('administrator');
    expect([whole, half, torn].map((path) => existsSync(path))).toEqual([true, false, false]);
    expect(await read('cut/whole')).toBe('whole');
  });

  test('can be changed past the API by who holds the disks, and are then served as they are', async () => {
    await put('tampered', 'abc');
    sandbox.service.tamper(archiveName, 'tampered', 1);
    expect(await read('tampered')).toBe('acc');
    expect(() => sandbox.service.tamper(archiveName, 'tampered', 3)).toThrow(RangeError);
  });
});
