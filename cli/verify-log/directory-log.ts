import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
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

/**
 * Reads files of a folder into memory that is used again: a file's bytes hold until the next file of its kind is read.
 * New memory for every bundle would cost about as much as looking at it.
 */
export class ReusedReads {
  readonly #directory: string;
  readonly #memory = new Map<string, Buffer>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** As {@link readLogFile}. */
  read(path: string): Uint8Array | undefined {
    let file: number;
    try {
      file = openSync(join(this.#directory, path), 'r');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    try {
      const memory = this.#memoryFor(kindOf(path), fstatSync(file).size);
      return memory.subarray(0, fill(file, memory));
    } finally {
      closeSync(file);
    }
  }

  /** At least one byte more than the file has, so that a file that grew is noticed. */
  #memoryFor(kind: string, size: number): Buffer {
    const kept = this.#memory.get(kind);
    if (kept !== undefined && kept.length > size) return kept;
    const memory = Buffer.allocUnsafeSlow((size + 1) * 2);
    this.#memory.set(kind, memory);
    return memory;
  }
}

function fill(file: number, memory: Buffer): number {
  let length = 0;
  for (let read = -1; read !== 0 && length < memory.length; length += read)
    read = readSync(file, memory, length, memory.length - length, null);
  return length;
}

function kindOf(path: string): string {
  return `${path.startsWith('tile/entries/') ? 'entries' : 'tile'}${path.includes('.p/') ? '.p' : ''}`;
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
