import { readFile, stat } from 'node:fs/promises';
import type { CompiledBundle } from '../../core/gate/bundle.ts';
import { compileBundle, loadBundle } from '../../core/gate/bundle.ts';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { buildBundle } from '../../tools/build-bundle.ts';
import { CommandError, EXIT } from '../command.ts';

/**
 * Opens a bundle's file, or builds the bundle of a policies directory.
 *
 * @throws {CommandError} bad input when it is neither
 */
export async function openBundle(path: string): Promise<CompiledBundle> {
  const isDirectory = (await stat(path)).isDirectory();
  try {
    if (isDirectory) return compileBundle(buildBundle(path));
    const bytes = await readFile(path);
    return loadBundle(bytes, sha256Hex(bytes));
  } catch (error) {
    throw new CommandError(EXIT.badInput, `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
