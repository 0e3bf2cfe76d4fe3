import { APPROVE_USAGE, approveCommand, rejectCommand } from './approve.ts';
import { runCommand } from './audit/run-command.ts';
import type { Command, CommandIo } from './command.ts';
import { EXIT } from './command.ts';
import { CREDENTIAL_USAGE, credentialCommand } from './credential.ts';
import { DEMO_USAGE, demoCommand } from './demo.ts';
import { DETAILS_USAGE, detailsCommand } from './details.ts';
import { ERASE_USAGE, eraseCommand } from './erase.ts';
import { EXPLAIN_USAGE, explainCommand } from './explain.ts';
import { EXPORT_USAGE, exportCommand } from './export.ts';
import { HALT_USAGE, haltCommand } from './halt.ts';
import { HOLD_USAGE, holdCommand } from './hold.ts';
import { KEYS_USAGE, keysCommand } from './keys.ts';
import { LOAD_USAGE, loadCommand } from './load.ts';
import { COVERAGE_USAGE, coverageCommand } from './policy/coverage.ts';
import { POLICY_USAGE, policyCommand } from './policy.ts';
import { QUERY_USAGE, queryCommand } from './query.ts';
import { RECEIPT_USAGE, receiptCommand } from './receipt.ts';
import { RECONCILE_USAGE, reconcileCommand } from './reconcile.ts';
import { RESUME_USAGE, resumeCommand } from './resume.ts';
import { RETENTION_USAGE, retentionCommand } from './retention.ts';
import { SANDBOX_USAGE, sandboxCommand } from './sandbox.ts';
import { asPerson } from './sign-in.ts';
import { REDEEM_USAGE, redeemCommand, STATUS_USAGE, statusCommand } from './status.ts';
import { SUBMIT_USAGE, submitCommand } from './submit.ts';
import { TAIL_USAGE, tailCommand } from './tail.ts';
import { VERIFY_USAGE, verifyCommand } from './verify.ts';
import { VETO_USAGE, vetoCommand } from './veto.ts';

interface Entry {
  readonly run: Command;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Printed on wrong arguments. */
  readonly usage: string;
}

const COMMANDS: { readonly [name: string]: Entry } = {
  demo: { run: demoCommand, summary: 'run the whole app on recorded actions and check it', usage: DEMO_USAGE },
  sandbox: { run: sandboxCommand, summary: 'run the app on this machine until stopped', usage: SANDBOX_USAGE },
  submit: { run: submitCommand, summary: 'ask whether an agent may act', usage: SUBMIT_USAGE },
  status: { run: statusCommand, summary: 'show where an action stands', usage: STATUS_USAGE },
  explain: { run: explainCommand, summary: 'say why an action was decided so', usage: EXPLAIN_USAGE },
  redeem: { run: redeemCommand, summary: 'use the envelopes of an approved action', usage: REDEEM_USAGE },
  approve: { run: asPerson(approveCommand), summary: 'approve an action, or list what waits', usage: APPROVE_USAGE },
  reject: { run: asPerson(rejectCommand), summary: 'reject an action', usage: APPROVE_USAGE },
  halt: { run: asPerson(haltCommand), summary: 'stop one agent', usage: HALT_USAGE },
  resume: { run: asPerson(resumeCommand), summary: 'let a halted agent work again', usage: RESUME_USAGE },
  veto: { run: asPerson(vetoCommand), summary: 'stop every agent, or lift that', usage: VETO_USAGE },
  load: { run: loadCommand, summary: 'declare agents, units and facts', usage: LOAD_USAGE },
  credential: { run: credentialCommand, summary: 'sign what agents may do, offline', usage: CREDENTIAL_USAGE },
  receipt: { run: receiptCommand, summary: 'check a receipt of a decision', usage: RECEIPT_USAGE },
  details: { run: detailsCommand, summary: 'read what an event was about', usage: DETAILS_USAGE },
  erase: { run: eraseCommand, summary: "destroy the keys of a subject's details", usage: ERASE_USAGE },
  hold: { run: holdCommand, summary: 'set, release and list legal holds', usage: HOLD_USAGE },
  verify: { run: verifyCommand, summary: 'check the archived ledger, or its log', usage: VERIFY_USAGE },
  export: { run: exportCommand, summary: 'copy the log into a folder', usage: EXPORT_USAGE },
  retention: { run: retentionCommand, summary: 'say what is kept until when', usage: RETENTION_USAGE },
  query: { run: queryCommand, summary: 'ask the ledger by SQL', usage: QUERY_USAGE },
  reconcile: {
    run: reconcileCommand,
    summary: 'compare the ledger with all it must agree with',
    usage: RECONCILE_USAGE,
  },
  keys: { run: keysCommand, summary: 'record that keys were replaced, list them', usage: KEYS_USAGE },
  tail: { run: tailCommand, summary: 'follow the ledger', usage: TAIL_USAGE },
  policy: { run: policyCommand, summary: 'work with the rules', usage: POLICY_USAGE },
  coverage: { run: coverageCommand, summary: 'show how the control framework is covered', usage: COVERAGE_USAGE },
};

/** The process this runs in, as commands see it. */
export function processIo(): CommandIo {
  return {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    env: process.env,
    fetch: globalThis.fetch,
  };
}

/**
 * Runs one command.
 *
 * @returns the exit code: 0 ok, 1 failed, 2 denied, 3 bad input
 */
export async function runCli(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = argv;
  const entry = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    const isHelp = name === undefined || name === 'help' || name === '--help';
    (isHelp ? io.stdout : io.stderr)(isHelp ? helpText() : `expected a command, got \`${name}\`\n\n${helpText()}`);
    return isHelp ? EXIT.ok : EXIT.badInput;
  }
  if (rest[0] === '--help' || (name !== 'policy' && rest.includes('--help'))) {
    io.stdout(`${entry.usage}\n`);
    return EXIT.ok;
  }
  return runCommand(io, entry.usage, () => entry.run(rest, io));
}

function helpText(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return [
    'countersign COMMAND [--help]',
    '',
    ...lines,
    '',
    '--json prints one JSON value. Exit codes: 0 ok, 1 failed, 2 denied or waiting, 3 bad input.',
    '',
  ].join('\n');
}
