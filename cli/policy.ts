import type { Command, CommandIo } from './command.ts';
import { EXIT } from './command.ts';
import { ACTIVATE_USAGE, activateCommand } from './policy/activate.ts';
import { ACTIVE_USAGE, activeCommand } from './policy/active.ts';
import { COVERAGE_USAGE, coverageCommand } from './policy/coverage.ts';
import { DIFF_USAGE, diffCommand } from './policy/diff.ts';
import { EVAL_USAGE, evalCommand } from './policy/eval.ts';
import { EXPLAIN_CONTEXT_USAGE, explainContextCommand } from './policy/explain.ts';
import { LINT_USAGE, lintCommand } from './policy/lint.ts';
import { PROVE_USAGE, proveCommand } from './policy/prove.ts';
import { PUBLISH_USAGE, publishCommand } from './policy/publish.ts';
import { REPLAY_USAGE, replayCommand } from './policy/replay.ts';
import { TEST_USAGE, testCommand } from './policy/test.ts';
import { policyCedarTest } from './policy-cedar-test.ts';
import { asPerson } from './sign-in.ts';

interface PolicyEntry {
  readonly run: Command;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Printed for `--help`. */
  readonly usage: string;
}

const POLICY_COMMANDS: { readonly [name: string]: PolicyEntry } = {
  'cedar-test': {
    run: (argv) => policyCedarTest(argv),
    summary: "run Cedar's integration tests",
    usage: 'countersign policy cedar-test DIR [--json]',
  },
  test: { run: testCommand, summary: 'decide the cases of the rules', usage: TEST_USAGE },
  lint: { run: lintCommand, summary: 'say what to mend in the rules', usage: LINT_USAGE },
  prove: { run: proveCommand, summary: 'check the invariants over all facts', usage: PROVE_USAGE },
  replay: { run: replayCommand, summary: 'decide every recorded decision again', usage: REPLAY_USAGE },
  diff: { run: diffCommand, summary: 'try another bundle on recorded decisions', usage: DIFF_USAGE },
  explain: { run: explainContextCommand, summary: 'explain a decision on given facts', usage: EXPLAIN_CONTEXT_USAGE },
  eval: { run: evalCommand, summary: 'count the verdicts on recorded tool calls', usage: EVAL_USAGE },
  coverage: { run: coverageCommand, summary: 'show how the control framework is covered', usage: COVERAGE_USAGE },
  publish: { run: publishCommand, summary: 'put a bundle where it can be activated from', usage: PUBLISH_USAGE },
  activate: { run: activateCommand, summary: 'bring a published bundle into force', usage: ACTIVATE_USAGE },
  active: { run: asPerson(activeCommand), summary: 'show the bundle in force', usage: ACTIVE_USAGE },
};

/** How the command is called. */
export const POLICY_USAGE = [
  'countersign policy COMMAND [--help]',
  ...Object.entries(POLICY_COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`),
].join('\n');

/** Works with the rules: dispatches to one of the policy commands. */
export async function policyCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = argv;
  const entry = name !== undefined && Object.hasOwn(POLICY_COMMANDS, name) ? POLICY_COMMANDS[name] : undefined;
  if (entry === undefined) {
    const isHelp = name === undefined || name === '--help';
    (isHelp ? io.stdout : io.stderr)(
      `${isHelp ? '' : `expected a policy command, got \`${name}\`\n\n`}${POLICY_USAGE}\n`,
    );
    return isHelp ? EXIT.ok : EXIT.badInput;
  }
  if (rest.includes('--help')) {
    io.stdout(`${entry.usage}\n`);
    return EXIT.ok;
  }
  return entry.run(rest, io);
}
