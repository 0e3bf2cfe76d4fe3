/** What went wrong with one witness. */
export interface WitnessProblem {
  /** The name the witness signs under. */
  readonly witness: string;
  readonly code: keyof typeof ALARMING;
  /** True when the log, or whoever holds its key, may have misbehaved, or when the witness does not know this log. */
  readonly isAlarm: boolean;
  readonly detail: string;
}

const ALARMING = {
  /** It cosigned a tree that is larger than ours: somebody else signs for this log, or this log was rolled back. */
  larger_tree: true,
  /** It cosigned another tree of this size. */
  other_root: true,
  /** It does not find that our tree begins with the one it cosigned. */
  proof_refused: true,
  unknown_origin: true,
  signature_refused: true,
  /** By another key, over another checkpoint or not at all. */
  cosignature_invalid: false,
  /** States a time that is too far from ours. */
  cosignature_time: false,
  /** No answer in time, or none at all; a redirect is none. */
  unreachable: false,
  /** An answer the protocol does not have, or a longer one than is read. */
  answer_invalid: false,
  /** We could not make the proof that it needs. */
  proof_unavailable: false,
} as const;

/** A problem and whether it is an alarm. */
export function witnessProblem(witness: string, code: WitnessProblem['code'], detail: string): WitnessProblem {
  return { witness, code, isAlarm: ALARMING[code], detail };
}
