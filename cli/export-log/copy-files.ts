import { firstEntries } from '../../core/ledger/log-verify/bundle-source.ts';
import type { NeededFile } from '../../core/ledger/log-verify/needed-files.ts';
import type { LogSource } from '../../core/ledger/log-verify/options.ts';
import { LogUnreadable } from '../../core/ledger/log-verify/verify-log.ts';
import type { ExportTarget } from './export-folder.ts';

/** Files that are fetched side by side: as many are in memory at once. */
const AT_ONCE = 16;
const HASH_BYTES = 32;

/** What was copied. */
export interface Copied {
  fetched: number;
  /** Files that were there from an earlier export: what is complete never changes. */
  kept: number;
}

/**
 * Copies files that are not there yet, several at a time.
 *
 * @throws {LogUnreadable} when the source has one of them neither in part nor in full
 */
export async function copyFiles(
  source: LogSource,
  target: ExportTarget,
  files: Iterable<NeededFile>,
  copied: Copied,
): Promise<void> {
  const next = files[Symbol.iterator]();
  const work = async () => {
    for (let item = next.next(); item.done !== true; item = next.next()) {
      const file = item.value;
      if (target.has(file.path)) copied.kept += 1;
      else {
        await target.write(file.path, await readNeeded(source, file));
        copied.fetched += 1;
      }
    }
  };
  // Nothing is still being written once this ends, however it ends.
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}

/** A partial file may have given way to the full one, which begins with it. */
async function readNeeded(source: LogSource, { path, fullPath, kind, width }: NeededFile): Promise<Uint8Array> {
  const bytes = await source.read(path);
  if (bytes !== undefined) return bytes;
  const full = fullPath === undefined ? undefined : await source.read(fullPath);
  if (full === undefined) throw new LogUnreadable(`expected a file \`${path}\`, got none`);
  return kind === 'hash' ? full.subarray(0, width * HASH_BYTES) : firstEntries(full, width);
}
