import { type Result, refused } from '../../core/result.ts';

/** Why a timestamp says nothing. */
export type TimestampProblemCode =
  | 'malformed'
  | 'trailing_bytes'
  | 'not_granted'
  | 'hash_not_sha256'
  | 'imprint_differs'
  | 'nonce_differs'
  | 'policy_not_accepted'
  | 'signer_certificate_missing'
  | 'signing_certificate_differs'
  | 'algorithm_not_accepted'
  | 'signature_invalid'
  | 'trust_anchor_unreadable'
  | 'chain_untrusted'
  | 'certificate_not_valid_then'
  | 'extended_key_usage'
  | 'key_usage';

/** A refused timestamp: a stable code and what was expected. */
export interface TimestampProblem {
  readonly code: TimestampProblemCode;
  readonly message: string;
}

/** A refusal with `code`. */
export function refuse(
  code: TimestampProblemCode,
  message: string,
): { readonly ok: false; readonly problem: TimestampProblem } {
  return refused({ code, message });
}

/** The outcome of a step of the verification. */
export type Checked<Value> = Result<Value, TimestampProblem>;
