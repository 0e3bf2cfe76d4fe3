import middy from '@middy/core';
import type { DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import { logger, publishMetrics } from '../shared/telemetry.ts';
import type { SequenceSummary } from './run-sequencer.ts';
import { runSequencer } from './run-sequencer.ts';
import { sequencerDeps } from './wiring.ts';

type Trigger = DynamoDBStreamEvent | EventBridgeEvent<string, unknown>;

/** Takes ledger rows into the transparency log: those a stream batch holds or, on the schedule, those of all chains. */
export const handler = middy<Trigger, SequenceSummary>(async (event: Trigger) =>
  runSequencer('Records' in event ? event.Records : undefined, await sequencerDeps()),
)
  .use(publishMetrics())
  .onError((request) => {
    logger.error('sequencing failed', { error: request.error ?? undefined });
  });
