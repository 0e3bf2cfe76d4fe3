import { describe, expect, it } from 'vitest';
import type { LedgerRow } from '../../core/ledger/ledger-row.ts';
import type { Fault, WriteHook } from '../core/ledger/log/log-world.ts';
import { differences, LogWorld } from '../core/ledger/log/log-world.ts';
import { plainChain, rowsOf } from '../core/ledger/sample-log.ts';

const SEEDS = 60;
const RUNS_PER_SEED = 20;
const CHAINS = ['agent/a', 'agent/b', 'agent/c', 'control'];

/** Mulberry32: small, seeded, the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lets others go on for a while at every write, and now and then fails it. */
function disturbance(random: () => number, faultRate: number): WriteHook {
  return async () => {
    for (let turns = Math.floor(random() * 12); turns > 0; turns -= 1) await Promise.resolve();
    if (random() >= faultRate) return undefined;
    const fault: Fault = random() < 0.5 ? 'before' : 'after';
    return fault;
  };
}

/** Some of the rows so far: late, repeated, out of order. */
function deliveries(rows: readonly LedgerRow[], random: () => number): readonly LedgerRow[] {
  const some = rows.filter(() => random() < 0.3);
  return [...some, ...some.filter(() => random() < 0.2)].sort(() => random() - 0.5);
}

async function simulate(seed: number): Promise<{ readonly runs: number; readonly problems: readonly string[] }> {
  const random = randomOf(seed);
  const world = new LogWorld();
  const waiting = CHAINS.map((chain) => rowsOf(plainChain(chain, 5 + Math.floor(random() * 25))));
  let runs = 0;
  const one = async () => {
    runs += 1;
    const request = { delivered: deliveries(world.ledger.rows, random), chains: random() < 0.3 ? CHAINS : [] };
    const limits = { maxRowsPerBatch: 1 + Math.floor(random() * 12), maxBatches: 3 };
    try {
      const result = await world.run(request, disturbance(random, 0.08), limits);
      return result.ok || result.problem.code === 'contended'
        ? []
        : [`${result.problem.code}: ${result.problem.detail}`];
    } catch (error) {
      return error instanceof Error && error.message.includes('took effect') ? [] : [String(error)];
    }
  };
  const problems: string[] = [];
  while (runs < RUNS_PER_SEED) {
    world.nowMs += 1_000;
    for (const rows of waiting) world.ledger.rows.push(...rows.splice(0, Math.floor(random() * 5)));
    const racing = await Promise.all(random() < 0.5 ? [one(), one()] : [one()]);
    problems.push(...racing.flat());
  }
  world.ledger.rows.push(...waiting.flat());
  const last = await world.run({ chains: CHAINS }, undefined, { maxRowsPerBatch: 50, maxBatches: 20 });
  if (!last.ok) problems.push(`${last.problem.code}: ${last.problem.detail}`);
  return { runs, problems: [...problems, ...differences(world.verifiedEntries(), world.ledger.rows)] };
}

describe('sequencing under crashes, races and disordered deliveries', () => {
  it(`sequences every row once and in order over ${SEEDS * RUNS_PER_SEED} runs`, { timeout: 60_000 }, async () => {
    let runs = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const outcome = await simulate(seed);
      runs += outcome.runs;
      expect(outcome.problems, `seed ${seed}`).toEqual([]);
    }
    expect(runs).toBeGreaterThanOrEqual(1_000);
  });
});
