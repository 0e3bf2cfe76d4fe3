import { parseArgs } from 'node:util';
import { coverageProblems } from '../../core/gate/coverage/coverage.ts';
import { POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT, report } from '../command.ts';
import { coverageJson, coverageLines } from './coverage/coverage-report.ts';
import { runCoverage } from './coverage/run-coverage.ts';

/** How the command is called. */
export const COVERAGE_USAGE = `countersign coverage [--threshold 0.85] [--policies DIR] [--json]
  Runs every case of the rules and controls and shows which risks of the control framework they cover.
  Exit code 1 below the threshold, with a risk that no case passes for, or with a failing case.`;

const DEFAULT_THRESHOLD = '0.85';

/** Measures how the rules and controls cover the control framework. */
export async function coverageCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { threshold, directory, isJson } = readArguments(argv);
  const run = await runCoverage(directory);
  report(io, isJson, coverageJson(run, threshold), coverageLines(run, threshold));
  return coverageProblems(run.coverage, threshold).length === 0 ? EXIT.ok : EXIT.failed;
}

function readArguments(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      threshold: { type: 'string', default: DEFAULT_THRESHOLD },
      policies: { type: 'string', default: POLICIES_DIRECTORY },
      json: { type: 'boolean', default: false },
    },
  });
  const threshold = Number(values.threshold);
  if (values.threshold.trim() === '' || !(threshold >= 0 && threshold <= 1)) {
    throw new CommandError(EXIT.badInput, `expected a threshold from 0 to 1, got \`${values.threshold}\``);
  }
  return { threshold, directory: values.policies, isJson: values.json };
}
