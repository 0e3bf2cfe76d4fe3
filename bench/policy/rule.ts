import type { DecisionContext } from '../../core/gate/facts/context.ts';

/** The thresholds of the asked action type, micro-USD. */
export interface BenchLimits {
  readonly materialityMicroUsd: number;
  readonly dualMicroUsd: number;
  readonly sessionMicroUsd: number;
  readonly dayMicroUsd: number;
}

/** A condition written by hand, without the approvals. */
type Predicate = (c: DecisionContext, l: BenchLimits) => boolean;

/** One rule in both languages: `permit`, `forbid`, or what a forbid requires to stand aside. */
export interface BenchRule {
  readonly kind: 'permit' | 'forbid' | 'approvals=1' | 'approvals=2;managers=1';
  /** Cedar, without the `unless` of approvals. */
  readonly cedar: string;
  readonly test: Predicate;
}

const ruleOf =
  (kind: BenchRule['kind']) =>
  (cedar: string, test: Predicate): BenchRule => ({ kind, cedar, test });

/** Rules by what they do. */
export const [permit, forbid, unlessOne, unlessTwo] = [
  ruleOf('permit'),
  ruleOf('forbid'),
  ruleOf('approvals=1'),
  ruleOf('approvals=2;managers=1'),
];
