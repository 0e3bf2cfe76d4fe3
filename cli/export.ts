import { parseArgs } from 'node:util';
import { LogUnreadable } from '../core/ledger/log-verify/verify-log.ts';
import { runCommand } from './audit/run-command.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import type { SandboxFile } from './deployment.ts';
import { findDeployment } from './deployment.ts';
import { besideFiles } from './export-log/beside-files.ts';
import { openExportFolder } from './export-log/export-folder.ts';
import type { ExportOutcome, ExportProblem } from './export-log/export-log.ts';
import { exportLog } from './export-log/export-log.ts';
import { openLog } from './verify-log/open-log.ts';

/** How the command is called. */
export const EXPORT_USAGE = `usage: countersign export DIR [--from s3://bucket[/prefix]|DIR] [--json] [files to put beside the log]
  copies the log as its checkpoint has it now, and checks that the copy has the checkpoint's root
  DIR is new, empty, or an earlier export of the same log, to which only what is new is added
  --from PLACE           where the log is; else the log of the sandbox that runs here
  --key FILE             the log's verifier key, kept as log.vkey
  --witness-policy FILE  kept as witness.policy
  --tsa FILE             trust anchors of timestamps (PEM), kept as tsa.pem
  --heads FILE           heads of the chains, kept as heads.json
  --state TABLE          the state table to read heads from; else the sandbox's
  --receipt FILE         a receipt (repeatable), kept in receipts/`;

const FLAGS = {
  json: { type: 'boolean', default: false },
  from: { type: 'string' },
  key: { type: 'string' },
  'witness-policy': { type: 'string' },
  tsa: { type: 'string' },
  heads: { type: 'string' },
  state: { type: 'string' },
  receipt: { type: 'string', multiple: true },
} as const;

/** Problems of what was asked for; the others are the log's. */
const BAD_INPUT: ReadonlySet<ExportProblem['code']> = new Set(['folder_foreign', 'folder_of_another_log']);

/**
 * `countersign export`: copies a log into a folder, for `countersign verify` and for safe-keeping.
 *
 * @returns 0 when the copy is complete and has the checkpoint's root, 1 when it is or has not, 3 on bad input
 */
export function exportCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, EXPORT_USAGE, async () => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: FLAGS });
    const [directory, ...others] = positionals;
    if (directory === undefined || others.length > 0) throw new CommandError(EXIT.badInput, EXPORT_USAGE);
    const sandbox = values.from === undefined ? runningSandbox(io) : undefined;
    const place = values.from ?? `s3://${sandbox?.names.logBucket}`;
    const log = await openLog(io, place);
    if (log === undefined) throw new CommandError(EXIT.badInput, `expected a log at \`${place}\`, got none`);
    const { 'witness-policy': witnessPolicy, receipt: receipts = [], ...flags } = values;
    const beside = await besideFiles(io, { ...flags, witnessPolicy, receipts }, sandbox);
    const open = (origin: string) => openExportFolder(directory, origin);
    const outcome = await exportLog({ source: log.source, open, beside }).catch((error: unknown) => {
      throw error instanceof LogUnreadable ? new CommandError(EXIT.failed, error.message) : error;
    });
    if (!outcome.ok) {
      const { code, message } = outcome.problem;
      throw new CommandError(BAD_INPUT.has(code) ? EXIT.badInput : EXIT.failed, message);
    }
    report(io, values.json, outcome.value, [outcomeLine(directory, outcome.value)]);
    return EXIT.ok;
  });
}

function outcomeLine(directory: string, { origin, size, root, fetched, kept }: ExportOutcome): string {
  return `${directory}: ${origin}, ${size} entries, root ${root}; ${fetched} files fetched, ${kept} there already`;
}

function runningSandbox(io: CommandIo): SandboxFile {
  const { sandbox } = findDeployment(io);
  if (sandbox === undefined) throw new CommandError(EXIT.badInput, EXPORT_USAGE);
  return sandbox;
}
