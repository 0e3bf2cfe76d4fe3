import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { archiveBatch } from '../../core/ledger/archive-batch.ts';
import type { ArchivePorts } from '../../core/ledger/archive-ports.ts';
import { decodeRecords } from '../shared/ledger-records.ts';
import type { MetricName } from '../shared/telemetry.ts';
import { count, logger } from '../shared/telemetry.ts';

// Athena reads many small objects slowly; rows of one invocation still become one object per chain and date.
const SEGMENT_LIMITS = { maxRows: 1_000, maxBytes: 8 * 1024 * 1024 };

const PROBLEM_METRICS = {
  ledger_gap: 'ArchiveGap',
  ledger_link: 'ArchiveMismatch',
  archive_mismatch: 'ArchiveMismatch',
  contended: 'ContentionGivenUp',
} as const satisfies { readonly [code: string]: MetricName };

/** Archives a stream batch and reports the records that have to be delivered again, by sequence number. */
export async function archiveStream(
  records: readonly DynamoDBRecord[],
  ports: ArchivePorts,
): Promise<DynamoDBBatchResponse> {
  const { deliveries, unreadable } = decodeRecords(records);
  for (const { itemId, error } of unreadable) {
    count('ArchiveMismatch');
    logger.error('unreadable ledger record', { itemId, error });
  }
  const outcome = await archiveBatch(ports, deliveries, SEGMENT_LIMITS);
  for (const problem of outcome.problems) {
    count(PROBLEM_METRICS[problem.code]);
    logger.error('chain not archived', { problem });
  }
  for (const { chain, error } of outcome.faults) {
    count('StorageFault');
    logger.error('archive fault', { chain, error: error instanceof Error ? error : String(error) });
  }
  const failed = [...unreadable.map(({ itemId }) => itemId), ...outcome.failedItemIds];
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
