import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { StorageFault } from '../../core/state/entities.ts';
import { count, logger, publishMetrics } from '../shared/telemetry.ts';
import { archiveBundle } from './archive-bundle.ts';
import { archiveStream } from './archive-stream.ts';
import { archivePorts, readBundle } from './wiring.ts';

let bundleArchived = false;

/** Archives ledger rows from the ledger table's stream, and once per cold start the policy bundle. */
export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>(async (event: DynamoDBStreamEvent) => {
  const ports = await archivePorts();
  const response = await archiveStream(event.Records, ports);
  if (!bundleArchived) {
    try {
      await archiveBundle(ports.archive, await readBundle());
      bundleArchived = true;
    } catch (error) {
      // Events must not wait for the bundle; the next invocation tries again.
      count(error instanceof StorageFault ? 'StorageFault' : 'ArchiveMismatch');
      logger.error('policy bundle not archived', { error: error instanceof Error ? error : String(error) });
    }
  }
  return response;
}).use(publishMetrics());
