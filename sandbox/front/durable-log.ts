import { closeSync, fdatasync, ftruncateSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { ensureFolder, readIfPresent, writeFully } from './durable-file.ts';

/** An append-only JSON-lines file; see {@link openDurableLog}. */
export interface DurableLog {
  /** Resolves once the entry is on disk. Entries of concurrent calls share one disk flush and keep their order. */
  append(entry: object): Promise<void>;
  close(): void;
}

/** Entries of the JSON-lines file at `path`, oldest first; a torn last line, left by a kill, is not an entry. */
export function readDurableLog(path: string): readonly unknown[] {
  const bytes = readIfPresent(path);
  if (bytes === undefined) {
    return [];
  }
  const lines = bytes
    .subarray(0, bytes.lastIndexOf(10) + 1)
    .toString('utf8')
    .split('\n');
  return lines.filter((line) => line !== '').map((line): unknown => JSON.parse(line));
}

function openForAppend(path: string): number {
  ensureFolder(dirname(path));
  const descriptor = openSync(path, 'a', 0o600);
  const bytes = readIfPresent(path);
  if (bytes !== undefined && bytes.byteLength > 0) {
    ftruncateSync(descriptor, bytes.lastIndexOf(10) + 1);
  }
  return descriptor;
}

/** Opens the log at `path`, cutting a torn last line off. */
export function openDurableLog(path: string): DurableLog {
  const descriptor = openForAppend(path);
  let waiting: { readonly line: string; readonly settle: (error: Error | null) => void }[] = [];
  let flushing = false;
  let closed = false;

  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    flushing = batch.length > 0;
    if (!flushing) {
      if (closed) {
        closeSync(descriptor);
      }
      return;
    }
    const settle = (error: Error | null): void => {
      for (const entry of batch) {
        entry.settle(error);
      }
      flush();
    };
    try {
      writeFully(descriptor, Buffer.from(batch.map((entry) => entry.line).join('')));
    } catch (error) {
      settle(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    fdatasync(descriptor, settle);
  };

  return {
    append: (entry) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new Error('the log is closed'));
          return;
        }
        const settle = (error: Error | null): void => (error === null ? resolve() : reject(error));
        waiting.push({ line: `${JSON.stringify(entry)}\n`, settle });
        if (!flushing) {
          flushing = true;
          setImmediate(flush);
        }
      }),
    close: () => {
      closed = true;
      if (!flushing) {
        flush();
      }
    },
  };
}
