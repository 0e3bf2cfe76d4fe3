import type { CaseResult, Dimension, EntryCoverage } from '../../../core/gate/coverage/coverage.ts';
import { COVERAGE_DEFINITION, coverageProblems } from '../../../core/gate/coverage/coverage.ts';
import type { Taxonomy } from '../../../core/gate/coverage/taxonomy.ts';
import type { CoverageRun } from './run-coverage.ts';

const DIMENSIONS: readonly Dimension[] = ['accuracy', 'policy', 'robustness', 'latency'];

/** The report as JSON. */
export function coverageJson(run: CoverageRun, threshold: number) {
  const { taxonomy, controls, coverage, cases, latency, bundleHash } = run;
  const problems = coverageProblems(coverage, threshold);
  return {
    ok: problems.length === 0,
    coverage: Math.round(coverage.ratio * 1_000) / 1_000,
    threshold,
    definition: COVERAGE_DEFINITION,
    problems,
    dimensions: Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, countsOf(cases, dimension)])),
    risks: coverage.risks.map((entry) => entryJson(taxonomy, entry)),
    mitigations: coverage.mitigations.map((entry) => entryJson(taxonomy, entry)),
    controls: controls.controls,
    latency,
    cases,
    documents: taxonomy.documents,
    projectMappings: taxonomy.projectMappings.map(({ document, title, note }) => ({ document, title, note })),
    attribution: taxonomy.attribution,
    bundleHash,
  };
}

/** The report for people. */
export function coverageLines(run: CoverageRun, threshold: number): readonly string[] {
  const { taxonomy, coverage, cases, latency } = run;
  const problems = coverageProblems(coverage, threshold);
  const covered = coverage.risks.filter((risk) => risk.covered).length;
  return [
    ...table('Risk', coverage.risks),
    '',
    ...table('Mitigation', coverage.mitigations),
    '',
    'What stays with whoever deploys it, wholly where marked deployer',
    ...coverage.risks.map(({ entry, stance }) => `  ${entry.id.padEnd(11)} ${stance?.deployer ?? ''}`),
    '',
    ...DIMENSIONS.map((dimension) => {
      const { passed, failed } = countsOf(cases, dimension);
      return `${dimension.padEnd(11)} ${passed} passed, ${failed} failed`;
    }),
    `decisions in units of hashing their facts: ${latency.map(({ tier, ratio }) => `T${tier} ${ratio}`).join(', ')}`,
    '',
    COVERAGE_DEFINITION,
    `coverage ${covered} of ${coverage.risks.length} risks: ${coverage.ratio.toFixed(3)}, threshold ${threshold}`,
    ...problems,
    taxonomy.attribution,
  ];
}

function table(title: string, entries: readonly EntryCoverage[]): readonly string[] {
  const row = (cells: readonly string[]) =>
    `${(cells[0] ?? '').padEnd(13)} ${(cells[1] ?? '').padEnd(11)} ${(cells[2] ?? '').padStart(5)} ${(cells[3] ?? '').padStart(8)} ${(cells[4] ?? '').padStart(7)} ${(cells[5] ?? '').padStart(7)}  ${cells[6] ?? ''}`;
  return [
    row([title, 'how', 'rules', 'controls', 'passing', 'failing', 'title']),
    ...entries.map(({ entry, stance, rules, controls, passing, failing, covered }) =>
      row([
        entry.id,
        stance?.how ?? (covered ? 'exercised' : '-'),
        String(rules.length),
        String(controls.length),
        String(passing),
        String(failing.length),
        entry.title,
      ]),
    ),
  ];
}

function entryJson(taxonomy: Taxonomy, { entry, stance, rules, controls, passing, failing, covered }: EntryCoverage) {
  return {
    id: entry.id,
    title: entry.title,
    covered,
    ...(stance !== undefined && { how: stance.how, mechanism: stance.mechanism, deployer: stance.deployer }),
    rules,
    controls,
    passing,
    failing,
    references: entry.references,
    /** This project's own, as `projectMappings` says. */
    projectReferences: Object.fromEntries(
      taxonomy.projectMappings.map(({ document, entries }) => [
        document,
        entries.filter(({ framework }) => framework.includes(entry.id)).map(({ id, title }) => `${id} ${title}`),
      ]),
    ),
  };
}

function countsOf(cases: readonly CaseResult[], dimension: Dimension) {
  const own = cases.filter((one) => one.dimension === dimension);
  const passed = own.filter((one) => one.passed).length;
  return { passed, failed: own.length - passed };
}
