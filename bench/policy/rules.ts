import { AMOUNT_RULES } from './amount-rules.ts';
import type { BenchRule } from './rule.ts';
import { STATE_RULES } from './state-rules.ts';

/** A hundred rules that are all about the asked action. */
export const BENCH_RULES: readonly BenchRule[] = [...STATE_RULES, ...AMOUNT_RULES];
