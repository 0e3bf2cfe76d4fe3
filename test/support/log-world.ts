import { ChainWriter, writeRounds } from '../../attacks/log/chain-writer.ts';
import type { ChainedEvent } from '../../core/ledger/event.ts';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { formatCheckpointBody } from '../../core/ledger/log/checkpoint.ts';
import { cosignatureMessage, cosignaturePayload } from '../../core/ledger/log/cosignature.ts';
import type { VerifierKey } from '../../core/ledger/log/note.ts';
import {
  formatNote,
  formatVerifierKey,
  noteKeyId,
  SIGNATURE_COSIGNATURE,
  SIGNATURE_ED25519,
  signatureLine,
} from '../../core/ledger/log/note.ts';
import { appendEntries, EMPTY_EDGE } from '../../core/ledger/log/tree-edge.ts';
import { cosignersOf, parseWitnessPolicy } from '../../core/ledger/log/witness-policy.ts';
import type { LogHeads } from '../../core/ledger/log-verify/log-heads.ts';
import type { LogSource, VerifyLogOptions, VerifyTimestamp } from '../../core/ledger/log-verify/options.ts';
import { certificateMessage } from '../../core/ledger/receipt/certificate.ts';
import { certifiedData, EPOCHS_CHAIN } from '../../core/ledger/receipt/epoch.ts';
import { receiptJson, signReceipt } from '../../core/ledger/receipt/receipt.ts';
import { ok, refused } from '../../core/result.ts';
import { TEST_NOW_MS } from './deps.ts';
import type { TestKey } from './receipts.ts';
import { certificateOf, TEST_ORIGIN, testKey } from './receipts.ts';

/** Witnesses of a test log. */
export const TEST_WITNESSES = ['one', 'two', 'three'] as const;

/** Everybody who signs something of a test log. */
export interface LogSigners {
  readonly log: TestKey;
  readonly witnesses: readonly { readonly name: string; readonly key: TestKey }[];
  readonly certifier: TestKey;
  readonly epoch: TestKey;
}

/** Fresh keys for everybody. */
export function logSigners(): LogSigners {
  const witnesses = TEST_WITNESSES.map((name) => ({ name: `${name}.witness.example`, key: testKey() }));
  return { log: testKey(), witnesses, certifier: testKey(), epoch: testKey() };
}

/** A log's files, and who signed them. */
export interface TestLog {
  /** By path; tests change them. */
  readonly files: Map<string, Uint8Array>;
  readonly signers: LogSigners;
  /** The text of `log.vkey`. */
  readonly keyText: string;
  readonly events: readonly ChainedEvent[];
  /** Sizes of the checkpoints that were kept, ascending. */
  readonly sizes: readonly number[];
  readonly receipts: readonly { readonly path: string; readonly text: string }[];
}

/** How a checkpoint is signed; tests leave signers out or have others sign. */
export interface NoteSigning {
  readonly signers: LogSigners;
  readonly timeSeconds: number;
  /** Witnesses that cosign; all when absent. */
  readonly cosigners?: LogSigners['witnesses'];
}

/** A checkpoint's signed note. */
export function signedCheckpoint(size: number, root: Uint8Array, signing: NoteSigning): Uint8Array {
  const { signers, timeSeconds, cosigners = signers.witnesses } = signing;
  const body = formatCheckpointBody({ origin: TEST_ORIGIN, size, root });
  const bytes = Buffer.from(body);
  const timed = [{ name: TEST_ORIGIN, key: signers.log }, ...cosigners].map(({ name, key }) => {
    const signature = key.sign(cosignatureMessage(bytes, timeSeconds));
    const keyId = noteKeyId(name, SIGNATURE_COSIGNATURE, key.publicKey);
    return signatureLine(name, keyId, cosignaturePayload(timeSeconds, signature));
  });
  const keyId = noteKeyId(TEST_ORIGIN, SIGNATURE_ED25519, signers.log.publicKey);
  return Buffer.from(formatNote(body, [signatureLine(TEST_ORIGIN, keyId, signers.log.sign(bytes)), ...timed]));
}

/** Where a kept checkpoint is. */
export function keptPath(size: number, root: Uint8Array): string {
  return `checkpoints/${String(size).padStart(16, '0')}-${Buffer.from(root).toString('hex')}`;
}

/** A stand-in for an RFC 3161 token: the time, and what it is of. */
export function stampOf(note: Uint8Array, timeMs: number): Uint8Array {
  return Buffer.from(`${timeMs} ${sha256Hex(note)}`);
}

/** Checks {@link stampOf}. */
export const verifyTestTimestamp: VerifyTimestamp = async (token, bytes) => {
  const [time = '', imprint] = new TextDecoder().decode(token).split(' ');
  return imprint === sha256Hex(bytes) ? ok({ timeMs: Number(time) }) : refused({ code: 'imprint_differs' });
};

/** The files as a verifier reads them. */
export function fileSource(files: ReadonlyMap<string, Uint8Array>): LogSource {
  return {
    async *listPaths() {
      yield* files.keys();
    },
    read: async (path) => files.get(path)?.slice(),
  };
}

