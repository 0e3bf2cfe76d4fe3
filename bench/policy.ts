import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledBundle } from '../core/gate/bundle.ts';
import { compileBundle } from '../core/gate/bundle.ts';
import { contextHashOf } from '../core/gate/cedar/generate-facts.ts';
import { decide } from '../core/gate/decide.ts';
import type { DecisionContext } from '../core/gate/facts/context.ts';
import { contextToJson } from '../core/gate/facts/context.ts';
import { replayArchive } from '../core/gate/replay.ts';
import { buildBundle, bundleBytes } from '../tools/build-bundle.ts';
import { ASKED_TYPE, benchBundle, handWritten, officialEngine } from './policy/engines.ts';
import { replaySource } from './policy/replay-source.ts';
import { benchContexts } from './policy/requests.ts';
import { median, quantile } from './statistics.ts';

/** What the figures should be. */
export const POLICY_GOALS = {
  decidePerSecond: 1_000_000,
  p50Micros: 1,
  timesOfficial: 100,
  timesHandWritten: 2,
  thousandRulesTimes: 1.2,
  coldCompileMs: 10,
  replaySeconds: 15,
} as const;

/** How fast rules decide, on one core. */
export interface PolicySpeed {
  /** With the context's hash given, as the engines beside it hash nothing; and with it computed. */
  readonly decidePerSecond: number;
  readonly decideAndHashPerSecond: number;
  /** Of calls in batches of a hundred, microseconds. */
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly officialPerSecond: number;
  readonly handWrittenPerSecond: number;
  /** What a decision takes with a thousand rules, as a multiple of what it takes with a hundred. */
  readonly thousandRulesTimes: number;
  readonly coldCompileMs: number;
  readonly replayedDecisions: number;
  readonly replaySeconds: number;
}

const ROUNDS = 15;
const CALLS = 100_000;
const OFFICIAL_CALLS = 200;
const BATCH = 100;
const CONTEXTS = 256;
const COLD_RUNS = 9;
const REPLAY_SEGMENTS = 100;

/** Measures the rules' speed; the engines take turns, so that whatever else the machine does meets all of them. */
export async function policySpeed(): Promise<PolicySpeed> {
  const contexts = benchContexts(CONTEXTS);
  const { bundle, policies } = benchBundle();
  const { bundle: thousand } = benchBundle(900);
  const limits = { ...limitsOf(bundle) };
  const official = officialEngine(policies);
  checkAgreement(contexts, bundle, thousand, official);
  const ask = (by: CompiledBundle) => (context: DecisionContext) => decide(requestOf(context), by, HASH);
  const samples = { decide: [], hash: [], thousand: [], hand: [], official: [] } as Record<Engine, number[]>;
  for (let round = 0; round < ROUNDS; round += 1) {
    samples.decide.push(nanosPerCall(contexts, CALLS, ask(bundle)));
    samples.hand.push(nanosPerCall(contexts, CALLS, (context) => handWritten(context, limits)));
    samples.thousand.push(nanosPerCall(contexts, CALLS, ask(thousand)));
    samples.hash.push(nanosPerCall(contexts, CALLS / 4, (context) => decide(requestOf(context), bundle)));
    samples.official.push(
      nanosPerCall(contexts, OFFICIAL_CALLS, (context) => official(contextToJson(context), limits)),
    );
  }
  const batches = Array.from({ length: 10_000 }, () => nanosPerCall(contexts, BATCH, ask(bundle)) / 1_000);
  return {
    decidePerSecond: perSecond(samples.decide),
    decideAndHashPerSecond: perSecond(samples.hash),
    p50Micros: quantile(batches, 0.5),
    p99Micros: quantile(batches, 0.99),
    officialPerSecond: perSecond(samples.official),
    handWrittenPerSecond: perSecond(samples.hand),
    thousandRulesTimes: median(samples.thousand) / median(samples.decide),
    coldCompileMs: coldCompileMs(),
    ...(await replaySpeed()),
  };
}

type Engine = 'decide' | 'hash' | 'thousand' | 'hand' | 'official';

