import { readFile, stat } from 'node:fs/promises';
import type { CompiledBundle } from '../../core/gate/bundle.ts';
import { compileBundle, loadBundle } from '../../core/gate/bundle.ts';
import type { JsonObject } from '../../core/json.ts';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { buildBundle } from '../../tools/build-bundle.ts';
import { CommandError, EXIT } from '../command.ts';

/** A bundle as a document and ready to decide. */
export interface OpenedBundle {
  readonly compiled: CompiledBundle;
  readonly document: JsonObject;
}

/**
 * Opens a bundle's file, or builds the bundle of a policies directory.
 *
 * @throws {CommandError} bad input when it is neither
 */
export async function openBundle(path: string): Promise<OpenedBundle> {
  const isDirectory = (await stat(path)).isDirectory();
  try {
    if (isDirectory) return built(path);
    const bytes = await readFile(path);
    return { compiled: loadBundle(bytes, sha256Hex(bytes)), document: JSON.parse(bytes.toString('utf8')) };
  } catch (error) {
    throw new CommandError(EXIT.badInput, `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function built(path: string): OpenedBundle {
  const bundle = buildBundle(path);
  return { compiled: compileBundle(bundle), document: JSON.parse(JSON.stringify(bundle)) };
}
