import type { CompiledBundle } from '../../../core/gate/bundle.ts';
import type { CaseResult } from '../../../core/gate/coverage/coverage.ts';
import { decide } from '../../../core/gate/decide.ts';
import type { JsonObject } from '../../../core/json.ts';
import { canonicalJson } from '../../../core/ledger/canonical.ts';
import { sha256Hex } from '../../../core/ledger/hash.ts';

/** How long decisions of one tier take, in units of the reference: hashing the same facts once. */
export interface TierLatency {
  readonly tier: number;
  readonly types: number;
  /** Median time of a decision divided by the median time of the reference, measured in turns in the same run. */
  readonly ratio: number;
  readonly budget: number;
}

/** What a decision of each tier may take, in references: twenty times what it takes, so that only a real change fails. */
const BUDGETS: readonly number[] = [10, 10, 10, 10];
const ROUNDS = 21;
const PER_ROUND = 40;

/**
 * Measures decisions per tier against a reference that runs in turns with them, so that a slow or busy machine slows
 * both. No absolute time decides.
 */
export function measureLatency(
  bundle: CompiledBundle,
  context: JsonObject,
): { readonly tiers: readonly TierLatency[]; readonly cases: readonly CaseResult[] } {
  const tiers = BUDGETS.map((budget, tier) => tierLatency(bundle, context, tier, budget));
  return {
    tiers,
    cases: tiers.map(({ tier, ratio, budget }) => ({
      id: `latency: a T${tier} decision takes at most ${budget} times what hashing its facts takes`,
      dimension: 'latency',
      exercises: [],
      passed: ratio <= budget,
      ...(ratio > budget && { problem: `expected at most ${budget}, got ${ratio.toFixed(1)}` }),
    })),
  };
}

function tierLatency(bundle: CompiledBundle, context: JsonObject, tier: number, budget: number): TierLatency {
  const types = [...bundle.catalogue].filter(([, entry]) => entry.tier === tier).map(([type]) => type);
  const decideAll = (): void => {
    // A copy each time, as every decision has facts of its own.
    for (const actionType of types) {
      decide({ agentId: 'a', actionType, resource: 'account/1', context: { ...context } }, bundle);
    }
  };
  const hashAll = (): void => {
    for (const _type of types) sha256Hex(canonicalJson(context));
  };
  const times = Array.from({ length: ROUNDS }, () => ({ decision: timeOf(decideAll), reference: timeOf(hashAll) }));
  const ratio = median(times.map(({ decision }) => decision)) / median(times.map(({ reference }) => reference));
  return { tier, types: types.length, ratio: Math.round(ratio * 10) / 10, budget };
}

function timeOf(work: () => void): number {
  const start = performance.now();
  for (let turn = 0; turn < PER_ROUND; turn += 1) work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
