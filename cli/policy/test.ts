import { parseArgs } from 'node:util';
import { compileBundle } from '../../core/gate/bundle.ts';
import { assembleBundle, POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';
import { failedCases, readCases } from '../../tools/bundle/cases.ts';
import { runCommand } from '../audit/run-command.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT, report } from '../command.ts';

/** Printed on wrong arguments. */
export const TEST_USAGE = `countersign policy test [DIR] [--json]
  DIR  a policies directory; without one, this repository's`;

/**
 * `countersign policy test`: puts the cases of a policies directory before the gate.
 *
 * @returns 0 when all are answered as they say, 1 when any is not or there are none, 3 on bad input
 */
export function testCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, TEST_USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    });
    const [directory = POLICIES_DIRECTORY, ...others] = positionals;
    if (others.length > 0) throw new CommandError(EXIT.badInput, TEST_USAGE);
    const cases = readCases(directory);
    const failures = failedCases(directory, cases, compileBundle(assembleBundle(directory)));
    const ok = failures.length === 0 && cases.length > 0;
    report(io, values.json, { ok, cases: cases.length, failures }, [
      ...failures.map(({ file, name, expected, got }) => `${file}: ${name}: expected ${expected}, got ${got}`),
      `${cases.length - failures.length} passed, ${failures.length} failed`,
    ]);
    return ok ? EXIT.ok : EXIT.failed;
  });
}
