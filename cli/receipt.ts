import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { rawEd25519PublicKey } from '../core/ed25519.ts';
import type { VerifierKey } from '../core/ledger/log/note.ts';
import { parseVerifierKey } from '../core/ledger/log/note.ts';
import type { RetiredCertificationKey, VerifiedReceipt } from '../core/ledger/receipt/verify-receipt.ts';
import { verifyReceiptOffline } from '../core/ledger/receipt/verify-receipt.ts';
import { runCommand } from './audit/run-command.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import { keyTerm } from './key-term.ts';
import type { LogFinding } from './receipt/check-receipt.ts';
import { checkProof, findInLog, withoutLog } from './receipt/check-receipt.ts';
import { logReader } from './receipt/log-reader.ts';

/** How the command is called. */
export const RECEIPT_USAGE = `usage: countersign receipt verify FILE [--certification-key PEM] [--log DIR|s3://bucket[/prefix] | --proof FILE] [--key VKEY] [--json]
  --certification-key PEM  public key that certifies receipt keys (repeatable); PEM@TIME for one retired then
  --log PLACE              a log, or a copy of one, that must hold the event and its certificate
  --proof FILE             a C2SP tlog-proof of the event; needs --key
  --key VKEY               the log's verifier key, or a file that holds it
  Exit code 0 when everything that could be checked holds, 1 when anything does not, or is overdue in the log.`;

const OPTIONS = {
  'certification-key': { type: 'string', multiple: true },
  log: { type: 'string' },
  proof: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

type Flags = { readonly [name in keyof typeof OPTIONS]?: string | boolean | string[] | undefined };

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
    const key = values.key === undefined ? undefined : await readVerifierKey(values.key);
    const certifiers = values['certification-key'];
    const text = (await readFile(file, 'utf8')).trimEnd();
    const checked = verifyReceiptOffline(text, certifiers === undefined ? {} : await certifierTrust(certifiers));
    if (!checked.ok) {
      report(io, values.json, { ok: false, problem: checked.problem }, [`✗ ${JSON.stringify(checked.problem)}`]);
      return EXIT.failed;
    }
    const finding = await lookInLog(io, checked.value, values, key);
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
  key: VerifierKey | undefined,
): Promise<LogFinding> {
  const nowMs = Date.now();
  if (typeof log === 'string')
    return findInLog(receipt, { reader: logReader(io, log), key, isLive: log.startsWith('s3://') }, nowMs);
  if (typeof proof !== 'string') return withoutLog(receipt, nowMs);
  if (key === undefined) throw new CommandError(EXIT.badInput, 'expected --key with --proof');
  return checkProof(receipt, await readFile(proof, 'utf8'), key);
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

async function readVerifierKey(keyOrFile: string): Promise<VerifierKey> {
  const isKey = parseVerifierKey(keyOrFile);
  const parsed = isKey.ok ? isKey : parseVerifierKey((await readFile(keyOrFile, 'utf8')).trim());
  if (parsed.ok) return parsed.value;
  throw new CommandError(EXIT.badInput, `expected a verifier key, got \`${keyOrFile}\``);
}

async function certifierTrust(terms: readonly string[]) {
  const certificationKeys: Uint8Array[] = [];
  const retiredCertificationKeys: RetiredCertificationKey[] = [];
  for (const { file, untilMs } of terms.map(keyTerm)) {
    const publicKey = await readPublicKey(file);
    if (untilMs === undefined) certificationKeys.push(publicKey);
    else retiredCertificationKeys.push({ publicKey, untilMs });
  }
  return { certificationKeys, retiredCertificationKeys };
}

async function readPublicKey(file: string): Promise<Uint8Array> {
  const pem = await readFile(file, 'utf8');
  const raw = rawEd25519PublicKey(spkiOf(pem) ?? new Uint8Array());
  if (raw !== undefined) return raw;
  throw new CommandError(EXIT.badInput, `${file}: expected an Ed25519 public key in PEM`);
}

function spkiOf(pem: string): Uint8Array | undefined {
  try {
    return createPublicKey(pem).export({ format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
