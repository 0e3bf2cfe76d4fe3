import { readFile, rename, writeFile } from 'node:fs/promises';
import type { VerifiedState } from '../../core/ledger/log-verify/verified-state.ts';
import { formatVerifiedState, parseVerifiedState } from '../../core/ledger/log-verify/verified-state.ts';
import { LogInputError } from './log-inputs.ts';

/**
 * What was verified before; undefined when the file is not there yet.
 *
 * @throws {LogInputError} when it holds something else
 */
export async function readState(file: string): Promise<VerifiedState | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const state = parseVerifiedState(text);
  if (state.ok) return state.value;
  throw new LogInputError(`${file}: ${state.problem}`);
}

/** Writes a state whole or not at all. */
export async function writeState(file: string, state: VerifiedState): Promise<void> {
  await writeFile(`${file}.new`, formatVerifiedState(state));
  await rename(`${file}.new`, file);
}
