import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { entryBundlePath } from '../../core/ledger/log/tile-path.ts';

/** A thread's share of a log's full bundles: every `step`th from `first` on. */
export interface RawHashShare {
  readonly folder: string;
  readonly bundles: number;
  readonly first: number;
  readonly step: number;
}

// Passed by the measurement that starts the thread.
parentPort?.postMessage(hashShare(workerData as RawHashShare));

/** Hashes each entry of the share and does nothing else; how many they are. */
function hashShare({ folder, bundles, first, step }: RawHashShare): number {
  let entries = 0;
  for (let n = first; n < bundles; n += step) {
    const bytes = readFileSync(join(folder, entryBundlePath(n)));
    for (let at = 0; at < bytes.length; entries += 1) {
      const end = at + 2 + bytes.readUInt16BE(at);
      hash('sha256', bytes.subarray(at + 2, end), 'binary');
      at = end;
    }
  }
  return entries;
}
