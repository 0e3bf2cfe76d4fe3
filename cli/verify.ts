import { createPublicKey, verify } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { ChainHeads } from '../core/ledger/heads.ts';
import { formatHeads, parseHeads } from '../core/ledger/heads.ts';
import { verifyArchive } from '../core/ledger/verify.ts';
import type { SignatureCheck } from '../core/ledger/verify-envelopes.ts';
import type { VerifyReport } from '../core/ledger/verify-report.ts';
import { archivePlace } from './audit/audit-target.ts';
import { openArchive } from './audit/open-archive.ts';
import { runCommand } from './audit/run-command.ts';
import { reportLines } from './audit/verify-lines.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import { keyTerm } from './key-term.ts';
import type { OpenLog } from './verify-log/open-log.ts';
import { openLog } from './verify-log/open-log.ts';
import { reportLog } from './verify-log/report-log.ts';
import { LOG_FLAG_LINES, LOG_FLAGS } from './verify-log/run-verifier.ts';

/** How the command is called. */
export const VERIFY_USAGE = `usage: countersign verify [DIR|s3://bucket[/prefix]] [--json] [flags]
  without a place: the archive of the sandbox that runs here
an archive (events/, bundles/)
  --heads FILE              heads noted earlier: shows a cut or rewritten tail
  --save-heads FILE         note the heads of an archive that passed, for next time; keep the file elsewhere
  --envelope-key FILE       public key (PEM) that approval envelopes are signed with (repeatable); FILE@TIME for one retired then
  --archive                 check the archive where there are both
a log (checkpoint, tile/)
${LOG_FLAG_LINES}`;

const ARCHIVE_FLAGS = {
  'save-heads': { type: 'string' },
  'envelope-key': { type: 'string', multiple: true },
  archive: { type: 'boolean', default: false },
} as const;

type Flags = ReturnType<typeof parseFlags>['values'];

/**
 * `countersign verify`: checks an archive, or a log, from its bytes alone.
 *
 * @returns 0 when everything checked passed, 1 when anything failed, 3 on bad input
 */
export function verifyCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, VERIFY_USAGE, async () => {
    const { values, positionals } = parseFlags(argv);
    const place = archivePlace(io, positionals, VERIFY_USAGE);
    const log = values.archive ? undefined : await openLog(io, place);
    return log === undefined ? checkArchive(io, place, values) : checkLog(io, log, values);
  });
}

function parseFlags(argv: readonly string[]) {
  return parseArgs({ args: [...argv], allowPositionals: true, options: { ...LOG_FLAGS, ...ARCHIVE_FLAGS } });
}

/** A flag that the other kind of place has must not be taken for one that was obeyed. */
function refuseFlags(values: Flags, names: readonly (keyof Flags)[], kind: string): void {
  const given = names.find((name) => values[name] !== undefined && values[name] !== false);
  if (given !== undefined) throw new CommandError(EXIT.badInput, `--${given} is not for ${kind}`);
}

async function checkLog(io: CommandIo, log: OpenLog, values: Flags): Promise<number> {
  refuseFlags(values, ['save-heads', 'envelope-key'], 'a log');
  const threadCode = new URL('./verify-log/digest-worker.ts', import.meta.url);
  return reportLog({ ...log, threadCode, stdout: io.stdout, stderr: io.stderr }, values);
}

const LOG_ONLY = Object.keys(LOG_FLAGS).filter((name) => name !== 'json' && name !== 'heads');

async function checkArchive(io: CommandIo, place: string, values: Flags): Promise<number> {
  // The names of the flags as they are declared.
  refuseFlags(values, LOG_ONLY as (keyof Flags)[], 'an archive');
  const heads = values.heads === undefined ? undefined : await readHeads(values.heads);
  const keyFiles = values['envelope-key'];
  const checkSignature = keyFiles === undefined ? undefined : await signatureCheck(keyFiles);
  const outcome = await verifyArchive(openArchive(io, place), {
    ...(heads !== undefined && { heads }),
    ...(checkSignature !== undefined && { checkSignature }),
  });
  if (outcome.objects === 0 && heads === undefined)
    throw new CommandError(EXIT.badInput, `expected an archive at \`${place}\`, got no objects`);
  if (isForeign(outcome) && heads === undefined)
    throw new CommandError(EXIT.badInput, `expected a log or an archive at \`${place}\`, got other files`);
  const saveTo = values['save-heads'];
  if (outcome.ok && saveTo !== undefined)
    await saveHeads(saveTo, new Map(outcome.chains.map(({ chain, head }) => [chain, head])));
  report(io, values.json, outcome, reportLines(outcome));
  return outcome.ok ? EXIT.ok : EXIT.failed;
}

/** Whole or not at all: what is there may be the only note of earlier heads. */
async function saveHeads(file: string, heads: ChainHeads): Promise<void> {
  await writeFile(`${file}.new`, formatHeads(heads));
  await rename(`${file}.new`, file);
}

/** Nothing there is even named as a segment or a bundle. */
function isForeign({ events, bundles, failures }: VerifyReport): boolean {
  return events === 0 && bundles === 0 && failures.every(({ check }) => check === 'object_name');
}

async function readHeads(file: string): Promise<ChainHeads> {
  const parsed = parseHeads(await readFile(file, 'utf8'));
  if (!parsed.ok) throw new CommandError(EXIT.badInput, `${file}: ${parsed.problem}`);
  return parsed.value;
}

async function signatureCheck(files: readonly string[]): Promise<SignatureCheck> {
  const keys = await Promise.all(files.map(envelopeKey));
  return (payload, signature, timeMs) =>
    keys.some(
      ({ key, untilMs }) => (untilMs === undefined || timeMs <= untilMs) && verify('sha256', payload, key, signature),
    );
}

async function envelopeKey(text: string) {
  const { file, untilMs } = keyTerm(text);
  const pem = await readFile(file, 'utf8');
  try {
    return { key: createPublicKey(pem), untilMs };
  } catch {
    throw new CommandError(EXIT.badInput, `${file}: expected a public key in PEM`);
  }
}
