import { readFile, stat } from 'node:fs/promises';
import type { CompiledBundle } from '../../core/gate/bundle.ts';
import { loadBundle } from '../../core/gate/bundle.ts';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { buildBundle, bundleBytes } from '../../tools/build-bundle.ts';
import { CommandError, EXIT } from '../command.ts';

/**
 * The exact bytes of a bundle's file, or of the bundle that a policies directory makes, and what they say.
 *
 * @throws {CommandError} bad input when the path is neither
 */
export async function readBundle(
  path: string,
): Promise<{ readonly bytes: Uint8Array; readonly bundle: CompiledBundle }> {
  try {
    const isDirectory = (await stat(path)).isDirectory();
    const bytes = isDirectory ? bundleBytes(buildBundle(path)) : await readFile(path);
    return { bytes, bundle: loadBundle(bytes, sha256Hex(bytes)) };
  } catch (error) {
    throw new CommandError(EXIT.badInput, `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
