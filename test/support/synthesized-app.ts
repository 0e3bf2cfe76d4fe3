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

/**
 * The folder of the app as synthesized from the sources there are now; synthesized once for all test files.
 * `COUNTERSIGN_TEST_APP` names one that was synthesized elsewhere.
 */
export async function synthesizedApp(): Promise<string> {
  const given = process.env['COUNTERSIGN_TEST_APP'];
  if (given !== undefined) return given;
  const hash = inputsHash();
  const folder = join(CACHE, hash);
  if (existsSync(join(folder, 'manifest.json'))) return folder;
  forgetOldApps();
  const draft = `${folder}.${randomUUID()}`;
  try {
    await synthesize(draft);
    // Whoever edits meanwhile gets an app of one state of the sources, not of two.
    if (inputsHash() !== hash) return await synthesizedApp();
    renameSync(draft, folder);
  } catch (error) {
    // Another test process may have been faster: what it wrote came from the same sources.
    if (!existsSync(join(folder, 'manifest.json'))) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
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
