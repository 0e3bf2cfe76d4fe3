import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { PinnedLogKey } from '../core/ledger/log/pinned-key.ts';
import type { ReceiptProblem, VerifiedReceipt } from '../core/ledger/receipt/verify-receipt.ts';
import { verifyReceiptOffline } from '../core/ledger/receipt/verify-receipt.ts';
import { runCommand } from './audit/run-command.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import type { LogFinding } from './receipt/check-receipt.ts';
import { checkProof, findInLog, withoutLog } from './receipt/check-receipt.ts';
import { logReader } from './receipt/log-reader.ts';
import { certifiers, keyText, logKeys } from './verify-log/log-inputs.ts';

/** How the command is called. */
export const RECEIPT_USAGE = `usage: countersign receipt verify FILE [--certification-key FILE] [--log DIR|s3://bucket[/prefix] | --proof FILE] [--key KEY|FILE] [--json]
  --certification-key FILE  key that certifies receipt keys (PEM or base64, repeatable); FILE@TIME for one retired then
  --log PLACE               a log, or a copy of one, that must hold the event and its certificate
  --proof FILE              a C2SP tlog-proof of the event; needs --key
  --key KEY|FILE            the log's verifier key as you know it (repeatable); else the log's own log.vkey, named as not checked;
                            "KEY until SIZE" for one that was retired, in a file one in a line
  Exit code 0 when everything that could be checked holds, 1 when anything does not, or is overdue in the log.`;

const OPTIONS = {
  'certification-key': { type: 'string', multiple: true },
  log: { type: 'string' },
  proof: { type: 'string' },
  key: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
} as const;

type Flags = { readonly [name in 'log' | 'proof']?: string | undefined };

/**
 * `countersign receipt verify`: checks a receipt, and that the log keeps what it promises.
 *
 * @returns 0 when everything checked holds, 1 when anything does not, 3 on bad input
 */
export function receiptCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, RECEIPT_USAGE, async () => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
    const [verb, file, ...others] = positionals;
    const isContradicting = values.log !== undefined && values.proof !== undefined;
    if (verb !== 'verify' || file === undefined || others.length > 0 || isContradicting)
      throw new CommandError(EXIT.badInput, RECEIPT_USAGE);
    const { keys, trust } = await readTrust(values.key, values['certification-key']);
    const text = (await readFile(file, 'utf8')).trimEnd();
    const checked = verifyReceiptOffline(text, trust);
    if (!checked.ok) {
      report(io, values.json, { ok: false, problem: checked.problem }, [problemLine(checked.problem)]);
      return EXIT.failed;
    }
    const finding = await lookInLog(io, checked.value, values, keys);
    const isOk = finding.problem === undefined;
    const notChecked = [...ungiven(checked.value), ...finding.notChecked];
    const outcome = { ok: isOk, ...summary(checked.value), ...finding, notChecked };
    report(io, values.json, outcome, lines(checked.value, finding, notChecked));
    return isOk ? EXIT.ok : EXIT.failed;
  });
}

async function lookInLog(
  io: CommandIo,
  receipt: VerifiedReceipt,
  { log, proof }: Flags,
  keys: readonly PinnedLogKey[],
): Promise<LogFinding> {
  const nowMs = Date.now();
  if (log !== undefined) {
    const place = { reader: logReader(io, log), keys, isLive: log.startsWith('s3://') };
    if (place.isLive && keys.length === 0)
      throw new CommandError(EXIT.badInput, `expected --key with --log ${log}, got none`);
    if ((await place.reader('checkpoint')) === undefined)
      throw new CommandError(EXIT.badInput, `expected a log at \`${log}\`, got no checkpoint`);
    return findInLog(receipt, place, nowMs);
  }
  if (proof === undefined) return withoutLog(receipt, nowMs);
  if (keys.length === 0) throw new CommandError(EXIT.badInput, 'expected --key with --proof');
  return checkProof(receipt, await readFile(proof, 'utf8'), keys);
}

function ungiven({ certificateChecked }: VerifiedReceipt): string[] {
  return certificateChecked ? [] : ['who certified the key that signed it: no --certification-key was given'];
}

function summary({ event, hash, inLogByMs, epoch }: VerifiedReceipt) {
  const { chain, seq, id, type } = event;
  const { epochId, issuedTo, logOrigin } = epoch.certificate;
  return {
    event: { id, type, chain, seq, hash, time: new Date(event.timeMs).toISOString() },
    epoch: { epochId, issuedTo },
    log: { origin: logOrigin, by: new Date(inLogByMs).toISOString() },
  };
}

/** `✗ receipt_malformed: expected JSON`. */
function problemLine({ code, ...details }: ReceiptProblem): string {
  const told = Object.entries(details).map(([name, value]) => `${name} ${value}`);
  return `✗ ${[code, ...(told.length > 0 ? [told.join(', ')] : [])].join(': ')}`;
}

function lines(receipt: VerifiedReceipt, finding: LogFinding, notChecked: readonly string[]): readonly string[] {
  const { event, epoch, log } = summary(receipt);
  return [
    `✓ ${event.type} ${event.chain} #${event.seq} of ${event.time}, signed by a key of ${epoch.issuedTo}`,
    ...(finding.standing === 'in_log' ? [`✓ in the log ${log.origin}`] : []),
    ...(finding.standing === 'not_due' ? [`  not in the log ${log.origin} yet; due by ${log.by}`] : []),
    ...(finding.problem === undefined ? [] : [`✗ ${finding.problem} (log ${log.origin}, due by ${log.by})`]),
    ...notChecked.map((each) => `  not checked: ${each}`),
  ];
}

/** What the caller knows by another way than the log. */
async function readTrust(given: readonly string[] = [], certifierFiles: readonly string[] = []) {
  const texts = await Promise.all(given.map(keyText));
  const trust = certifierFiles.length === 0 ? {} : await certifiers(certifierFiles);
  return { keys: texts.flatMap(logKeys), trust };
}
