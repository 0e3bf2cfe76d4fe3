import { fromBase64, toBase64 } from '../../base64.ts';
import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';
import { leafHashOf } from '../hash.ts';
import type { CheckpointProblem } from './checkpoint.ts';
import { parseCheckpointBody } from './checkpoint.ts';
import { verifyInclusion } from './merkle-proof.ts';
import type { NoteProblem, OpenNote, VerifierKey } from './note.ts';
import { openNote, SIGNATURE_COSIGNATURE } from './note.ts';
import type { PinnedLogKey } from './pinned-key.ts';
import { retiredSigner } from './pinned-key.ts';

/** What shows, without asking anybody, that an entry is in a log. */
export interface LogProof {
  readonly index: number;
  /** From the leaf's sibling to the root's child. */
  readonly hashes: readonly Uint8Array[];
  /** The checkpoint's signed note, verbatim. */
  readonly checkpoint: string;
  /** Carried along and authenticated by nothing. */
  readonly extra?: Uint8Array;
}

/** Who must have cosigned a checkpoint besides the log. */
export interface CosignerPolicy {
  readonly keys: readonly VerifierKey[];
  /** True when these of the keys are enough. */
  isMetBy(verified: readonly VerifierKey[]): boolean;
}

/** Whom a verifier trusts for what. */
export interface LogTrust {
  /** The log's own keys; one that is no cosignature must have signed. */
  readonly logKeys: readonly PinnedLogKey[];
  readonly origin: string;
  readonly policy?: CosignerPolicy;
}

/** What a proof showed. */
export interface ProvenEntry {
  readonly index: number;
  readonly size: number;
  /** Every key whose signature was verified; a cosignature with the time it states, POSIX seconds. */
  readonly verified: OpenNote['verified'];
}

/** Why a proof shows nothing. */
export type LogProofProblem =
  | NoteProblem
  | CheckpointProblem
  | { readonly code: 'log_proof_malformed'; readonly expected: string }
  | { readonly code: 'checkpoint_not_of_log' }
  /** A key signed a larger tree than it may have. */
  | { readonly code: 'key_retired'; readonly untilSize: number }
  | { readonly code: 'origin_differs'; readonly origin: string }
  | { readonly code: 'policy_unmet' }
  | { readonly code: 'entry_not_included' };

const VERSION_LINE = 'c2sp.org/tlog-proof@v1';
const HASH_BYTES = 32;
/** A tree of 2^64 leaves is 64 high; no longer path exists. */
const MAX_HASHES = 64;

/** A proof as text; by convention a file named `.tlog-proof`. @see https://c2sp.org/tlog-proof */
export function formatLogProof({ index, hashes, checkpoint, extra }: LogProof): string {
  const extraLines = extra === undefined || extra.length === 0 ? [] : [`extra ${toBase64(extra)}`];
  return `${[VERSION_LINE, ...extraLines, `index ${index}`, ...hashes.map(toBase64)].join('\n')}\n\n${checkpoint}`;
}

/** Reads a proof in its one spelling; its checkpoint is neither read nor verified. */
export function parseLogProof(text: string): Result<LogProof, LogProofProblem> {
  const headEnd = text.indexOf('\n\n');
  if (headEnd < 0) return malformed('an empty line before the checkpoint');
  const [version, ...lines] = text.slice(0, headEnd).split('\n');
  if (version !== VERSION_LINE) return malformed(`\`${VERSION_LINE}\` first`);
  const extraText = lines[0]?.startsWith('extra ') ? lines.shift()?.slice('extra '.length) : undefined;
  const extra = extraText === undefined ? undefined : fromBase64(extraText);
  if (extraText !== undefined && (extra === undefined || extra.length === 0)) return malformed('extra data in base64');
  const [indexLine = '', ...hashLines] = lines;
  const [, digits = ''] = /^index (0|[1-9]\d{0,15})$/.exec(indexLine) ?? [];
  const index = Number(digits);
  if (digits === '' || !Number.isSafeInteger(index)) return malformed('a line `index` with a decimal number');
  if (hashLines.length > MAX_HASHES) return malformed(`at most ${MAX_HASHES} hashes`);
  const hashes: Uint8Array[] = [];
  for (const line of hashLines) {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES) return malformed('hashes of 32 bytes in base64');
    hashes.push(hash);
  }
  const checkpoint = text.slice(headEnd + 2);
  return ok({ index, hashes, checkpoint, ...(extra === undefined ? {} : { extra }) });
}

/**
 * Verifies that `entry` is in the log: the log signed the checkpoint for its origin, enough cosigners did, and the hashes
 * lead from the entry to the checkpoint's root.
 */
export function verifyLogProof(text: string, entry: Uint8Array, trust: LogTrust): Result<ProvenEntry, LogProofProblem> {
  const proof = parseLogProof(text);
  if (!proof.ok) return proof;
  const { index, hashes, checkpoint } = proof.value;
  const note = openNote(checkpoint, [...trust.logKeys, ...(trust.policy?.keys ?? [])]);
  if (!note.ok) return note;
  const { verified } = note.value;
  const signers = verified.map(({ key }) => key);
  const isLogs = (key: VerifierKey) => trust.logKeys.includes(key) && key.type !== SIGNATURE_COSIGNATURE;
  if (!signers.some(isLogs)) return refused({ code: 'checkpoint_not_of_log' });
  const head = parseCheckpointBody(note.value.text);
  if (!head.ok) return head;
  const { origin, size, root } = head.value;
  if (origin !== trust.origin) return refused({ code: 'origin_differs', origin });
  const retired = retiredSigner(trust.logKeys, signers, size);
  if (retired?.untilSize !== undefined) return refused({ code: 'key_retired', untilSize: retired.untilSize });
  if (trust.policy?.isMetBy(signers) === false) return refused({ code: 'policy_unmet' });
  const isIncluded = verifyInclusion({ size, index, leaf: leafHashOf(entry), proof: hashes, root });
  return isIncluded ? ok({ index, size, verified }) : refused({ code: 'entry_not_included' });
}

function malformed(expected: string) {
  return refused<LogProofProblem>({ code: 'log_proof_malformed', expected });
}
