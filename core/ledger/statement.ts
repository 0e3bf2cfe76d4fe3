import type { JsonObject } from '../json.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import { canonicalJson } from './canonical.ts';
import { leafHash } from './hash.ts';
import type { EventProblem, LedgerEvent } from './parse-event.ts';
import { parseEvent } from './parse-event.ts';
import { sameBytes } from './same-bytes.ts';

/** The predicate type of a statement that wraps one ledger event. */
export const EVENT_PREDICATE_TYPE = 'urn:countersign:event:v1';

/** What a statement is about. */
export interface StatementSubject {
  readonly name: string;
  /** SHA-256, lower-case hexadecimal. */
  readonly sha256: string;
}

/** An entry that was read: the event, and its exact bytes inside the entry. */
export interface ParsedEntry {
  readonly event: LedgerEvent;
  readonly eventBytes: Uint8Array;
}

/** What is wrong with an entry's bytes: `statement` when it is the frame around the event. */
export interface EntryProblem extends Omit<EventProblem, 'check'> {
  readonly check: EventProblem['check'] | 'statement';
}

const DIGEST = /^[0-9a-f]{64}$/;
const HEAD = Buffer.from('{"_type":"https://in-toto.io/Statement/v1","predicate":');
const MIDDLE = Buffer.from(`,"predicateType":"${EVENT_PREDICATE_TYPE}","subject":[{"digest":{"sha256":"`);

/** The action an event is about, by its digest; the place in the chain when it is about no action. */
export function statementSubject(event: {
  readonly chain: string;
  readonly prev: string;
  readonly data: JsonObject;
}): StatementSubject {
  const { actionId, actionDigest } = event.data;
  if (typeof actionId === 'string' && typeof actionDigest === 'string' && DIGEST.test(actionDigest))
    return { name: actionId, sha256: actionDigest };
  return { name: event.chain, sha256: event.prev };
}

/**
 * The entry of an event: the leaf data of the log and the payload of a receipt. An in-toto Statement v1 in canonical
 * JSON, whose predicate is the event byte for byte.
 *
 * @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
export function entryBytes(eventBytes: Uint8Array, { name, sha256 }: StatementSubject): Uint8Array {
  return Buffer.concat([HEAD, eventBytes, MIDDLE, Buffer.from(`${sha256}"},"name":${canonicalJson(name)}}]}`)]);
}

/** An event's hash, hexadecimal: the leaf hash of its entry, which the chain's next event names as `prev`. */
export function eventHash(eventBytes: Uint8Array, subject: StatementSubject): string {
  return leafHash(entryBytes(eventBytes, subject));
}

/** Reads an entry strictly: the statement around the event must be, byte for byte, the one that the event makes. */
export function parseEntry(entry: Uint8Array): Result<ParsedEntry, EntryProblem> {
  const eventBytes = predicateOf(entry);
  if (eventBytes === undefined) return otherStatement(entry);
  const event = parseEvent(eventBytes);
  if (!event.ok) return event;
  if (!sameBytes(entryBytes(eventBytes, statementSubject(event.value)), entry)) return otherStatement(entry);
  return ok({ event: event.value, eventBytes });
}

/** The bytes that stand where an entry's event does, unparsed; undefined when the frame around them is another. */
export function predicateOf(entry: Uint8Array): Uint8Array | undefined {
  const buffer = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength);
  const end = buffer.lastIndexOf(MIDDLE);
  const hasFrame = end >= HEAD.length && buffer.subarray(0, HEAD.length).equals(HEAD);
  return hasFrame ? entry.subarray(HEAD.length, end) : undefined;
}

function otherStatement(entry: Uint8Array) {
  return refused<EntryProblem>({
    check: 'statement',
    expected: 'the statement of its event',
    got: Buffer.from(entry.subarray(0, HEAD.length)).toString('latin1'),
  });
}
