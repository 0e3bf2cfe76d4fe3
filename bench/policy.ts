import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledBundle } from '../core/gate/bundle.ts';
import { compileBundle } from '../core/gate/bundle.ts';
import { decide } from '../core/gate/decide.ts';
import type { DecisionRequest } from '../core/gate/decision.ts';
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
  /** The first load of the deployed bundle in a fresh process: processor time of the thread, and by the clock. */
  readonly coldCompileMs: number;
  readonly coldCompileWallMs: number;
  readonly replayedDecisions: number;
  /** Processor time of all threads, and by the clock. */
  readonly replaySeconds: number;
  readonly replayWallSeconds: number;
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
  const asked = benchContexts(CONTEXTS).map(askedOf);
  const { bundle, policies } = benchBundle();
  const { bundle: thousand } = benchBundle(900);
  const limits = { ...limitsOf(bundle) };
  const official = officialEngine(policies);
  checkAgreement(asked, bundle, thousand, official);
  const ask =
    (by: CompiledBundle) =>
    ({ request }: Asked) =>
      decide(request, by, HASH);
  const samples: Record<Engine, number[]> = { decide: [], hash: [], thousand: [], hand: [], official: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    samples.decide.push(nanosPerCall(asked, CALLS, ask(bundle)));
    samples.hand.push(nanosPerCall(asked, CALLS, ({ facts }) => handWritten(facts, limits)));
    samples.thousand.push(nanosPerCall(asked, CALLS, ask(thousand)));
    samples.hash.push(nanosPerCall(asked, CALLS / 4, ({ request }) => decide(request, bundle)));
    samples.official.push(nanosPerCall(asked, OFFICIAL_CALLS, ({ request }) => official(request.context, limits)));
  }
  const batches = Array.from({ length: 10_000 }, () => wallMicrosPerCall(asked, ask(bundle)));
  return {
    decidePerSecond: perSecond(samples.decide),
    decideAndHashPerSecond: perSecond(samples.hash),
    p50Micros: quantile(batches, 0.5),
    p99Micros: quantile(batches, 0.99),
    officialPerSecond: perSecond(samples.official),
    handWrittenPerSecond: perSecond(samples.hand),
    thousandRulesTimes: median(samples.thousand) / median(samples.decide),
    ...coldCompile(),
    ...(await replaySpeed()),
  };
}

type Engine = 'decide' | 'hash' | 'thousand' | 'hand' | 'official';

const HASH = '0'.repeat(64);

/** One request in the forms the engines take. */
interface Asked {
  readonly facts: DecisionContext;
  readonly request: DecisionRequest;
}

function askedOf(facts: DecisionContext): Asked {
  return {
    facts,
    request: { agentId: 'a', actionType: ASKED_TYPE, resource: 'account/1', context: contextToJson(facts) },
  };
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
  asked: readonly Asked[],
  bundle: CompiledBundle,
  thousand: CompiledBundle,
  official: ReturnType<typeof officialEngine>,
): void {
  const limits = limitsOf(bundle);
  const seen = new Set<string>();
  for (const { facts, request } of asked) {
    const ours = decide(request, bundle);
    const ids = JSON.stringify(ours.rules.map(({ id }) => id));
    const byHand = handWritten(facts, limits);
    const theirs = official(request.context, limits);
    seen.add(ours.verdict);
    const agrees =
      byHand.verdict === ours.verdict &&
      JSON.stringify(byHand.rules) === ids &&
      (ours.verdict === 'allow') === (theirs.verdict === 'allow') &&
      JSON.stringify([...theirs.rules].sort()) === JSON.stringify([...ours.rules.map(({ id }) => id)].sort()) &&
      JSON.stringify(decide(request, thousand).rules.map(({ id }) => id)) === ids;
    if (!agrees)
      throw new Error(`expected one answer of all engines, got ${ids} and ${JSON.stringify([byHand, theirs])}`);
  }
  if (seen.size < 3) throw new Error(`expected all three verdicts, got ${[...seen].join(', ')}`);
}

const UNASKED = {};

/** By the processor time of this thread, so that other programs on the machine are not measured too. */
function nanosPerCall(asked: readonly Asked[], calls: number, ask: (asked: Asked) => object): number {
  const before = process.threadCpuUsage();
  askAll(asked, calls, ask);
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1_000) / calls;
}

/** By the clock: a batch is too short for the processor's accounts. */
function wallMicrosPerCall(asked: readonly Asked[], ask: (asked: Asked) => object): number {
  const startNs = process.hrtime.bigint();
  askAll(asked, BATCH, ask);
  return Number(process.hrtime.bigint() - startNs) / BATCH / 1_000;
}

function askAll(asked: readonly Asked[], calls: number, ask: (asked: Asked) => object): void {
  for (let index = 0; index < calls; index += 1) {
    const one = asked[index % asked.length];
    if (one === undefined || ask(one) === UNASKED) throw new Error('expected an answer');
  }
}

function perSecond(nanos: readonly number[]): number {
  return Math.round(1e9 / median(nanos));
}

function coldCompile(): Pick<PolicySpeed, 'coldCompileMs' | 'coldCompileWallMs'> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cold-'));
  try {
    const file = join(folder, 'bundle.json');
    const bytes = bundleBytes(buildBundle());
    writeFileSync(file, bytes);
    const { hash } = compileBundle(buildBundle());
    const script = join(import.meta.dirname, 'policy/cold.ts');
    const runs = Array.from({ length: COLD_RUNS }, (): { readonly cpuMs: number; readonly wallMs: number } =>
      JSON.parse(execFileSync(process.execPath, [script, file, hash], { encoding: 'utf8' })),
    );
    return {
      coldCompileMs: median(runs.map(({ cpuMs }) => cpuMs)),
      coldCompileWallMs: median(runs.map(({ wallMs }) => wallMs)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function replaySpeed(): Promise<Pick<PolicySpeed, 'replayedDecisions' | 'replaySeconds' | 'replayWallSeconds'>> {
  const built = buildBundle();
  const source = replaySource(REPLAY_SEGMENTS, compileBundle(built), bundleBytes(built));
  const startMs = performance.now();
  const before = process.cpuUsage();
  const report = await replayArchive(source);
  const { user, system } = process.cpuUsage(before);
  const replayWallSeconds = (performance.now() - startMs) / 1_000;
  if (!report.ok) throw new Error(`expected all decisions reproduced, got ${JSON.stringify(report.mismatches[0])}`);
  return { replayedDecisions: report.decisions, replaySeconds: (user + system) / 1e6, replayWallSeconds };
}

if (import.meta.main) console.log(JSON.stringify(await policySpeed(), null, 2));
