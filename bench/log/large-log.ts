import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ledgerRow } from '../../core/ledger/ledger-row.ts';
import { edgePaths } from '../../core/ledger/log/tree-edge.ts';
import { median } from '../statistics.ts';
import { CountingLog } from './counting-log.ts';
import { cpuSeconds } from './cpu.ts';
import { RowSource } from './sample-rows.ts';

const CHAINS = 80;
/** A run of the deployed sequencer takes as many. */
const ROWS_PER_RUN = 2_000;

/** A log that the sequencer wrote into a folder, and what that took. */
export interface LargeLog {
  readonly folder: string;
  readonly rows: number;
  readonly entryBytes: number;
  readonly medianEntryBytes: number;
  readonly verifierKey: string;
  /** Rows a second of processor time: from stored bytes to signed checkpoints, over services in memory. */
  readonly sequencedPerSecond: number;
}

/** Has the sequencer write `rows` rows, which a run of it takes {@link ROWS_PER_RUN} of, into `folder`. */
export async function largeLog(folder: string, rows: number): Promise<LargeLog> {
  const log = new CountingLog();
  const source = new RowSource(CHAINS);
  const seconds: number[] = [];
  const lengths: number[] = [];
  for (let done = 0; done < rows; done += ROWS_PER_RUN) {
    const made = source.next(ROWS_PER_RUN);
    for (const { entry } of made) lengths.push(entry.length);
    log.nowMs = (made.at(-1)?.timeMs ?? 0) + 1_000;
    // As the function does it, reading the stored bytes is part of sequencing.
    const run = () => log.run(made.map(({ chain, seq, bytes }) => ledgerRow(chain, seq, bytes)));
    seconds.push(await cpuSeconds(run));
    moveFiles(log.objects, lengths.length, folder);
  }
  for (const [path, bytes] of log.objects) writeAt(folder, path, bytes);
  return {
    folder,
    rows: lengths.length,
    entryBytes: lengths.reduce((sum, length) => sum + length, 0),
    medianEntryBytes: median(lengths),
    verifierKey: log.verifierKey,
    sequencedPerSecond: Math.round(ROWS_PER_RUN / median(seconds)),
  };
}

/** Moves what no later run reads to the folder. */
function moveFiles(objects: Map<string, Uint8Array>, size: number, folder: string): void {
  const kept = new Set(['checkpoint', ...edgePaths(size)]);
  for (const [path, bytes] of objects) {
    if (kept.has(path)) continue;
    if (!path.startsWith('staging/')) writeAt(folder, path, bytes);
    objects.delete(path);
  }
}

function writeAt(folder: string, path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}
