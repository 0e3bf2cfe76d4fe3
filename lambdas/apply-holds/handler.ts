import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { S3HeldObjects } from '../../aws/s3-held-objects.ts';
import type { HoldReport } from '../../core/records/apply-holds.ts';
import { applyHolds } from '../../core/records/apply-holds.ts';
import { requiredEnv } from '../shared/environment.ts';
import { logger, publishMetrics } from '../shared/telemetry.ts';
import { coreDeps } from '../shared/wiring.ts';

/** What finishing one page may take. */
const RESERVE_MS = 60_000;

const objects = new S3HeldObjects(new S3Client(CLIENT_DEFAULTS), {
  archive: requiredEnv('ARCHIVE_BUCKET_NAME'),
  log: requiredEnv('LOG_BUCKET_NAME'),
});

/** Puts S3 legal holds on what the holds in force cover, and takes released ones off, until its time is up. */
export const handler = middy<unknown, HoldReport>(async (_event: unknown, context: Context) => {
  const deps = { ...coreDeps(), objects };
  const untilMs = deps.clock.nowMs() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const report = await applyHolds(deps, untilMs);
  logger.info('legal holds', { report });
  return report;
})
  .use(publishMetrics())
  .onError((request) => {
    logger.error('legal holds could not be carried out', { error: request.error ?? undefined });
  });
