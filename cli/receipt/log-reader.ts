import type { TileReader } from '../../core/ledger/log/merkle-proof.ts';
import { openArchive } from '../audit/open-archive.ts';
import type { CommandIo } from '../command.ts';

/** Reads files of a log in a folder or a bucket; undefined where there is none. */
export function logReader(io: CommandIo, place: string): TileReader {
  const source = openArchive(io, place);
  return async (path) => {
    const parts: Uint8Array[] = [];
    try {
      for await (const part of source.read(path)) parts.push(part);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
    return new Uint8Array(Buffer.concat(parts));
  };
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NoSuchKey' || Reflect.get(error, 'code') === 'ENOENT');
}
