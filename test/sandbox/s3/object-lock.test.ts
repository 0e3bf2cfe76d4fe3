import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../front/fixture.ts';
import { archiveName, type BucketSandbox, openBuckets } from './fixture.ts';

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

const protectedMessage = 'Access Denied because object protected by object lock.';
const daysFromNow = (days: number): Date => new Date(sandbox.clock.nowMs() + days * 86_400_000);

async function put(key: string, more: object = {}): Promise<{ Bucket: string; Key: string; VersionId: string }> {
  const { VersionId = '' } = await administrator.send(
    new PutObjectCommand({ Bucket: archiveName, Key: key, Body: 'content', ...more }),
  );
  return { Bucket: archiveName, Key: key, VersionId };
}

describe('a version under compliance retention', () => {
  test('gets the default retention when it names none', async () => {
    const version = await put('default');
    const { Retention } = await administrator.send(new GetObjectRetentionCommand(version));
    expect(Retention?.Mode).toBe('COMPLIANCE');
    const remainingMs = (Retention?.RetainUntilDate?.getTime() ?? 0) - sandbox.clock.nowMs();
    expect(remainingMs).toBeGreaterThan(29 * 86_400_000);
  });

  test('cannot be deleted, not even with a bypass', async () => {
    const version = await put('undeletable');
    await expect(administrator.send(new DeleteObjectCommand(version))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: protectedMessage,
    });
    await expect(
      administrator.send(new DeleteObjectCommand({ ...version, BypassGovernanceRetention: true })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    const { Errors } = await administrator.send(
      new DeleteObjectsCommand({
        Bucket: archiveName,
        Delete: { Objects: [{ Key: version.Key, VersionId: version.VersionId }] },
      }),
    );
    expect(Errors).toMatchObject([{ Key: 'undeletable', Code: 'AccessDenied', Message: protectedMessage }]);
  });

  test('can be kept longer and never shorter or in a weaker mode', async () => {
    const version = await put('extended', {
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: daysFromNow(100),
    });
    const retain = (days: number, Mode: 'COMPLIANCE' | 'GOVERNANCE') =>
      administrator.send(
        new PutObjectRetentionCommand({
          ...version,
          Retention: { Mode, RetainUntilDate: daysFromNow(days) },
          BypassGovernanceRetention: true,
        }),
      );
    await retain(200, 'COMPLIANCE');
    await expect(retain(150, 'COMPLIANCE')).rejects.toMatchObject({ name: 'AccessDenied', message: protectedMessage });
    await expect(retain(300, 'GOVERNANCE')).rejects.toMatchObject({ name: 'AccessDenied', message: protectedMessage });
  });

  test('can be deleted when its time has passed', async () => {
    const own = temporaryFolder();
    const other = await openBuckets(own.path);
    const client = other.client('administrator');
    const { VersionId } = await client.send(new PutObjectCommand({ Bucket: archiveName, Key: 'old', Body: 'x' }));
    other.clock.advance(31 * 86_400_000);
    await other
      .client('administrator')
      .send(new DeleteObjectCommand({ Bucket: archiveName, Key: 'old', VersionId }))
      .catch(() => undefined);
    expect(other.service.objectFile(archiveName, 'old')).toBeDefined();
    const corrected = other.client('administrator');
    corrected.config.systemClockOffset = 31 * 86_400_000;
    await corrected.send(new DeleteObjectCommand({ Bucket: archiveName, Key: 'old', VersionId }));
    expect(other.service.objectFile(archiveName, 'old')).toBeUndefined();
    await other.close();
    own.remove();
  });

  test('can be hidden by a delete marker, which can be taken away again', async () => {
    const version = await put('hidden');
    const marker = await administrator.send(new DeleteObjectCommand({ Bucket: archiveName, Key: 'hidden' }));
    expect(marker.DeleteMarker).toBe(true);
    await expect(
      administrator.send(new GetObjectCommand({ Bucket: archiveName, Key: 'hidden' })),
    ).rejects.toMatchObject({ name: 'NoSuchKey' });
    const named = await administrator.send(new GetObjectCommand(version));
    expect(await named.Body?.transformToString()).toBe('content');
    const listed = await administrator.send(new ListObjectVersionsCommand({ Bucket: archiveName, Prefix: 'hidden' }));
    expect(listed.DeleteMarkers).toMatchObject([{ Key: 'hidden', IsLatest: true, VersionId: marker.VersionId }]);
    expect(listed.Versions).toMatchObject([{ Key: 'hidden', IsLatest: false, VersionId: version.VersionId }]);

    await administrator.send(
      new DeleteObjectCommand({ Bucket: archiveName, Key: 'hidden', VersionId: marker.VersionId }),
    );
    const back = await administrator.send(new GetObjectCommand({ Bucket: archiveName, Key: 'hidden' }));
    expect(back.VersionId).toBe(version.VersionId);
  });
});

describe('a version under governance retention', () => {
  test('is deleted only with the permission and the header to bypass', async () => {
    const lock = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: daysFromNow(40) };
    const version = await put('governed', lock);
    await expect(administrator.send(new DeleteObjectCommand(version))).rejects.toMatchObject({
      message: protectedMessage,
    });
    await expect(
      sandbox.client('unlocker').send(new DeleteObjectCommand({ ...version, BypassGovernanceRetention: true })),
    ).rejects.toMatchObject({ message: expect.stringContaining('s3:BypassGovernanceRetention') });
    await administrator.send(new DeleteObjectCommand({ ...version, BypassGovernanceRetention: true }));
    expect(sandbox.service.objectFile(archiveName, 'governed')).toBeUndefined();
  });
});

describe('policies and settings', () => {
  test('refuses a retention below the bucket policy', async () => {
    await expect(
      put('short', { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: daysFromNow(5) }),
    ).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('with an explicit deny in a resource-based policy'),
    });
  });

  test('refuses a retention that has already passed', async () => {
    await expect(
      put('past', { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date('2020-01-01T00:00:00Z') }),
    ).rejects.toMatchObject({ name: expect.stringMatching(/AccessDenied|InvalidArgument/) });
  });

  test('holds a version under a legal hold until it is lifted', async () => {
    const lock = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: daysFromNow(40) };
    const version = await put('held', { ...lock, ObjectLockLegalHoldStatus: 'ON' });
    const remove = new DeleteObjectCommand({ ...version, BypassGovernanceRetention: true });
    expect((await administrator.send(new GetObjectLegalHoldCommand(version))).LegalHold?.Status).toBe('ON');
    await expect(administrator.send(remove)).rejects.toMatchObject({ message: protectedMessage });
    await administrator.send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: 'OFF' } }));
    await administrator.send(remove);
  });

  test('shows the lock configuration of the template', async () => {
    const { ObjectLockConfiguration } = await administrator.send(
      new GetObjectLockConfigurationCommand({ Bucket: archiveName }),
    );
    expect(ObjectLockConfiguration).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 30 } },
    });
  });
});
