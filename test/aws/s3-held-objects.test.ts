import { ListObjectsV2Command, PutObjectLegalHoldCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { S3HeldObjects } from '../../aws/s3-held-objects.ts';

const s3 = mockClient(S3Client);
const objects = new S3HeldObjects(new S3Client({ region: 'eu-west-1' }), { archive: 'archive', log: 'log' });

beforeEach(() => {
  s3.reset();
});

describe('S3HeldObjects', () => {
  it('lists an area of its bucket from the last key on', async () => {
    const LastModified = new Date('2026-11-20T09:00:00Z');
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'tile/0/001', LastModified }], IsTruncated: true });
    expect(await objects.page('tile', 'tile/0/000')).toEqual({
      objects: [{ key: 'tile/0/001', writtenMs: LastModified.getTime() }],
      isLast: false,
    });
    s3.on(ListObjectsV2Command).resolves({});
    expect(await objects.page('events', undefined)).toEqual({ objects: [], isLast: true });
    expect(s3.commandCalls(ListObjectsV2Command).map(({ args }) => args[0].input)).toEqual([
      { Bucket: 'log', Prefix: 'tile/', StartAfter: 'tile/0/000' },
      { Bucket: 'archive', Prefix: 'events/' },
    ]);
  });

  it('puts a legal hold on and takes it off', async () => {
    s3.on(PutObjectLegalHoldCommand).resolves({});
    await objects.setLegalHold('bundles', 'bundles/a.json', true);
    await objects.setLegalHold('checkpoints', 'checkpoints/7', false);
    expect(s3.commandCalls(PutObjectLegalHoldCommand).map(({ args }) => args[0].input)).toEqual([
      { Bucket: 'archive', Key: 'bundles/a.json', LegalHold: { Status: 'ON' } },
      { Bucket: 'log', Key: 'checkpoints/7', LegalHold: { Status: 'OFF' } },
    ]);
  });

  it('reports a storage fault when the bucket does not answer or lists what it should not', async () => {
    s3.on(ListObjectsV2Command)
      .resolvesOnce({ Contents: [{}] })
      .rejects(new Error('down'));
    s3.on(PutObjectLegalHoldCommand).rejects(new Error('down'));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(objects.page('tile', undefined)).rejects.toMatchObject({ code: 'storage_fault' });
    }
    await expect(objects.setLegalHold('tile', 'tile/0/000', true)).rejects.toMatchObject({ code: 'storage_fault' });
  });
});
