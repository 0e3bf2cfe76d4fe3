import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { sdkStreamMixin } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { S3Archive } from '../../aws/s3-archive.ts';
import { s3ArchiveSource } from '../../aws/s3-archive-source.ts';
import { StorageFault } from '../../core/state/entities.ts';
import { TestClock } from '../support/deps.ts';

const s3 = mockClient(S3Client);
const archive = new S3Archive(new S3Client({ region: 'eu-west-1' }), 'archive-bucket');
const BYTES = new TextEncoder().encode('hello\n');

beforeEach(() => {
  s3.reset();
});

function failure(status: number, name: string): S3ServiceException {
  return new S3ServiceException({ name, $fault: 'client', message: name, $metadata: { httpStatusCode: status } });
}

function body(...parts: readonly string[]) {
  return sdkStreamMixin(
    Readable.from(
      parts.map((part) => Buffer.from(part)),
      { objectMode: false },
    ),
  );
}

describe('S3Archive', () => {
  test('puts an object under a legal hold, and a longer lock than the default, when rules ask for them', async () => {
    s3.on(PutObjectCommand).resolves({});
    for (const days of [30, 31]) {
      const rules = { isHeld: (key: string) => key.includes('/a'), lockDays: () => days };
      const keeping = { rules, lock: { mode: 'COMPLIANCE', days: 30 } as const, clock: new TestClock() };
      const kept = new S3Archive(new S3Client({ region: 'eu-west-1' }), 'archive-bucket', keeping);
      for (const key of ['events/a.jsonl', 'events/b.jsonl']) await kept.create(key, BYTES);
    }
    const sent = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
    expect(sent.map((each) => each.ObjectLockLegalHoldStatus)).toEqual(['ON', undefined, 'ON', undefined]);
    expect(sent.map((each) => [each.ObjectLockMode, each.ObjectLockRetainUntilDate?.toISOString()])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      ['COMPLIANCE', '2026-12-21T09:00:00.000Z'],
      ['COMPLIANCE', '2026-12-21T09:00:00.000Z'],
    ]);
  });

  test('creates with if-none-match and a checksum and leaves retention to the bucket', async () => {
    s3.on(PutObjectCommand).resolves({});
    expect(await archive.create('events/a.jsonl', BYTES)).toBe('created');
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'archive-bucket',
      Key: 'events/a.jsonl',
      Body: BYTES,
      IfNoneMatch: '*',
      ChecksumSHA256: 'WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM=',
      ContentType: 'application/x-ndjson',
    });
  });

  test('says exists when the key is taken', async () => {
    s3.on(PutObjectCommand).rejects(failure(412, 'PreconditionFailed'));
    expect(await archive.create('k', BYTES)).toBe('exists');
  });

  test('tries again when another write was under way', async () => {
    s3.on(PutObjectCommand).rejectsOnce(failure(409, 'ConditionalRequestConflict')).resolves({});
    expect(await archive.create('k', BYTES)).toBe('created');
  });

  test.each([
    ['conflicts every time', failure(409, 'ConditionalRequestConflict')],
    ['denies access', failure(403, 'AccessDenied')],
    ['cannot be reached', new Error('socket hang up')],
  ])('throws a storage fault when S3 %s', async (_, error) => {
    s3.on(PutObjectCommand).rejects(error);
    await expect(archive.create('k', BYTES)).rejects.toThrow(StorageFault);
  });

  test('reads an object whole', async () => {
    s3.on(GetObjectCommand, { Bucket: 'archive-bucket', Key: 'k' }).resolves({ Body: body('hel', 'lo\n') });
    expect(Buffer.from(await archive.read('k')).toString()).toBe('hello\n');
  });

  test('throws a storage fault when there is no such object', async () => {
    s3.on(GetObjectCommand).rejects(failure(404, 'NoSuchKey'));
    await expect(archive.read('k')).rejects.toThrow(StorageFault);
  });
});

describe('s3ArchiveSource', () => {
  const source = s3ArchiveSource(new S3Client({ region: 'eu-west-1' }), 'b', 'export/');

  test('lists every page of keys without the prefix', async () => {
    s3.on(ListObjectsV2Command, { Prefix: 'export/' }).resolves({
      Contents: [{ Key: 'export/a' }],
      NextContinuationToken: 't',
    });
    s3.on(ListObjectsV2Command, { ContinuationToken: 't' }).resolves({ Contents: [{ Key: 'export/b' }] });
    expect(await collected(source.listKeys())).toEqual(['a', 'b']);
  });

  test('streams an object from under the prefix', async () => {
    s3.on(GetObjectCommand, { Bucket: 'b', Key: 'export/a' }).resolves({ Body: body('x', 'y') });
    const chunks = await collected(source.read('a'));
    expect(Buffer.concat(chunks).toString()).toBe('xy');
  });
});

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
