import type { FrameworkEntry, RiskStance } from './taxonomy.ts';

/** What a case checks: expected verdicts, resistance to bypass, resistance to hostile input, or time. */
export type Dimension = 'accuracy' | 'policy' | 'robustness' | 'latency';

/** One case that was run. */
export interface CaseResult {
  readonly id: string;
  readonly dimension: Dimension;
  /** Ids of the rules and controls the case exercised. */
  readonly exercises: readonly string[];
  readonly passed: boolean;
  /** What was not as expected. */
  readonly problem?: string;
}

/** A rule or control, and the framework ids it carries. */
export interface Carrier {
  readonly id: string;
  readonly kind: 'rule' | 'control';
  readonly carries: readonly string[];
}

/** How one risk or mitigation stands. */
export interface EntryCoverage {
  readonly entry: FrameworkEntry;
  readonly rules: readonly string[];
  readonly controls: readonly string[];
  readonly passing: number;
  readonly failing: readonly string[];
  /** Risks only: what the product does about it. */
  readonly stance?: RiskStance;
  readonly covered: boolean;
}

/** Everything a coverage figure is computed from. */
export interface CoverageInput {
  readonly risks: readonly FrameworkEntry[];
  readonly mitigations: readonly FrameworkEntry[];
  readonly stances: ReadonlyMap<string, RiskStance>;
  readonly carriers: readonly Carrier[];
  readonly cases: readonly CaseResult[];
}

/** How the product covers the framework. */
export interface Coverage {
  readonly risks: readonly EntryCoverage[];
  readonly mitigations: readonly EntryCoverage[];
  /** Covered risks divided by all risks, 0 to 1. */
  readonly ratio: number;
  /** Risks without a single passing case. */
  readonly untested: readonly string[];
  readonly failing: readonly CaseResult[];
}

/** What `ratio` says, in words, for every report that prints it. */
export const COVERAGE_DEFINITION =
  'A risk is covered when it is not marked as the deployer’s, at least one rule or control carries it, and at least one ' +
  'case that exercises one of those passes. Coverage is the number of covered risks divided by the number of all risks ' +
  'of the framework, the deployer’s included.';

/** Computes coverage by {@link COVERAGE_DEFINITION}. Pure. */
export function computeCoverage(input: CoverageInput): Coverage {
  const risks = input.risks.map((entry) => entryCoverage(entry, input));
  const mitigations = input.mitigations.map((entry) => entryCoverage(entry, input));
  return {
    risks,
    mitigations,
    ratio: risks.length === 0 ? 0 : risks.filter(({ covered }) => covered).length / risks.length,
    untested: risks.filter(({ passing }) => passing === 0).map(({ entry }) => entry.id),
    failing: input.cases.filter(({ passed }) => !passed),
  };
}

/** Why coverage is not good enough; empty when it is. */
export function coverageProblems(coverage: Coverage, threshold: number): readonly string[] {
  return [
    ...(coverage.ratio < threshold
      ? [`expected coverage of at least ${threshold}, got \`${coverage.ratio.toFixed(3)}\``]
      : []),
    ...coverage.untested.map((id) => `expected a passing case for ${id}, got none`),
    ...coverage.failing.map(({ id, problem }) => `case failed: ${id}: ${problem ?? 'not as expected'}`),
  ];
}

function entryCoverage(entry: FrameworkEntry, { carriers, cases, stances }: CoverageInput): EntryCoverage {
  const carrying = carriers.filter(({ carries }) => carries.includes(entry.id));
  const ids = new Set(carrying.map(({ id }) => id));
  const exercising = cases.filter(({ exercises }) => exercises.some((id) => ids.has(id)));
  const passing = exercising.filter(({ passed }) => passed).length;
  const stance = stances.get(entry.id);
  return {
    entry,
    rules: idsOf(carrying, 'rule'),
    controls: idsOf(carrying, 'control'),
    passing,
    failing: exercising.filter(({ passed }) => !passed).map(({ id }) => id),
    ...(stance !== undefined && { stance }),
    covered: carrying.length > 0 && passing > 0 && stance?.how !== 'deployer',
  };
}

function idsOf(carriers: readonly Carrier[], kind: Carrier['kind']): readonly string[] {
  return carriers
    .filter((carrier) => carrier.kind === kind)
    .map(({ id }) => id)
    .sort();
}