const HASH = '0'.repeat(64);

function requestOf(context: DecisionContext) {
  return { agentId: 'a', actionType: ASKED_TYPE, resource: 'account/1', context: context as object as never };
}

function limitsOf({ catalogue }: CompiledBundle) {
  const limits = catalogue.get(ASKED_TYPE)?.limits;
  if (limits === undefined) throw new Error(`expected limits of \`${ASKED_TYPE}\``);
  return {
    materialityMicroUsd: Number(limits.materialityMicroUsd),
    dualMicroUsd: Number(limits.dualMicroUsd),
    sessionMicroUsd: Number(limits.sessionMicroUsd),
    dayMicroUsd: Number(limits.dayMicroUsd),
  };
}

/** Speeds of engines that answer differently could not be compared. */
function checkAgreement(
  contexts: readonly DecisionContext[],
  bundle: CompiledBundle,
  thousand: CompiledBundle,
  official: ReturnType<typeof officialEngine>,
): void {
  const limits = limitsOf(bundle);
  const seen = new Set<string>();
  for (const context of contexts) {
    const ours = decide(requestOf(context), bundle);
    const ids = JSON.stringify(ours.rules.map(({ id }) => id));
    const byHand = handWritten(context, limits);
    const theirs = official(contextToJson(context), limits);
    seen.add(ours.verdict);
    const agrees =
      byHand.verdict === ours.verdict &&
      JSON.stringify(byHand.rules) === ids &&
      (ours.verdict === 'allow') === (theirs.verdict === 'allow') &&
      JSON.stringify([...theirs.rules].sort()) === JSON.stringify([...ours.rules.map(({ id }) => id)].sort()) &&
      JSON.stringify(decide(requestOf(context), thousand).rules.map(({ id }) => id)) === ids;
    if (!agrees)
      throw new Error(`expected one answer of all engines, got ${ids} and ${JSON.stringify([byHand, theirs])}`);
  }
  if (seen.size < 3) throw new Error(`expected all three verdicts, got ${[...seen].join(', ')}`);
}

let sink = 0;

function nanosPerCall(
  contexts: readonly DecisionContext[],
  calls: number,
  ask: (context: DecisionContext) => object,
): number {
  const startNs = process.hrtime.bigint();
  for (let index = 0; index < calls; index += 1) {
    const context = contexts[index % contexts.length];
    if (context !== undefined && ask(context) !== undefined) sink += 1;
  }
  return Number(process.hrtime.bigint() - startNs) / calls;
}

function perSecond(nanos: readonly number[]): number {
  return Math.round(1e9 / median(nanos));
}

function coldCompileMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cold-'));
  try {
    const file = join(folder, 'bundle.json');
    const bytes = bundleBytes(buildBundle());
    writeFileSync(file, bytes);
    const { hash } = compileBundle(buildBundle());
    const script = join(import.meta.dirname, 'policy/cold.ts');
    const runs = Array.from({ length: COLD_RUNS }, () => Number(execFileSync(process.execPath, [script, file, hash])));
    return median(runs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function replaySpeed(): Promise<Pick<PolicySpeed, 'replayedDecisions' | 'replaySeconds'>> {
  const built = buildBundle();
  const source = replaySource(REPLAY_SEGMENTS, compileBundle(built), bundleBytes(built));
  const startMs = performance.now();
  const report = await replayArchive(source);
  const replaySeconds = (performance.now() - startMs) / 1_000;
  if (!report.ok) throw new Error(`expected all decisions reproduced, got ${JSON.stringify(report.mismatches[0])}`);
  return { replayedDecisions: report.decisions, replaySeconds };
}

if (import.meta.main)
  console.log(JSON.stringify({ ...(await policySpeed()), contextHashNanos: hashNanos(), sink }, null, 2));

function hashNanos(): number {
  const { bundle } = benchBundle();
  const contexts = benchContexts(CONTEXTS);
  return nanosPerCall(contexts, CALLS, (context) => [contextHashOf(contextToJson(context), bundle.facts)]);
}
