import type { JsonObject } from '../json.ts';

/** What the gate answers. */
export type Verdict = 'allow' | 'deny' | 'require_approval';

/** T0 read-only · T1 reversible write · T2 one human above materiality · T3 irreversible, two humans. */
export type Tier = 0 | 1 | 2 | 3;

/** A rule that decided, with its approved text character for character. */
export interface RuleRef {
  readonly id: string;
  readonly text: string;
  readonly frameworkRefs: readonly string[];
}

/** What has to happen before the same action can be allowed. */
export interface ApprovalObligation {
  readonly kind: 'approvals';
  /** Distinct people needed: 1 or 2. */
  readonly approvals: number;
  /** How many of them must be managers. */
  readonly managers: number;
}

/** The answer of the pure gate. Equal inputs give equal decisions, byte for byte. */
export interface Decision {
  readonly verdict: Verdict;
  readonly tier: Tier;
  /** The determining rules, ordered by id. Never empty: a default denial quotes the bundle's default text. */
  readonly rules: readonly RuleRef[];
  /** Empty unless the verdict is `require_approval`. */
  readonly obligations: readonly ApprovalObligation[];
  /** SHA-256 of the bundle's canonical bytes. */
  readonly bundleHash: string;
  /** SHA-256 of the canonical context the decision was made on. */
  readonly contextHash: string;
}

/** What is decided about. The context holds the facts; nothing in it was declared by the agent. */
export interface DecisionRequest {
  readonly agentId: string;
  readonly actionType: string;
  readonly resource: string;
  readonly context: JsonObject;
}
