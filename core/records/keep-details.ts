import type { JsonObject } from '../json.ts';
import type { ChainedEvent } from '../ledger/event.ts';
import type { Entropy } from '../ports.ts';
import type { StoredItem, Write } from '../state/entities.ts';
import { commitmentOf, openingBytes, SALT_BYTES } from './commitment.ts';
import type { DetailsSealer } from './ports.ts';
import type { SubjectKey } from './subject-key.ts';
import { decodeSubjectMonth, newKeyWrite } from './subject-key.ts';

/** Whose details, and under the key of which month. */
export interface DetailsSubject {
  /** Pseudonym of the person or thing the details are about. */
  readonly subject: string;
  /** `yyyy-mm`, UTC. */
  readonly month: string;
}

/** What an event says about details that are kept beside it. */
export interface DetailsRef extends DetailsSubject {
  /** {@link commitmentOf} the details, hexadecimal. */
  readonly commitment: string;
}

/** Details on their way into the ledger: what the event says, what is stored beside it, and the key when it is new. */
export interface KeptDetails {
  readonly ref: DetailsRef;
  readonly seal: (event: ChainedEvent) => Uint8Array;
  readonly writes: readonly Write[];
}

/**
 * Commits to details and prepares their encryption under the subject's key of the month. Where there is no key, or it
 * was destroyed, a new one is made and written with the event.
 *
 * @param stored the subject's month as it was read
 * @throws {CorruptState} when the stored month can't be read
 */
export function keepDetails(
  deps: { readonly sealer: DetailsSealer; readonly entropy: Entropy },
  { subject, month }: DetailsSubject,
  stored: StoredItem | undefined,
  details: JsonObject,
): KeptDetails {
  const before = decodeSubjectMonth(stored);
  const key: SubjectKey = before.key ?? deps.sealer.newKey();
  const opening = { salt: deps.entropy.randomHex(SALT_BYTES), details };
  return {
    ref: { subject, month, commitment: commitmentOf(opening) },
    seal: ({ chain, seq }) =>
      deps.sealer.seal(key.publicKey, openingBytes(opening), detailsContext({ subject, month }, chain, seq)),
    writes: before.key === undefined ? [newKeyWrite(subject, month, before, key)] : [],
  };
}

/** What ciphertext is bound to: the subject, the month and the place in the ledger it belongs to. */
export function detailsContext({ subject, month }: DetailsSubject, chain: string, seq: number): string {
  return `countersign/details/v1\n${subject}\n${month}\n${chain}\n${seq}`;
}
