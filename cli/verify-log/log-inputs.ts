import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ED25519_KEY_BYTES } from '../../core/ed25519.ts';
import type { PinnedLogKey } from '../../core/ledger/log/pinned-key.ts';
import { parsePinnedKeys } from '../../core/ledger/log/pinned-key.ts';
import type { WitnessPolicy } from '../../core/ledger/log/witness-policy.ts';
import { cosignersOf, parseWitnessPolicy } from '../../core/ledger/log/witness-policy.ts';
import type { LogCheck } from '../../core/ledger/log-verify/check.ts';
import type { LogHeads } from '../../core/ledger/log-verify/log-heads.ts';
import { parseLogHeads } from '../../core/ledger/log-verify/log-heads.ts';
import type {
  HeldReceipt,
  LogSource,
  VerifyLogOptions,
  VerifyTimestamp,
} from '../../core/ledger/log-verify/options.ts';
import { askViews } from '../../net/witness-views.ts';
import { badInputOf, LOG_INPUT } from '../bad-input.ts';
import { keyTerm } from '../key-term.ts';

/** Thrown when what the caller gave cannot be used. */
export class LogInputError extends Error {
  readonly code = LOG_INPUT;
}

/** What the caller gave, as file names and texts. */
export interface GivenInputs {
  /** Verifier keys, or names of files that hold one. */
  readonly keys: readonly string[];
  readonly origin: string | undefined;
  readonly witnessPolicy: string | undefined;
  readonly witnessViews: readonly string[];
  /** True to ask the witnesses of the policy for theirs. */
  readonly askWitnesses: boolean;
  readonly previous: string | undefined;
  readonly tsa: string | undefined;
  readonly heads: string | undefined;
  readonly receipts: readonly string[];
  readonly certificationKeys: readonly string[];
}

/** Makes a check of timestamps from trust anchors in PEM. */
export type TimestampTrust = (anchorsPem: string) => VerifyTimestamp;

type Inputs = Pick<
  VerifyLogOptions,
  | 'logKeys'
  | 'origin'
  | 'witnesses'
  | 'witnessViews'
  | 'askedWitnesses'
  | 'previous'
  | 'verifyTimestamp'
  | 'heads'
  | 'receipts'
  | 'certificationKeys'
  | 'retiredCertificationKeys'
  | 'unpinned'
>;

/**
 * What a log is verified with: what the caller gives, and else what the log's folder brings along. The latter is used,
 * and named in the report as what anybody who forged the log could have put there too.
 *
 * @throws {LogInputError} when something cannot be read
 */
export async function readInputs(source: LogSource, given: GivenInputs, trust: TimestampTrust): Promise<Inputs> {
  const unpinned = new Map<LogCheck, string>();
  const own = async (check: LogCheck, path: string, flag: string): Promise<string | undefined> => {
    const bytes = await source.read(path);
    if (bytes !== undefined)
      unpinned.set(check, `rests on the log’s own \`${path}\`, which who forges a log can forge; give ${flag}`);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  };
  const keyTexts =
    given.keys.length > 0 ? await Promise.all(given.keys.map(keyText)) : [await own('C1', 'log.vkey', '--key')];
  const policyFile = given.witnessPolicy;
  const policy =
    policyFile === undefined ? await own('C2', 'witness.policy', '--witness-policy') : await textOf(policyFile);
  const anchors = given.tsa === undefined ? await own('C7', 'tsa.pem', '--tsa') : trustAnchors(await textOf(given.tsa));
  const heads = given.heads === undefined ? await textIn(source, 'heads.json') : await textOf(given.heads);
  const receipts = await receiptsOf(source, given.receipts);
  const logKeyList = keyTexts.flatMap((text) => logKeys(text));
  const asked = given.askWitnesses ? await askedViews(given, policy, logKeyList) : undefined;
  const files = await Promise.all(given.witnessViews.map(async (file) => ({ name: file, note: await textOf(file) })));
  const views = [...files, ...(asked?.views ?? [])];
  const previous = given.previous === undefined ? undefined : await textOf(given.previous);
  return {
    logKeys: logKeyList,
    unpinned,
    ...(given.origin !== undefined && { origin: given.origin }),
    ...(policy !== undefined && { witnesses: cosignersOf(witnessPolicyOf(policy)) }),
    ...(views.length > 0 && { witnessViews: views }),
    ...(asked !== undefined && { askedWitnesses: asked }),
    ...(previous !== undefined && { previous }),
    ...(anchors !== undefined && { verifyTimestamp: trust(anchors) }),
    ...(heads !== undefined && { heads: headsOf(heads) }),
    ...(receipts.length > 0 && { receipts }),
    ...(given.certificationKeys.length > 0 && (await certifiers(given.certificationKeys))),
  };
}

