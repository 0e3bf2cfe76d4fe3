import { fromBase64, toBase64 } from '../../base64.ts';
import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';

/** What a log sends a witness: a checkpoint, and why it extends the one the witness cosigned last. */
export interface AddCheckpoint {
  /** Size of the checkpoint that the witness is thought to have cosigned last; 0 for none. */
  readonly oldSize: number;
  /** Consistency proof from `oldSize`. */
  readonly proof: readonly Uint8Array[];
  /** The checkpoint's signed note, verbatim. */
  readonly note: string;
}

/** Why a text is not such a request. */
export interface AddCheckpointProblem {
  readonly code: 'add_checkpoint_malformed';
  readonly expected: string;
}

/** No tree of up to 2^63 leaves needs a longer proof. */
const MAX_PROOF_HASHES = 63;
const HASH_BYTES = 32;

/**
 * The body of `POST <prefix>/add-checkpoint`.
 *
 * @throws {RangeError} for a proof of more than 63 hashes, which no witness takes
 * @see https://c2sp.org/tlog-witness
 */
export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): string {
  if (proof.length > MAX_PROOF_HASHES)
    throw new RangeError(`expected at most ${MAX_PROOF_HASHES} hashes, got ${proof.length}`);
  const lines = proof.map((hash) => `${toBase64(hash)}\n`);
  return `old ${oldSize}\n${lines.join('')}\n${note}`;
}

/** Reads a request's body in its one spelling; the note in it is neither read nor verified. */
export function parseAddCheckpoint(body: string): Result<AddCheckpoint, AddCheckpointProblem> {
  const headEnd = body.indexOf('\n\n');
  if (headEnd < 0) return malformed('an empty line before the checkpoint');
  const [first = '', ...lines] = body.slice(0, headEnd).split('\n');
  const [, digits = ''] = /^old (0|[1-9]\d{0,15})$/.exec(first) ?? [];
  const oldSize = Number(digits);
  if (digits === '' || !Number.isSafeInteger(oldSize)) return malformed('a line `old` with a decimal size');
  if (lines.length > MAX_PROOF_HASHES) return malformed(`at most ${MAX_PROOF_HASHES} hashes`);
  const proof: Uint8Array[] = [];
  for (const line of lines) {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES) return malformed('hashes of 32 bytes in base64');
    proof.push(hash);
  }
  return ok({ oldSize, proof, note: body.slice(headEnd + 2) });
}

function malformed(expected: string) {
  return refused<AddCheckpointProblem>({ code: 'add_checkpoint_malformed', expected });
}
