import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { ArchiveSource } from '../../core/ledger/verify.ts';

/** An archive in a folder: an export, or a copy of the bucket's objects under their keys. */
export function directorySource(directory: string): ArchiveSource {
  return {
    async *listKeys() {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      for (const entry of entries)
        if (!entry.isDirectory()) yield relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/');
    },
    async *read(key) {
      yield* createReadStream(join(directory, key));
    },
  };
}
