import type { DynamoDBRecord } from 'aws-lambda';
import { agentChain, CONTROL_CHAIN } from '../../core/ledger/event.ts';
import type { SequencerPorts } from '../../core/ledger/log/ports.ts';
import type { SequenceReport } from '../../core/ledger/log/sequence.ts';
import { sequenceLog } from '../../core/ledger/log/sequence.ts';
import type { SequenceRequest } from '../../core/ledger/log/sequence-batch.ts';
import { EPOCHS_CHAIN } from '../../core/ledger/receipt/epoch.ts';
import type { AgentDirectory } from '../../core/risk/agent-directory.ts';
import { decodeRecords } from '../shared/ledger-records.ts';
import { count, logger } from '../shared/telemetry.ts';

/** What the sequencer works with. */
export interface SequencerDeps {
  readonly ports: SequencerPorts;
  readonly directory: AgentDirectory;
  readonly mergeDelaySeconds: number;
}

/** What a run did. */
export type SequenceSummary = Pick<SequenceReport, 'size' | 'appended' | 'recovered' | 'more'>;

/** Thrown so that the invocation fails and is tried again: nothing was signed that the lock does not name. */
export class SequencerStopped extends Error {
  override readonly name = 'SequencerStopped';
}

const LIMITS = { maxRowsPerBatch: 2_000, maxBatches: 20 };

/**
 * Sequences what a stream batch delivered; without one, whatever is pending in the chains of all registered agents and
 * in those of no agent.
 *
 * @throws {SequencerStopped} when the log must not go on, or another sequencer was faster
 * @throws {StorageFault} when a store, the key or a witness could not answer
 */
export async function runSequencer(
  records: readonly DynamoDBRecord[] | undefined,
  deps: SequencerDeps,
): Promise<SequenceSummary> {
  const request = records === undefined ? await everyChain(deps.directory) : delivered(records);
  const result = await sequenceLog(deps.ports, request, LIMITS);
  if (!result.ok) {
    const { code, detail } = result.problem;
    count(code === 'contended' ? 'ContentionGivenUp' : 'LogStopped');
    throw new SequencerStopped(`${code}: ${detail}`);
  }
  const { held, oldestTimeMs, ...summary } = result.value;
  for (const chain of held) {
    count('LogChainHeld');
    logger.error('chain held back from the log', { chain });
  }
  const waitedMs = oldestTimeMs === undefined ? 0 : deps.ports.clock.nowMs() - oldestTimeMs;
  if (waitedMs > deps.mergeDelaySeconds * 1_000) {
    count('LogOverdue');
    logger.error('events reached the log after the merge delay', { waitedMs });
  }
  return summary;
}

async function everyChain(directory: AgentDirectory): Promise<SequenceRequest> {
  return { delivered: [], chains: [CONTROL_CHAIN, EPOCHS_CHAIN, ...(await directory.agentIds()).map(agentChain)] };
}

/** Records that are no ledger rows are the archive's to report; the row in the table is what gets sequenced. */
function delivered(records: readonly DynamoDBRecord[]): SequenceRequest {
  const { deliveries, unreadable } = decodeRecords(records);
  if (unreadable.length > 0) count('ArchiveMismatch', unreadable.length);
  return { delivered: deliveries.map(({ row }) => row), chains: [] };
}
