import { parseArgs } from 'node:util';
import type { Finding } from '../../core/gate/lint/finding.ts';
import { POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';
import { lintPolicies } from '../../tools/bundle/lint.ts';
import { runCommand } from '../audit/run-command.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT, report } from '../command.ts';

/** Printed on wrong arguments. */
export const LINT_USAGE = `countersign policy lint [DIR] [--json]
  DIR  a policies directory; without one, this repository's`;

/**
 * `countersign policy lint`: says what to mend in the rules, where, and how.
 *
 * @returns 0 without errors, 1 with any, 3 on bad input
 */
export function lintCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, LINT_USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    });
    const [directory = POLICIES_DIRECTORY, ...others] = positionals;
    if (others.length > 0) throw new CommandError(EXIT.badInput, LINT_USAGE);
    const { rules, findings } = lintPolicies(directory);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const warnings = findings.length - errors;
    report(io, values.json, { ok: errors === 0, rules, errors, warnings, findings }, [
      ...findings.flatMap(findingLines),
      `${rules} rules, ${errors} errors, ${warnings} warnings`,
    ]);
    return errors === 0 ? EXIT.ok : EXIT.failed;
  });
}

function findingLines({ file, line, column, severity, code, rule, message, fix }: Finding): readonly string[] {
  return [`${file}:${line}:${column} ${severity} ${code} ${rule}: ${message}`, `    ${fix}`];
}
