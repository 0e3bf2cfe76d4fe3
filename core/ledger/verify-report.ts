import type { ChainHead } from './heads.ts';

/** Every check the verifier makes, with the words a report prints. */
export const CHECKS = {
  object_name: 'every object is a segment or a policy bundle by its name',
  segment_missing: 'segments of a chain follow each other without a gap',
  segment_overlap: 'no two segments hold the same sequence number',
  line_framing: 'every event is one line that ends with a line feed',
  utf8: 'every line is well-formed UTF-8',
  canonical_form: 'every line is the RFC 8785 canonical form of what it says',
  event_shape: 'every event has exactly the members of its version',
  event_version: 'every event has a known version',
  event_type: 'every event has a known type',
  framework_refs: 'every event names at least one framework reference',
  event_chain: 'every event belongs to the chain its object is named after',
  event_date: 'every event lies on the UTC date its object is named after',
  event_seq: 'sequence numbers run from 0 without a gap or repeat',
  genesis: 'the first event of a chain names that chain’s own genesis',
  event_prev: 'every event names the hash of the one before it',
  event_id: 'no event id is used twice in the archive',
  event_time: 'time never runs backwards inside a chain',
  chain_head: 'every supplied head lies on its chain',
  bundle_hash: 'every policy bundle’s name is the SHA-256 of its bytes',
  envelope_signature: 'every sealed envelope’s signature matches the supplied public key',
} as const satisfies { readonly [check: string]: string };

/** The name of a check. */
export type CheckCode = keyof typeof CHECKS;

/** One record or object that failed a check. */
export interface VerifyFailure {
  readonly check: CheckCode;
  readonly chain?: string;
  readonly seq?: number;
  readonly object?: string;
  /** Where in the object the record begins. */
  readonly byteOffset?: number;
  readonly expected: string;
  readonly got: string;
  /** The record before, where a broken link leaves open which of the two was changed. */
  readonly orPrevious?: RecordPlace;
}

/** Where a record is. */
export interface RecordPlace {
  readonly seq: number;
  readonly object: string;
  readonly byteOffset: number;
}

/** What was read of one chain, up to its first failure. */
export interface VerifiedChain {
  readonly chain: string;
  readonly head: ChainHead;
  /** UTC times of the first and the last event. */
  readonly firstTime: string;
  readonly lastTime: string;
}

/** The outcome of verifying an archive. It says what was checked, and just as plainly what was not. */
export interface VerifyReport {
  readonly ok: boolean;
  /** The first failure of each chain, and every misnamed object or bundle, in the order they were met. */
  readonly failures: readonly VerifyFailure[];
  readonly chains: readonly VerifiedChain[];
  readonly objects: number;
  readonly bundles: number;
  readonly events: number;
  /** Envelopes whose signature was checked and matches. */
  readonly envelopes: number;
  readonly checksDone: readonly CheckCode[];
  readonly notChecked: readonly string[];
}

const ALWAYS_NOT_CHECKED = [
  'the Merkle log, its witnesses and timestamps: they are verified where the log is, not here',
  'signatures on policy bundles: bundles are not signed',
  'whether events were left out before they were written, or whether what they say is true',
];

/** What a verification with these inputs does not cover, in words. */
export function notChecked(inputs: {
  readonly heads: boolean;
  readonly envelopeKey: boolean;
  readonly unsignedEnvelopes: number;
}): readonly string[] {
  const { unsignedEnvelopes } = inputs;
  return [
    ...(inputs.heads
      ? ['chains without a supplied head: their last event and a cut tail']
      : ['the last event of every chain, and a cut tail: no heads were supplied']),
    ...(inputs.envelopeKey ? [] : ['signatures on approval envelopes: no public key was supplied']),
    ...(unsignedEnvelopes === 0 ? [] : [`signatures of ${unsignedEnvelopes} envelopes that events only name`]),
    ...ALWAYS_NOT_CHECKED,
  ];
}
