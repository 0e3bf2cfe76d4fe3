import type { JsonObject } from '../json.ts';

/** What two records that must agree can disagree about. */
export type FindingCode =
  /** KMS made an envelope MAC that no sealed envelope of the ledger names. */
  | 'unexplained_mac'
  /** A sealed envelope names a MAC that KMS has no record of making. */
  | 'mac_call_missing'
  /** Two sealed envelopes name the same MAC. */
  | 'mac_named_twice'
  /** The ledger allowed an action that the state does not hold as allowed. */
  | 'allow_without_action'
  /** The state holds an action as allowed that the ledger did not allow. */
  | 'action_without_allow'
  | 'row_unreadable'
  | 'chain_gap'
  | 'chain_link'
  /** The head counts more events than the ledger has. */
  | 'head_ahead'
  | 'head_behind'
  | 'head_differs'
  /** A row waits for the log longer than the merge delay. */
  | 'log_behind'
  /** The log holds more of a chain than the ledger has. */
  | 'log_ahead'
  | 'log_differs'
  /** A key was replaced or retired, and nothing records that people approved it. */
  | 'key_unrecorded';

/** One disagreement: where, what was expected and what was found. */
export interface Finding {
  readonly code: FindingCode;
  readonly chain?: string;
  readonly seq?: number;
  readonly actionId?: string;
  readonly envelopeId?: string;
  /** Purpose and generation. */
  readonly key?: string;
  /** AWS's id of a KMS request. */
  readonly requestId?: string;
  /** ISO 8601, UTC. */
  readonly time?: string;
  readonly expected: string;
  readonly got: string;
}

/** A finding as JSON, for the ledger. */
export function findingJson(finding: Finding): JsonObject {
  return { ...finding };
}

/** Order of findings in a result: by code and place, so that the same state gives the same bytes. */
export function byPlace(left: Finding, right: Finding): number {
  const [a, b] = [placeOf(left), placeOf(right)];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const SEQ_DIGITS = 16;

function placeOf({ code, chain, seq, time, requestId, actionId, envelopeId, key }: Finding): string {
  const digits = seq === undefined ? '' : String(seq).padStart(SEQ_DIGITS, '0');
  return [code, chain, digits, time, requestId, actionId, envelopeId, key].map((part) => part ?? '').join('\n');
}
