import { fromBase64, toBase64 } from '../../base64.ts';
import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';

/** A tree head as a checkpoint states it. */
export interface Checkpoint {
  /** The log's name. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Lines after the root; this log writes none. */
  readonly extensions: readonly string[];
}

/** Why a text is not a checkpoint. */
export interface CheckpointProblem {
  readonly code: 'checkpoint_malformed';
  readonly expected: string;
}

const HASH_BYTES = 32;

/** The text that is signed: origin, size and root, a line each. @see https://c2sp.org/tlog-checkpoint */
export function formatCheckpointBody({ origin, size, root }: Omit<Checkpoint, 'extensions'>): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Reads a checkpoint's text: the size without leading zeros, the root as 32 bytes in base64. */
export function parseCheckpointBody(text: string): Result<Checkpoint, CheckpointProblem> {
  if (!text.endsWith('\n')) return malformed('a line feed at the end');
  const [origin = '', sizeText = '', rootText = '', ...extensions] = text.slice(0, -1).split('\n');
  if (origin === '') return malformed('an origin');
  const size = Number(sizeText);
  if (!/^(0|[1-9]\d{0,15})$/.test(sizeText) || !Number.isSafeInteger(size)) return malformed('a decimal size');
  const root = fromBase64(rootText);
  if (root?.length !== HASH_BYTES) return malformed('a root of 32 bytes in base64');
  if (extensions.includes('')) return malformed('no empty line');
  return ok({ origin, size, root, extensions });
}

function malformed(expected: string) {
  return refused<CheckpointProblem>({ code: 'checkpoint_malformed', expected });
}
