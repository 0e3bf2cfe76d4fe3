import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** An archive written to a folder of its own. */
export interface ArchiveFolder {
  readonly path: string;
  write(key: string, bytes: Uint8Array | string): Promise<string>;
  remove(): Promise<void>;
}

export async function archiveFolder(objects: ReadonlyMap<string, Uint8Array>): Promise<ArchiveFolder> {
  const root = await mkdtemp(join(tmpdir(), 'archive-'));
  const path = join(root, 'archive');
  await mkdir(path);
  const write = async (key: string, bytes: Uint8Array | string) => {
    const file = join(path, key);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    return file;
  };
  for (const [key, bytes] of objects) await write(key, bytes);
  return { path, write, remove: () => rm(root, { recursive: true }) };
}
