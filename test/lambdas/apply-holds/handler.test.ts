import { ListObjectsV2Command, PutObjectLegalHoldCommand, S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { givenHold, givenRecords, type RecordsFixture } from '../../support/records.ts';

const s3 = mockClient(S3Client);
const wired = vi.hoisted((): { gate: unknown } => ({ gate: undefined }));
vi.mock('../../../lambdas/shared/wiring.ts', () => ({ coreDeps: () => wired.gate }));
vi.stubEnv('ARCHIVE_BUCKET_NAME', 'archive').stubEnv('LOG_BUCKET_NAME', 'log').stubEnv('AWS_REGION', 'eu-west-1');
const { handler } = await import('../../../lambdas/apply-holds/handler.ts');

const BUNDLE = `bundles/${'ab'.repeat(32)}.json`;

let gate: RecordsFixture;
beforeEach(async () => {
  gate = givenRecords();
  wired.gate = gate;
  s3.reset();
  s3.on(ListObjectsV2Command).resolves({});
  s3.on(ListObjectsV2Command, { Prefix: 'bundles/' }).resolves({
    Contents: [{ Key: BUNDLE, LastModified: new Date(gate.clock.nowMs()) }],
  });
  s3.on(PutObjectLegalHoldCommand).resolves({});
});

async function run(remainingMs: number) {
  const context: Partial<Context> = { getRemainingTimeInMillis: () => remainingMs };
  // middy reads nothing else of the context here.
  return handler({}, context as Context);
}

describe('apply-holds', () => {
  it('puts what a hold covers under an s3 legal hold', async () => {
    await givenHold(gate, 'claim-7');
    expect(await run(840_000)).toEqual({ state: 'waiting', objects: 1 });
    expect(s3.commandCalls(PutObjectLegalHoldCommand).map(({ args }) => args[0].input)).toEqual([
      { Bucket: 'archive', Key: BUNDLE, LegalHold: { Status: 'ON' } },
    ]);
  });

  it('leaves the rest to the next run when its time is nearly up', async () => {
    await givenHold(gate, 'claim-7');
    expect(await run(60_000)).toEqual({ state: 'passing', objects: 0 });
    expect(await run(840_000)).toEqual({ state: 'waiting', objects: 1 });
  });

  it('fails, for the alarm, when the bucket refuses', async () => {
    await givenHold(gate, 'claim-7');
    s3.on(PutObjectLegalHoldCommand).rejects(new Error('denied'));
    await expect(run(840_000)).rejects.toMatchObject({ code: 'storage_fault' });
  });
});
