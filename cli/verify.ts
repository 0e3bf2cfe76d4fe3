import { createPublicKey, verify } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { ChainHeads } from '../core/ledger/heads.ts';
import { formatHeads, parseHeads } from '../core/ledger/heads.ts';
import { verifyArchive } from '../core/ledger/verify.ts';
import type { SignatureCheck } from '../core/ledger/verify-envelopes.ts';
import { archivePlace } from './audit/audit-target.ts';
import { openArchive } from './audit/open-archive.ts';
import { runCommand } from './audit/run-command.ts';
import { reportLines } from './audit/verify-lines.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';

/** How the command is called. */
export const VERIFY_USAGE = `usage: countersign verify [DIR|s3://bucket[/prefix]] [--json] [--heads FILE] [--save-heads FILE] [--envelope-key FILE]
  without a place: the archive of the sandbox that runs here
  --heads FILE         heads noted earlier: shows a cut or rewritten tail
  --save-heads FILE    note the heads of an archive that passed, for next time; keep the file elsewhere
  --envelope-key FILE  public key (PEM) that approval envelopes are signed with`;

/**
 * `countersign verify`: checks an archive from its bytes alone.
 *
 * @returns 0 when everything checked passed, 1 when anything failed, 3 on bad input
 */
export function verifyCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, VERIFY_USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        heads: { type: 'string' },
        'save-heads': { type: 'string' },
        'envelope-key': { type: 'string' },
      },
    });
    const place = archivePlace(io, positionals, VERIFY_USAGE);
    const heads = values.heads === undefined ? undefined : await readHeads(values.heads);
    const keyFile = values['envelope-key'];
    const checkSignature = keyFile === undefined ? undefined : await signatureCheck(keyFile);
    const outcome = await verifyArchive(openArchive(io, place), {
      ...(heads !== undefined && { heads }),
      ...(checkSignature !== undefined && { checkSignature }),
    });
    if (outcome.objects === 0 && heads === undefined)
      throw new CommandError(EXIT.badInput, `expected an archive at \`${place}\`, got no objects`);
    report(io, values.json, outcome, reportLines(outcome));
    const saveTo = values['save-heads'];
    if (outcome.ok && saveTo !== undefined)
      await writeFile(saveTo, formatHeads(new Map(outcome.chains.map(({ chain, head }) => [chain, head]))));
    return outcome.ok ? EXIT.ok : EXIT.failed;
  });
}

async function readHeads(file: string): Promise<ChainHeads> {
  const parsed = parseHeads(await readFile(file, 'utf8'));
  if (!parsed.ok) throw new CommandError(EXIT.badInput, `${file}: ${parsed.problem}`);
  return parsed.value;
}

async function signatureCheck(file: string): Promise<SignatureCheck> {
  const pem = await readFile(file, 'utf8');
  try {
    const key = createPublicKey(pem);
    return (payload, signature) => verify('sha256', payload, key, signature);
  } catch {
    throw new CommandError(EXIT.badInput, `${file}: expected a public key in PEM`);
  }
}
