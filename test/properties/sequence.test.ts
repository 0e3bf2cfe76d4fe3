import { describe, expect, it } from 'vitest';
import { type ChainedEvent, chainEvent, emptyChain } from '../../core/ledger/event.ts';
import type { LedgerRow } from '../../core/ledger/ledger-row.ts';
import type { Fault, WriteHook } from '../core/ledger/log/log-world.ts';
import { differences, LogWorld } from '../core/ledger/log/log-world.ts';
import { leafOf, signature, smallNote, smallTree, treeHash } from '../core/ledger/log/small-tree.ts';
import { LOG_START_MS, rowsOf } from '../core/ledger/sample-log.ts';

const SEEDS = 1_000;
const RUNS_PER_SEED = 12;
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

/** A chain whose events are the same in every run of the tests, ids included. */
function chainOf(chain: string, count: number): readonly ChainedEvent[] {
  let position = emptyChain(chain);
  return Array.from({ length: count }, (_, seq) => {
    const draft = { type: 'action.decided', frameworkRefs: ['AIR-SEC-024'], data: { actionId: `act_${seq}` } } as const;
    const event = chainEvent(chain, position, draft, `01${chain} ${seq}`, LOG_START_MS + seq * 1_000);
    position = { nextSeq: event.seq + 1, prevHash: event.hash, lastTimeMs: event.timeMs };
    return event;
  });
}

/** Some of the rows so far: late, repeated, out of order. */
function deliveries(rows: readonly LedgerRow[], random: () => number): readonly LedgerRow[] {
  const some = rows.filter(() => random() < 0.3);
  return [...some, ...some.filter(() => random() < 0.2)].sort(() => random() - 0.5);
}

/** What a history leaves behind, and everything it did on the way, in order. */
interface Outcome {
  readonly runs: number;
  readonly faults: number;
  readonly problems: readonly string[];
  readonly trace: readonly string[];
}

async function simulate(seed: number): Promise<Outcome> {
  const random = randomOf(seed);
  const trace: string[] = [];
  const disturb = disturbance(random, 0.08);
  const hook: WriteHook = async (name) => {
    const fault = await disturb(name);
    trace.push(`${name} ${fault ?? 'done'}`);
    return fault;
  };
  const signed: Uint8Array[] = [];
  const sign = (bytes: Uint8Array) => {
    signed.push(bytes);
    return signature(bytes);
  };
  const signers = [{ publicKey: new Uint8Array(), sign }];
  const world = new LogWorld({ tree: smallTree, checkpoints: smallNote, signers });
  const waiting = CHAINS.map((chain) => rowsOf(chainOf(chain, 5 + Math.floor(random() * 25))));
  let runs = 0;
  const one = async () => {
    runs += 1;
    const request = { delivered: deliveries(world.ledger.rows, random), chains: random() < 0.3 ? CHAINS : [] };
    const limits = { maxRowsPerBatch: 1 + Math.floor(random() * 12), maxBatches: 3 };
    try {
      const result = await world.run(request, hook, limits);
      return result.ok || result.problem.code === 'contended' ? [] : [described(result.problem)];
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
  if (!last.ok) problems.push(described(last.problem));
  const entries = world.verifiedEntries();
  const faults = trace.filter((step) => !step.endsWith(' done')).length;
  problems.push(...differences(entries, world.ledger.rows), ...forks(signed, entries));
  return { runs, faults, problems, trace: [...trace, ...entries] };
}

function described({ code, detail }: { readonly code: string; readonly detail: string }): string {
  return `${code}: ${detail}`;
}

/** Signed heads that the finished log does not pass through. */
function forks(signed: readonly Uint8Array[], entries: readonly string[]): readonly string[] {
  const leaves = entries.map((entry) => leafOf(new TextEncoder().encode(entry)));
  const heads = new Set(signed.map((bytes) => new TextDecoder().decode(bytes).replace(/^time \d+\n/, '')));
  return [...heads].flatMap((head) => {
    const [, size, rootHex] = head.split('\n');
    const root = Buffer.from(treeHash(leaves.slice(0, Number(size)))).toString('hex');
    return root === rootHex && Number(size) <= leaves.length ? [] : [`signed another head of size ${size}`];
  });
}

describe('sequencing under crashes, races and disordered deliveries', () => {
  it(`sequences every row once and in order in ${SEEDS} histories of ${RUNS_PER_SEED} runs`, {
    timeout: 120_000,
  }, async () => {
    let faults = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const outcome = await simulate(seed);
      expect(outcome.problems, `seed ${seed}`).toEqual([]);
      expect(outcome.runs).toBeGreaterThanOrEqual(RUNS_PER_SEED);
      faults += outcome.faults;
    }
    expect(faults).toBeGreaterThan(SEEDS);
  });

  it('does the same again from the same seed, and something else from another', async () => {
    const [first, again, other] = [await simulate(7), await simulate(7), await simulate(8)];

    expect(again.trace).toEqual(first.trace);
    expect(other.trace).not.toEqual(first.trace);
  });
});
