import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogSource } from '../../core/ledger/log-verify/options.ts';

/** A log in a folder: an export, or a copy of the bucket's objects under their keys. */
export function directoryLog(directory: string): LogSource {
  return {
    listPaths: () => listPaths(directory, ''),
    read: async (path) => readLogFile(directory, path),
  };
}

/** A file's bytes; undefined when there is none. Reading at once is faster than waiting for a thread to read. */
export function readLogFile(directory: string, path: string): Uint8Array | undefined {
  try {
    return readFileSync(join(directory, path));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function* listPaths(directory: string, folder: string): AsyncGenerator<string> {
  // One folder at a time: a large log has more files than one list should hold.
  for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* listPaths(directory, path);
    else yield path;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
