import { refused } from '../../result.ts';

/** Why a run stopped. `contended` passes by itself; the others need a person, and nothing is signed meanwhile. */
export interface SequenceProblem {
  readonly code:
    | 'contended'
    | 'log_newer_than_lock'
    | 'log_root_differs'
    | 'checkpoint_unreadable'
    | 'staging_missing'
    | 'staging_differs'
    | 'edge_missing'
    | 'edge_differs'
    | 'file_differs'
    | 'signature_invalid';
  readonly detail: string;
}

/** A chain that is held back while the others go on: `fromSeq` is the first row that cannot be sequenced. */
export interface HeldChain {
  readonly code: 'ledger_gap' | 'ledger_link' | 'entry_too_large';
  readonly chain: string;
  readonly fromSeq: number;
}

/** Wraps a problem as a refusal. */
export function stop(code: SequenceProblem['code'], detail: string) {
  return refused<SequenceProblem>({ code, detail });
}
