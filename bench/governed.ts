import { checkLedger, type LedgerRowSizes } from './check-ledger.ts';
import type { HostedProcess } from './hosted-sandbox.ts';
import type { Acknowledged, LoadSample } from './load.ts';
import { runLoad } from './load.ts';
import { median, quantile } from './statistics.ts';

/** One way of loading the sandbox, measured several times. */
export interface GovernedFigures {
  readonly agents: number;
  readonly concurrency: number;
  readonly actions: number;
  /** Medians of the rounds. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerAction: number;
  /** Share of the cores that other processes used, median of the rounds. */
  readonly othersShare: number;
  /** Requests repeated after 503, all rounds together. */
  readonly repeats: number;
}

/** What was found about governed actions. */
export interface GovernedResult {
  readonly figures: readonly GovernedFigures[];
  /** Actions answered with 200, all of which were found in the ledger. */
  readonly acknowledged: number;
  readonly ledgerRows: LedgerRowSizes;
}

const ROUNDS = 3;
const WARM_UP_ACTIONS = 1_600;

/** One agent's actions follow one another in its chain, so its concurrency is contention; many agents' do not. */
const SCENES = [
  { agents: 1, concurrency: 1, actions: 300 },
  { agents: 8, concurrency: 1, actions: 300 },
  { agents: 1, concurrency: 16, actions: 400 },
  { agents: 8, concurrency: 16, actions: 1_600 },
] as const;

/**
 * Loads the sandbox in every scene and looks every acknowledged action up in the ledger.
 *
 * @throws {Error} when an action is not allowed, or is acknowledged and not in the ledger
 */
export async function governedActions(sandbox: HostedProcess): Promise<GovernedResult> {
  const acknowledged: Acknowledged[] = [];
  const run = async (agentCount: number, concurrency: number, actions: number): Promise<LoadSample> => {
    const sample = await runLoad(sandbox, { agentCount, concurrency, actions });
    acknowledged.push(...sample.acknowledged);
    return sample;
  };
  await run(8, 16, WARM_UP_ACTIONS);
  const figures: GovernedFigures[] = [];
  for (const scene of SCENES) {
    const samples: LoadSample[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      samples.push(await run(scene.agents, scene.concurrency, scene.actions));
    }
    figures.push({ ...scene, ...summary(samples) });
  }
  const ledgerRows = await checkLedger(sandbox, acknowledged);
  return { figures, acknowledged: acknowledged.length, ledgerRows };
}

function summary(samples: readonly LoadSample[]) {
  return {
    perSecond: median(samples.map((sample) => sample.perSecond)),
    p50Ms: median(samples.map((sample) => quantile(sample.latenciesMs, 0.5))),
    p99Ms: median(samples.map((sample) => quantile(sample.latenciesMs, 0.99))),
    cpuMsPerAction: median(samples.map((sample) => sample.cpuMsPerAction)),
    othersShare: median(samples.map((sample) => sample.othersShare)),
    repeats: samples.reduce((sum, sample) => sum + sample.repeats, 0),
  };
}
