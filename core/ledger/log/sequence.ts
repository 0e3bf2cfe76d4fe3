import type { Result } from '../../result.ts';
import { ok } from '../../result.ts';
import type { SequencerPorts, TreeEdge } from './ports.ts';
import type { Batch, SequenceRequest } from './sequence-batch.ts';
import { gatherBatch } from './sequence-batch.ts';
import type { HeldChain, SequenceProblem } from './sequence-problem.ts';
import { stop } from './sequence-problem.ts';
import { publishHead } from './sequence-publish.ts';
import { stagedFiles, stageFiles, stagingKey } from './sequence-staging.ts';
import type { LogLock } from './sequence-state.ts';
import { moveLock, readLock } from './sequence-state.ts';

/** Bounds of one run. */
export interface SequenceLimits {
  readonly maxRowsPerBatch: number;
  readonly maxBatches: number;
}

/** What a run did. */
export interface SequenceReport {
  readonly size: number;
  readonly appended: number;
  /** True when an earlier run's head had to be published first. */
  readonly recovered: boolean;
  readonly held: readonly HeldChain[];
  /**
   * Time of the oldest row that came into the published log, epoch milliseconds; absent when none did. Of a head that an
   * earlier run left unpublished it is the head's own time, which none of its rows is later than.
   */
  readonly oldestTimeMs?: number;
  /** True when rows are left that the limits did not allow. */
  readonly more: boolean;
}

/**
 * Takes pending rows into the log and publishes its new head. A row gets its leaf in the transaction that also moves
 * its chain's progress, so it is sequenced once however often a run is repeated, interrupted or doubled; nothing is
 * signed that the lock does not name.
 *
 * @throws {StorageFault} when a port could not answer; the next run finds out how far this one came
 */
export async function sequenceLog(
  ports: SequencerPorts,
  request: SequenceRequest,
  limits: SequenceLimits,
): Promise<Result<SequenceReport, SequenceProblem>> {
  const start = await loadLog(ports);
  if (!start.ok) return start;
  let { lock } = start.value;
  const { recovered } = start.value;
  let appended = 0;
  let oldestTimeMs = recovered && lock !== undefined ? lock.timeSeconds * 1_000 : Number.POSITIVE_INFINITY;
  for (let batches = 0; ; batches += 1) {
    const size = lock?.size ?? 0;
    const batch = await gatherBatch(ports, request, size, limits.maxRowsPerBatch);
    const done = batch.entries.length === 0 || batches === limits.maxBatches;
    if (done) {
      const oldest = Number.isFinite(oldestTimeMs) ? { oldestTimeMs } : {};
      return ok({ size, appended, recovered, held: batch.held, ...oldest, more: batch.entries.length > 0 });
    }
    const next = await appendBatch(ports, lock, batch);
    if (!next.ok) return next;
    lock = next.value;
    appended += batch.entries.length;
    oldestTimeMs = Math.min(oldestTimeMs, batch.oldestTimeMs ?? oldestTimeMs);
  }
}

/** Compares the lock with what is public, and publishes the lock's head when it is not. */
async function loadLog(
  ports: SequencerPorts,
): Promise<Result<{ readonly lock: LogLock | undefined; readonly recovered: boolean }, SequenceProblem>> {
  // The pointer first: one that is written in between can then not look newer than the lock.
  const note = await ports.objects.read('checkpoint');
  const lock = await readLock(ports.store);
  const head = note === undefined ? undefined : ports.checkpoints.open(note);
  if (note !== undefined && head === undefined)
    return stop('checkpoint_unreadable', 'the published checkpoint is not one of this log');
  const publishedSize = head?.size ?? 0;
  const size = lock?.size ?? 0;
  if (publishedSize > size)
    return stop('log_newer_than_lock', `the checkpoint has size ${publishedSize}, the lock ${size}`);
  if (lock === undefined) return ok({ lock, recovered: false });
  if (head !== undefined && publishedSize === size) {
    if (head.rootHex === lock.rootHex) return ok({ lock, recovered: false });
    return stop('log_root_differs', `the checkpoint of size ${size} has root \`${head.rootHex}\`, the lock another`);
  }
  const files = await stagedFiles(ports.objects, lock);
  if (!files.ok) return files;
  const published = await publishHead(ports, lock, files.value, publishedSize);
  return published.ok ? ok({ lock, recovered: true }) : published;
}

async function appendBatch(
  ports: SequencerPorts,
  lock: LogLock | undefined,
  batch: Batch,
): Promise<Result<LogLock, SequenceProblem>> {
  const edge = await loadEdge(ports, lock);
  if (!edge.ok) return edge;
  const { edge: grown, root, files } = ports.tree.appendEntries(edge.value, batch.entries);
  const rootHex = Buffer.from(root).toString('hex');
  const key = stagingKey(grown.size, rootHex);
  const staged = await stageFiles(ports.objects, key, files);
  if (!staged.ok) return staged;
  const timeSeconds = Math.max(Math.floor(ports.clock.nowMs() / 1_000), lock?.timeSeconds ?? 0);
  const next = { size: grown.size, rootHex, stagingKey: key, stagingHash: staged.value.hash, timeSeconds };
  if (!(await moveLock(ports.store, lock, next, batch.ranges)))
    return stop('contended', `another sequencer went on from size ${edge.value.size}`);
  const published = await publishHead(ports, next, staged.value.files, lock?.size ?? 0);
  return published.ok ? ok(next) : published;
}

/** The right edge as it is stored, which must have the root the lock names: the objects are not trusted. */
async function loadEdge(ports: SequencerPorts, lock: LogLock | undefined): Promise<Result<TreeEdge, SequenceProblem>> {
  if (lock === undefined) return ok(ports.tree.emptyEdge);
  const files = new Map<string, Uint8Array>();
  for (const path of ports.tree.edgePaths(lock.size)) {
    const bytes = await ports.objects.read(path);
    if (bytes === undefined) return stop('edge_missing', `expected \`${path}\`, got no object`);
    files.set(path, bytes);
  }
  const edge = ports.tree.readEdge(lock.size, files);
  const root = edge === undefined ? undefined : ports.tree.edgeRoot(edge);
  if (edge === undefined || root === undefined || Buffer.from(root).toString('hex') !== lock.rootHex)
    return stop('edge_differs', `the edge at size ${lock.size} does not have the lock's root`);
  return ok(edge);
}
