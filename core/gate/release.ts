import type { JsonValue } from '../json.ts';
import { JsonReader } from './facts/json-reader.ts';

/** Which release of the rules a bundle is. */
export interface BundleRelease {
  /** Rises with every release: a bundle comes into force only after every one with a lower sequence. */
  readonly sequence: number;
  /** What the committee calls it. */
  readonly name: string;
}

/** The highest sequence a release may have, far below where numbers lose digits. */
export const MAX_SEQUENCE = 1_000_000_000;

/** What a bundle without a release counts as: older than every release. */
export const UNRELEASED: BundleRelease = { sequence: 0, name: '' };

/**
 * Reads a release.
 *
 * @throws {JsonFormatError} unless it has a sequence from 1 to {@link MAX_SEQUENCE} and a name
 */
export function decodeRelease(value: JsonValue | undefined, at: string): BundleRelease {
  if (value === undefined) return UNRELEASED;
  const reader = new JsonReader(value, at);
  reader.only(['sequence', 'name']);
  const sequence = reader.number('sequence');
  if (!Number.isSafeInteger(sequence) || sequence < 1 || sequence > MAX_SEQUENCE)
    throw reader.wrong('sequence', `a whole number from 1 to ${MAX_SEQUENCE}`);
  return { sequence, name: reader.text('name') };
}
