import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from '../../cli/sandbox/synthesize.ts';
import { REPOSITORY_ROOT } from './source-files.ts';

/** Everything that decides what the app synthesizes to. */
const INPUTS = [
  'audit',
  'aws',
  'bin',
  'config',
  'core',
  'lambdas',
  'lib',
  'policies',
  'statemachines',
  'tools',
  'cdk.json',
  'package-lock.json',
];
const CACHE = join(REPOSITORY_ROOT, 'node_modules/.cache/countersign-app');
const KEPT_MS = 60 * 60_000;

/** The folder of the app as synthesized from the sources there are now; synthesized once for all test files. */
export async function synthesizedApp(): Promise<string> {
  const folder = join(CACHE, inputsHash());
  if (existsSync(join(folder, 'manifest.json'))) return folder;
  forgetOldApps();
  const draft = `${folder}.${randomUUID()}`;
  await synthesize(draft);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another test process was faster: what it wrote came from the same sources.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(join(folder, 'manifest.json'))) throw error;
  }
  return folder;
}

function inputsHash(): string {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    const path = join(REPOSITORY_ROOT, input);
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
      : [path];
    for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 32);
}

function forgetOldApps(): void {
  if (!existsSync(CACHE)) return;
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    if (Date.now() - mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}
