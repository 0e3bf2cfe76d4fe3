import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { VerifiedState } from '../../core/ledger/log-verify/verified-state.ts';
import { formatVerifiedState, parseVerifiedState } from '../../core/ledger/log-verify/verified-state.ts';
import { badInputOf } from '../bad-input.ts';
import { LogInputError } from './log-inputs.ts';

/**
 * What was verified before; undefined when the file is not there yet.
 *
 * @throws {LogInputError} when it holds something else
 */
export async function readState(file: string): Promise<VerifiedState | undefined> {
  const text = await readIfThere(file);
  // To be said before an hour's verification, not after it.
  if (!existsSync(dirname(file))) throw new LogInputError(`${file}: expected its folder to be there, got none`);
  if (text === undefined) return undefined;
  const ids = await readIfThere(idsFile(file));
  const state = parseVerifiedState(new TextDecoder().decode(text), ids ?? new Uint8Array());
  if (state.ok) return state.value;
  throw new LogInputError(`${file}: ${state.problem}`);
}

/** Writes a state whole or not at all: until it is renamed the one before it has its ids too, which these begin with. */
export async function writeState(file: string, state: VerifiedState): Promise<void> {
  await writeWhole(idsFile(file), state.ids);
  await writeWhole(file, formatVerifiedState(state));
}

async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
}

function idsFile(file: string): string {
  return `${file}.ids`;
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const problem = badInputOf(error);
    throw problem === undefined ? error : new LogInputError(`${file}: ${problem}`);
  }
}
