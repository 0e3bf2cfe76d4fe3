import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledBundle } from '../../../core/gate/bundle.ts';
import { compileBundle } from '../../../core/gate/bundle.ts';
import type { Carrier, CaseResult, Coverage } from '../../../core/gate/coverage/coverage.ts';
import { computeCoverage } from '../../../core/gate/coverage/coverage.ts';
import type { ControlMap, Taxonomy } from '../../../core/gate/coverage/taxonomy.ts';
import { decodeControlMap, decodeTaxonomy } from '../../../core/gate/coverage/taxonomy.ts';
import type { JsonValue } from '../../../core/json.ts';
import { assembleBundle, POLICIES_DIRECTORY } from '../../../tools/build-bundle.ts';
import { readMapping, readPrices } from '../eval/inputs.ts';
import { approvalChecks } from './approval-checks.ts';
import { decodeAttempts, runAttempts } from './attempts.ts';
import { runChecks } from './check.ts';
import type { TierLatency } from './latency.ts';
import { measureLatency } from './latency.ts';
import { ordinaryContext, runPolicyCases } from './policy-cases.ts';
import { recordChecks } from './record-checks.ts';
import { runRecordedTasks } from './recorded-tasks.ts';
import { tamperingChecks } from './tampering-checks.ts';

/** Everything a coverage report is made of. */
export interface CoverageRun {
  readonly bundleHash: string;
  readonly taxonomy: Taxonomy;
  readonly controls: ControlMap;
  readonly coverage: Coverage;
  readonly cases: readonly CaseResult[];
  readonly latency: readonly TierLatency[];
}

/**
 * Runs every case there is and computes coverage.
 *
 * @param policiesDirectory the policies with their cases, attempts and control map
 * @throws {JsonFormatError | BundleBuildError} when policies, cases or the control map are malformed
 * @throws {Error} when a control names a file that does not exist
 */
export async function runCoverage(policiesDirectory: string): Promise<CoverageRun> {
  const read = (path: string): JsonValue => JSON.parse(readFileSync(join(policiesDirectory, path), 'utf8'));
  const taxonomy = decodeTaxonomy(read('framework.json'));
  const controls = decodeControlMap(read('coverage/controls.json'), taxonomy);
  checkEvidence(controls);
  const source = assembleBundle(policiesDirectory);
  const world = { bundle: compileBundle(source), prices: readPrices(policiesDirectory) };
  const context = ordinaryContext();
  const latency = measureLatency(world.bundle, context);
  const mapping = readMapping(policiesDirectory);
  const tampering = tamperingChecks({ source, bundle: world.bundle, mapping, context });
  const cases = [
    ...runPolicyCases(policiesDirectory, world.bundle),
    ...(await runRecordedTasks(policiesDirectory, world.bundle, world.prices)),
    ...(await runAttempts(world, decodeAttempts(read('coverage/attempts/policy.json')), 'policy')),
    ...(await runChecks('policy', approvalChecks(world))),
    ...(await runAttempts(world, decodeAttempts(read('coverage/attempts/robustness.json')), 'robustness')),
    ...(await runChecks('robustness', [...tampering, ...recordChecks(world)])),
    ...latency.cases,
  ];
  const { risks, mitigations } = taxonomy;
  const carriers = carriersOf(world.bundle, controls);
  const coverage = computeCoverage({ risks, mitigations, stances: controls.stances, carriers, cases });
  return { bundleHash: world.bundle.hash, taxonomy, controls, coverage, cases, latency: latency.tiers };
}

/** Rules, the bundle's built-in texts and controls, with what each carries. */
function carriersOf(bundle: CompiledBundle, { controls }: ControlMap): readonly Carrier[] {
  const rules = [...bundle.ruleById.values(), ...Object.values(bundle.builtin)];
  return [
    ...rules.map(({ id, frameworkRefs }) => ({ id, kind: 'rule' as const, carries: frameworkRefs })),
    ...controls.map(({ id, carries }) => ({ id, kind: 'control' as const, carries })),
  ];
}

/** A control is only as good as what shows it. */
function checkEvidence({ controls }: ControlMap): void {
  for (const { id, evidence } of controls) {
    const missing = evidence.find((path) => !existsSync(join(POLICIES_DIRECTORY, '..', path)));
    if (missing !== undefined) throw new Error(`expected the evidence of ${id}, got no file \`${missing}\``);
  }
}
