import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';
import type { ChainRows } from '../find-event.ts';
import { findEvent } from '../find-event.ts';
import type { LedgerRow } from '../ledger-row.ts';
import type { Checkpoint } from './checkpoint.ts';
import { parseCheckpointBody } from './checkpoint.ts';
import { formatLogProof } from './log-proof.ts';
import type { TileReader } from './merkle-proof.ts';
import { inclusionProof, verifyInclusion } from './merkle-proof.ts';
import { parseNote } from './note.ts';
import type { SequencedRange } from './sequence-state.ts';

/** Where an event and its leaf are read. */
export interface ProofPorts {
  readonly rows: ChainRows;
  readonly ranges: {
    /** The chain's last range that begins at `seq` or before it. */
    rangeAt(chain: string, seq: number): Promise<SequencedRange | undefined>;
  };
  /** The log's files. */
  readonly read: TileReader;
}

/** Why there is no proof: the chain has no such event, or the published log does not hold it yet. */
export interface NoProof {
  readonly code: 'event_not_found' | 'not_sequenced_yet';
}

/** Thrown when the log's files are not what the log's progress and its own checkpoint say: no proof is given then. */
export class LogDamaged extends Error {
  override readonly name = 'LogDamaged';
  readonly code = 'log_damaged';
}

/**
 * A proof (C2SP tlog-proof) that the published log holds a chain's event. It is verified against the checkpoint it
 * carries before it is given; whose checkpoint that is, the receiver checks.
 *
 * @throws {LogDamaged} when the files do not lead from the event to the checkpoint
 * @throws {TileMissing} when a tile is missing
 * @throws {StorageFault} when a store could not answer
 */
export async function proveEvent(ports: ProofPorts, chain: string, eventId: string): Promise<Result<string, NoProof>> {
  const row = await findEvent(ports.rows, chain, eventId);
  if (row === undefined) return refused({ code: 'event_not_found' });
  const index = leafIndex(row, await ports.ranges.rangeAt(chain, row.seq));
  const note = index === undefined ? undefined : await ports.read('checkpoint');
  if (index === undefined || note === undefined) return refused({ code: 'not_sequenced_yet' });
  const checkpoint = new TextDecoder().decode(note);
  const { size, root } = headOf(checkpoint);
  if (index >= size) return refused({ code: 'not_sequenced_yet' });
  const hashes = await inclusionProof(ports.read, size, index);
  const leaf = new Uint8Array(Buffer.from(row.hash, 'hex'));
  if (!verifyInclusion({ size, index, leaf, proof: hashes, root }))
    throw new LogDamaged(`expected leaf ${index} of ${size} to be \`${chain}\` ${row.seq}, got another`);
  return ok(formatLogProof({ index, hashes, checkpoint }));
}

/** Undefined while the row is beyond the last range. */
function leafIndex({ seq }: LedgerRow, range: SequencedRange | undefined): number | undefined {
  if (range === undefined || seq >= range.firstSeq + range.count) return undefined;
  return range.firstIndex + (seq - range.firstSeq);
}

function headOf(checkpoint: string): Checkpoint {
  const note = parseNote(checkpoint);
  const head = note.ok ? parseCheckpointBody(note.value.text) : note;
  if (head.ok) return head.value;
  throw new LogDamaged(`expected a checkpoint, got \`${head.problem.code}\``);
}
