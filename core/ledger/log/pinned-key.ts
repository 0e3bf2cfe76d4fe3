import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';
import { sameBytes } from '../same-bytes.ts';
import type { VerifierKey } from './note.ts';
import { formatVerifierKey, parseVerifierKey, SIGNATURE_ED25519 } from './note.ts';

/** A key of a log as its readers know it. */
export interface PinnedLogKey extends VerifierKey {
  /** Leaves of the largest tree it may have signed; absent while the key is in use. */
  readonly untilSize?: number;
}

/** Why a list of keys cannot be used. Lines count from 1. */
export interface PinnedKeyProblem {
  readonly line: number;
  readonly expected: string;
}

const LINE = /^(\S+)(?: until (0|[1-9]\d{0,15}))?$/;

/**
 * Reads a log's keys, one in a line: a verifier key, followed by ` until <size>` once it is retired. Empty lines and
 * those that begin with `#` are skipped.
 */
export function parsePinnedKeys(text: string): Result<readonly PinnedLogKey[], PinnedKeyProblem> {
  const keys: PinnedLogKey[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const [, vkey = '', until] = LINE.exec(trimmed) ?? [];
    const key = parseVerifierKey(vkey);
    if (!key.ok || key.value.type !== SIGNATURE_ED25519)
      return refused({
        line: index + 1,
        expected: 'a verifier key `name+id+key` of Ed25519, and perhaps `until <size>`',
      });
    const untilSize = Number(until);
    if (until !== undefined && !Number.isSafeInteger(untilSize))
      return refused({ line: index + 1, expected: 'a size' });
    keys.push(until === undefined ? key.value : { ...key.value, untilSize });
  }
  return keys.length === 0 ? refused({ line: 1, expected: 'a verifier key' }) : ok(keys);
}

/** One line of {@link parsePinnedKeys}, without its line feed. */
export function formatPinnedKey({ name, type, publicKey, untilSize }: PinnedLogKey): string {
  const key = formatVerifierKey(name, type, publicKey);
  return untilSize === undefined ? key : `${key} until ${untilSize}`;
}

/**
 * The first of `signers` that had been retired before a tree of this size was signed: a signature that whoever stole the
 * key could make.
 */
export function retiredSigner(
  pinned: readonly PinnedLogKey[],
  signers: readonly VerifierKey[],
  size: number,
): PinnedLogKey | undefined {
  return pinned.find(
    ({ name, publicKey, untilSize }) =>
      untilSize !== undefined &&
      size > untilSize &&
      signers.some((signer) => signer.name === name && sameBytes(signer.publicKey, publicKey)),
  );
}