/**
 * A log's keys from their text.
 *
 * @throws {LogInputError} when it has none
 */
export function logKeys(text: string | undefined): readonly PinnedLogKey[] {
  if (text === undefined) throw new LogInputError('expected --key, or a file `log.vkey` in the log, got neither');
  const keys = parsePinnedKeys(text);
  if (keys.ok) return keys.value;
  throw new LogInputError(`the log’s keys, line ${keys.problem.line}: expected ${keys.problem.expected}`);
}

/**
 * The key itself, or the text of the file that holds it: a key has plus signs and its id in the middle.
 *
 * @throws {LogInputError} when it is neither
 */
export async function keyText(keyOrFile: string): Promise<string> {
  return parsePinnedKeys(keyOrFile).ok ? keyOrFile : textOf(keyOrFile);
}

/**
 * A witness policy from its text.
 *
 * @throws {LogInputError} when it is none
 */
export function witnessPolicyOf(text: string): WitnessPolicy {
  const policy = parseWitnessPolicy(text);
  if (policy.ok) return policy.value;
  throw new LogInputError(`witness policy, line ${policy.problem.line}: ${policy.problem.detail}`);
}

/** What the policy's witnesses show now. A policy that the log brings along would send its reader to whom the log likes. */
async function askedViews(given: GivenInputs, policy: string | undefined, keys: readonly PinnedLogKey[]) {
  if (given.witnessPolicy === undefined || policy === undefined)
    throw new LogInputError('expected --witness-policy with --ask-witnesses, got none');
  const origin = given.origin ?? keys[0]?.name ?? '';
  const { views, problems, isEnough } = await askViews(witnessPolicyOf(policy), origin);
  return { views, isEnough, unanswered: problems.map(({ witness, detail }) => ({ name: witness, why: detail })) };
}

/**
 * Trust anchors of timestamps as they were given.
 *
 * @throws {LogInputError} when they begin with no certificate
 */
export function trustAnchors(pem: string): string {
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw new LogInputError('trust anchors of timestamps: expected certificates in PEM');
  }
}

/**
 * Heads from the text of `heads.json`.
 *
 * @throws {LogInputError} when it is something else
 */
export function headsOf(text: string): LogHeads {
  const heads = parseLogHeads(text);
  if (heads.ok) return heads.value;
  throw new LogInputError(`heads: ${heads.problem}`);
}

/** The receipts that were named, and those in the log's folder. */
async function receiptsOf(source: LogSource, files: readonly string[]): Promise<readonly HeldReceipt[]> {
  const receipts: HeldReceipt[] = [];
  for (const path of files) receipts.push({ path, text: await textOf(path) });
  for await (const path of source.listPaths()) {
    const text = /^receipts\/.+\.json$/.test(path) ? await textIn(source, path) : undefined;
    if (text !== undefined) receipts.push({ path, text });
  }
  return receipts;
}

/**
 * Certification keys in use, and those of files that are followed by the time they were retired at.
 *
 * @throws {LogInputError} when a file holds no key
 */
export async function certifiers(given: readonly string[]) {
  const keys = await Promise.all(
    given.map(async (text) => {
      const { file, untilMs } = keyTerm(text);
      return { publicKey: await certificationKey(file), untilMs };
    }),
  );
  return {
    certificationKeys: keys.flatMap(({ publicKey, untilMs }) => (untilMs === undefined ? [publicKey] : [])),
    retiredCertificationKeys: keys.flatMap(({ publicKey, untilMs }) =>
      untilMs === undefined ? [] : [{ publicKey, untilMs }],
    ),
  };
}

/** A key in PEM, or in base64: its 32 bytes, or the SubjectPublicKeyInfo that the ledger records. */
async function certificationKey(file: string): Promise<Uint8Array> {
  const text = await textOf(file);
  const raw = Buffer.from(text.trim(), 'base64');
  if (raw.length === ED25519_KEY_BYTES) return new Uint8Array(raw);
  try {
    const isPem = text.includes('-----BEGIN');
    const key = createPublicKey(isPem ? text : { key: raw, format: 'der', type: 'spki' });
    const der = key.export({ format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'ed25519') return new Uint8Array(der.subarray(-ED25519_KEY_BYTES));
  } catch {
    // Neither PEM nor base64: said below, as for a key of another kind.
  }
  throw new LogInputError(`${file}: expected an Ed25519 public key in PEM or base64`);
}

async function textIn(source: LogSource, path: string): Promise<string | undefined> {
  const bytes = await source.read(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const problem = badInputOf(error);
    throw problem === undefined ? error : new LogInputError(`${file}: ${problem}`);
  }
}
