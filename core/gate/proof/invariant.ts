import type { JsonObject } from '../../json.ts';
import type { Facts } from './concrete.ts';

/** What can be asked of a rule set. */
export const CHECKERS = ['never-allow', 'approvals-monotone', 'approvals-suffice', 'total', 'reachable'] as const;

/** One of {@link CHECKERS}. */
export type CheckerName = (typeof CHECKERS)[number];

/** What must stay true of a rule set, as data. */
export interface Invariant {
  readonly id: string;
  /** One sentence for the people who answer for the rules. */
  readonly text: string;
  readonly checker: CheckerName;
  /** The action types or groups it is about; absent: all. */
  readonly actions?: readonly string[];
  /** For `never-allow`: the facts under which nothing may be allowed, as a Cedar condition. */
  readonly when?: string;
}

/** An invariant whose condition is parsed. */
export interface ParsedInvariant extends Invariant {
  /** For `never-allow`: a policy in Cedar's JSON form whose conditions say what `when` says. */
  readonly condition?: JsonObject;
}

/** Facts under which an invariant does not hold. */
export interface Witness {
  readonly invariant: string;
  readonly actionType: string;
  /** Facts by dotted path; those not named may be anything. */
  readonly facts: Facts;
  /** What the gate answers to exactly these facts, with nothing, zero and no for the rest. */
  readonly verdict: string;
  /** The rules it quotes, or for a statement about one rule that rule. */
  readonly rules: readonly string[];
  /** What is wrong. */
  readonly problem: string;
}

/** What became of one invariant. */
export interface InvariantResult {
  readonly invariant: ParsedInvariant;
  /** The combinations of facts looked at. */
  readonly cases: number;
  /** The first witness of each action type; empty when the invariant holds. */
  readonly witnesses: readonly Witness[];
}