/** One entry with the time of its event, for logs of what no chain would hold. */
export interface LogRow {
  readonly entry: Uint8Array;
  readonly timeMs: number;
}

/**
 * The files of a log with these entries and a kept checkpoint at each of the sizes, signed one second after the last
 * event it covers. `sign` replaces how a checkpoint is signed.
 */
export function logFiles(
  rows: readonly LogRow[],
  sizes: readonly number[],
  signers: LogSigners,
  sign: (size: number, root: Uint8Array, timeSeconds: number) => Uint8Array = (size, root, timeSeconds) =>
    signedCheckpoint(size, root, { signers, timeSeconds }),
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let edge = EMPTY_EDGE;
  for (const size of sizes) {
    for (const path of files.keys()) if (path.includes('.p/')) files.delete(path);
    const entries = rows.slice(edge.size, size).map(({ entry }) => entry);
    const grown = appendEntries(edge, entries);
    for (const { path, bytes } of grown.files) files.set(path, new Uint8Array(bytes));
    edge = grown.edge;
    const timeSeconds = Math.ceil((rows[size - 1]?.timeMs ?? TEST_NOW_MS) / 1_000) + 1;
    const note = sign(size, grown.root, timeSeconds);
    files.set(keptPath(size, grown.root), note);
    files.set(`${keptPath(size, grown.root)}.tsr`, stampOf(note, timeSeconds * 1_000));
    files.set('checkpoint', note);
  }
  return files;
}

/** An honest log: two agents, the control chain and an epoch's certificate, checkpoints every `every` entries. */
export function honestLog({ rounds = 70, every = 64, signers = logSigners() } = {}): TestLog {
  const writer = new ChainWriter();
  const certificate = certificateOf(signers.epoch, { notBeforeMs: TEST_NOW_MS });
  const certified = certifiedData(certificate, signers.certifier.sign(certificateMessage(certificate)));
  const epoch = writer.write(EPOCHS_CHAIN, { type: 'epoch.certified', data: certified });
  writeRounds(writer, rounds);
  const { events } = writer;
  const sizes = [...Array.from({ length: Math.floor((events.length - 1) / every) }, (_, at) => (at + 1) * every)];
  const files = logFiles(events, [...sizes, events.length], signers);
  const receipts = [1, 7, 20].map((index) => {
    const entry = events[index]?.entry ?? new Uint8Array();
    const receipt = signReceipt(entry, { certificate, epochEntry: epoch.entry, sign: signers.epoch.sign });
    return { path: `receipts/${index}.json`, text: JSON.stringify(receiptJson(receipt)) };
  });
  const keyText = `${formatVerifierKey(TEST_ORIGIN, SIGNATURE_ED25519, signers.log.publicKey)}\n`;
  return { files, signers, keyText, events, sizes: [...sizes, events.length], receipts };
}

/** The log's key as its readers pin it. */
export function logKeyOf(signers: LogSigners): VerifierKey {
  const { publicKey } = signers.log;
  const keyId = noteKeyId(TEST_ORIGIN, SIGNATURE_ED25519, publicKey);
  return { name: TEST_ORIGIN, keyId, type: SIGNATURE_ED25519, publicKey };
}

/** The text of `witness.policy`: two of three. */
export function policyText({ log, witnesses }: LogSigners): string {
  const lines = witnesses.map(
    ({ name, key }, at) =>
      `witness w${at} ${formatVerifierKey(name, SIGNATURE_COSIGNATURE, key.publicKey)} https://${name}`,
  );
  const members = witnesses.map((_, at) => `w${at}`).join(' ');
  const logLine = `log ${formatVerifierKey(TEST_ORIGIN, SIGNATURE_ED25519, log.publicKey)}`;
  return [logLine, ...lines, `group all 2 ${members}`, 'quorum all', ''].join('\n');
}

/** The heads of the chains of these events. */
export function headsOfEvents(events: readonly ChainedEvent[]): LogHeads {
  return new Map(events.map(({ chain, seq, hash, timeMs }) => [chain, { seq, hash, timeMs }]));
}

/** Everything a verifier can be given about an honest log, ten seconds after its last event. */
export function fullOptions({ signers, events, receipts, files }: TestLog): VerifyLogOptions {
  const policy = parseWitnessPolicy(policyText(signers));
  if (!policy.ok) throw new Error('expected a witness policy');
  const note = new TextDecoder().decode(files.get('checkpoint'));
  return {
    logKeys: [logKeyOf(signers)],
    origin: TEST_ORIGIN,
    witnesses: cosignersOf(policy.value),
    witnessViews: signers.witnesses.map(({ name }) => ({ name, note })),
    nowMs: (events.at(-1)?.timeMs ?? TEST_NOW_MS) + 10_000,
    maxAgeSeconds: 60,
    previous: new TextDecoder().decode([...files].find(([path]) => path.startsWith('checkpoints/'))?.[1]),
    verifyTimestamp: verifyTestTimestamp,
    heads: headsOfEvents(events),
    receipts,
    certificationKeys: [signers.certifier.publicKey],
    mergeDelaySeconds: 60,
  };
}
