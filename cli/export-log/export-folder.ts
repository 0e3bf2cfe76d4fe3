import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LogSource } from '../../core/ledger/log-verify/options.ts';
import type { Result } from '../../core/result.ts';
import { ok, refused } from '../../core/result.ts';
import { directoryLog } from '../verify-log/directory-log.ts';

/** Where an export is written: a folder, as a rule. */
export interface ExportTarget {
  has(path: string): boolean;
  /** Writes a file whole or not at all. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** What is there already. */
  readonly written: LogSource;
}

/** Why a folder is not written to. */
export interface FolderRefused {
  readonly code: 'folder_foreign' | 'folder_of_another_log';
  readonly message: string;
}

/** Says whose export a folder is, from the first file on: an interrupted export has nothing else to be known by. */
const MARKER = 'export.json';

/**
 * A folder to export a log of this name to: a new one, an empty one, or the one of an earlier export of the same log. A
 * file appears under its name only once it is whole.
 */
export async function openExportFolder(
  directory: string,
  origin: string,
): Promise<Result<ExportTarget, FolderRefused>> {
  await mkdir(directory, { recursive: true });
  const target = folderTarget(directory);
  const marked = target.has(MARKER) ? originIn(readFileSync(join(directory, MARKER), 'utf8')) : undefined;
  if (marked === origin) return ok(target);
  if (marked !== undefined)
    return refuse(
      'folder_of_another_log',
      `expected \`${directory}\` to be an export of ${origin}, got one of ${marked}`,
    );
  if ((await readdir(directory)).length > 0)
    return refuse('folder_foreign', `expected \`${directory}\` to be empty or an earlier export, got other files`);
  await target.write(MARKER, Buffer.from(`${JSON.stringify({ v: '1', origin })}\n`));
  return ok(target);
}

function folderTarget(directory: string): ExportTarget {
  return {
    has: (path) => existsSync(join(directory, path)),
    async write(path, bytes) {
      const file = join(directory, path);
      await mkdir(dirname(file), { recursive: true });
      // Outside the log's own folders, where a verifier would take it for a stray file of the log.
      const unfinished = join(directory, `.unfinished-${path.replaceAll('/', '-')}`);
      await writeFile(unfinished, bytes);
      await rename(unfinished, file);
    },
    written: directoryLog(directory),
  };
}

function originIn(text: string): string | undefined {
  try {
    const marker: unknown = JSON.parse(text);
    const origin = typeof marker === 'object' && marker !== null && 'origin' in marker ? marker.origin : undefined;
    return typeof origin === 'string' ? origin : undefined;
  } catch {
    return undefined;
  }
}

function refuse(code: FolderRefused['code'], message: string) {
  return refused<FolderRefused>({ code, message });
}
