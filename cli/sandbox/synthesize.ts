import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CommandError, EXIT } from '../command.ts';

const TIMEOUT_MS = 180_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** The project's root folder. */
export const PROJECT_ROOT = join(import.meta.dirname, '../..');

/**
 * Synthesizes the CDK app, as `cdk synth` does, into `cdkOutDir`.
 *
 * @param configPath the sandbox's own when absent
 * @throws {CommandError} failed, with what the app printed
 */
export async function synthesize(cdkOutDir: string, configPath = 'config/sandbox.json'): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, ['bin/app.ts'], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, CDK_OUTDIR: cdkOutDir, CDK_CONTEXT_JSON: JSON.stringify({ config: configPath }) },
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
  } catch (error) {
    const printed = error instanceof Error ? error.message : String(error);
    throw new CommandError(EXIT.failed, `expected the app to synthesize, got:\n${printed}`);
  }
}
