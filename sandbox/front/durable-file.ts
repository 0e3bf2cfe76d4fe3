import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Small durable files for the sandbox's state. A write is on disk when the call returns: content first, then the
 * rename, then the folder entry, so a process killed at any point leaves either the old or the new content.
 */

const ownerOnlyMode = 0o600;

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes all of `content`; the system may take it in parts. */
export function writeFully(descriptor: number, content: Uint8Array): void {
  let offset = 0;
  while (offset < content.byteLength) {
    offset += writeSync(descriptor, content, offset);
  }
}

/** Creates `folder` with its parents, readable by its owner only; an existing folder stays as it is. */
export function ensureFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) {
    return;
  }
  for (let made = resolve(folder); made.length >= resolve(first).length; made = dirname(made)) {
    syncFolder(dirname(made));
  }
}

/** Replaces the file at `path` atomically; its folder must exist. */
export function writeDurable(path: string, content: Uint8Array | string): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const temporary = `${path}.partial`;
  const descriptor = openSync(temporary, 'w', ownerOnlyMode);
  try {
    writeFully(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** Removes the file at `path` durably; a missing file is fine. */
export function removeDurable(path: string): void {
  rmSync(path, { force: true });
  syncFolder(dirname(path));
}

/** The file's bytes, or `undefined` where there is none. */
export function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** The JSON file's value, or `undefined` where there is no file. */
export function readJsonIfPresent(path: string): unknown {
  const bytes = readIfPresent(path);
  return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
}
