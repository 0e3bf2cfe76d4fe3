import type { ConditionContext } from '../../../sandbox/contract.ts';

/** A question about the templates: which roles may do this. */
export interface Question {
  readonly what: string;
  readonly action: string;
  readonly resourceArn: string;
  readonly context?: ConditionContext;
  /** Role names, sorted. */
  readonly expected: readonly string[];
}

/** A role no template has: all actions on all resources, as an account's administrator holds. */
export const ADMINISTRATOR = 'administrator (allowed everything by IAM)';
