import { join } from 'node:path';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { ensureFolder, readIfPresent, writeDurable } from '../front/durable-file.ts';

/** The last checkpoint a witness cosigned, per origin. */
export interface ViewStore {
  read(origin: string): string | undefined;
  /** As `read`, by the SHA-256 of the origin in hexadecimal. */
  readByHash(originHash: string): string | undefined;
  /** On disk when it returns; after an exception either view may be there. */
  write(origin: string, note: string): void;
}

/** Views as files, one per origin. They are read afresh every time, so that a view is never newer than its file. */
export function openViews(folder: string): ViewStore {
  ensureFolder(folder);
  const path = (originHash: string) => join(folder, `${originHash}.checkpoint`);
  const read = (originHash: string) =>
    /^[0-9a-f]{64}$/.test(originHash) ? readIfPresent(path(originHash))?.toString('utf8') : undefined;
  return {
    read: (origin) => read(sha256Hex(origin)),
    readByHash: read,
    write: (origin, note) => writeDurable(path(sha256Hex(origin)), note),
  };
}
