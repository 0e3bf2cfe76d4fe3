import type { Result } from '../../result.ts';
import { ok } from '../../result.ts';
import { sameBytes } from '../same-bytes.ts';
import type { LogFile, LogSignature, SequencerPorts, TimeStamper } from './ports.ts';
import type { SequenceProblem } from './sequence-problem.ts';
import { stop } from './sequence-problem.ts';
import { headName } from './sequence-staging.ts';
import type { LogLock } from './sequence-state.ts';
import { readLock } from './sequence-state.ts';

type Done = Result<undefined, SequenceProblem>;

/** How many files are written side by side. */
const CONCURRENT_WRITES = 16;

/**
 * Publishes the lock's head: files, signed note, the note's history and timestamp, what readers' copies are
 * made of it, and last the pointer. Safe to repeat and to interrupt anywhere.
 *
 * @param publishedSize size of the checkpoint that is public now, which witnesses are expected to know
 */
export async function publishHead(
  ports: SequencerPorts,
  lock: LogLock,
  files: readonly LogFile[],
  publishedSize: number,
): Promise<Done> {
  const written = await writeFiles(ports, files);
  if (!written.ok) return written;
  const note = await keptNote(ports, lock, publishedSize);
  if (!note.ok) return note;
  // A sequencer that was held up must not take the pointer back from one that went on meanwhile.
  const current = await readLock(ports.store);
  if (current?.size !== lock.size || current.rootHex !== lock.rootHex)
    return stop('contended', `the log went on from size ${lock.size} meanwhile`);
  const head = { ...lock, previousSize: publishedSize, note: note.value, files };
  for (const { path, bytes } of ports.project?.(head) ?? []) await ports.objects.put(path, bytes);
  await ports.objects.put('checkpoint', note.value);
  return ok(undefined);
}

async function writeFiles(ports: SequencerPorts, files: readonly LogFile[]): Promise<Done> {
  for (let start = 0; start < files.length; start += CONCURRENT_WRITES) {
    const some = files.slice(start, start + CONCURRENT_WRITES);
    const results = await Promise.all(some.map((file) => writeFile(ports, file)));
    const wrong = results.find((result) => !result.ok);
    if (wrong !== undefined) return wrong;
  }
  return ok(undefined);
}

async function writeFile({ objects }: SequencerPorts, file: LogFile): Promise<Done> {
  if (!file.full) {
    await objects.put(file.path, file.bytes);
    return ok(undefined);
  }
  if ((await objects.createLocked(file.path, file.bytes)) === 'created') return ok(undefined);
  const found = await objects.read(file.path);
  if (found !== undefined && sameBytes(found, file.bytes)) return ok(undefined);
  return stop('file_differs', `\`${file.path}\` holds other bytes than the staged ones`);
}

/** The one note that is kept for this head: the first that was stored, whoever signed it. */
async function keptNote(
  ports: SequencerPorts,
  lock: LogLock,
  publishedSize: number,
): Promise<Result<Uint8Array, SequenceProblem>> {
  const key = `checkpoints/${headName(lock.size, lock.rootHex)}`;
  const kept = await ports.objects.read(key);
  if (kept !== undefined) return stamped(ports, key, kept, lock);
  const note = await signedNote(ports, lock, publishedSize);
  if (!note.ok) return note;
  if ((await ports.objects.createLocked(key, note.value)) === 'created') return stamped(ports, key, note.value, lock);
  const other = await ports.objects.read(key);
  if (other === undefined) return stop('file_differs', `\`${key}\` exists but cannot be read`);
  return stamped(ports, key, other, lock);
}

/** Timestamps the note that is stored, so that the token is never about bytes that nobody kept. */
async function stamped(
  ports: SequencerPorts,
  key: string,
  note: Uint8Array,
  lock: LogLock,
): Promise<Result<Uint8Array, SequenceProblem>> {
  const head = ports.checkpoints.open(note);
  if (head?.size !== lock.size || head.rootHex !== lock.rootHex)
    return stop('file_differs', `\`${key}\` holds a note of another tree head`);
  if (ports.stamper !== undefined && (await ports.objects.read(`${key}.tsr`)) === undefined)
    await stamp(ports, ports.stamper, key, note);
  return ok(note);
}

async function stamp({ objects }: SequencerPorts, stamper: TimeStamper, key: string, note: Uint8Array): Promise<void> {
  const token = await stamper.stamp(note);
  if (token !== undefined) await objects.createLocked(`${key}.tsr`, token);
}

async function signedNote(
  ports: SequencerPorts,
  lock: LogLock,
  publishedSize: number,
): Promise<Result<Uint8Array, SequenceProblem>> {
  const { checkpoints, signers, witnesses, tree, objects } = ports;
  const { timeSeconds } = lock;
  const body = checkpoints.body(lock.size, lock.rootHex);
  const timedMessage = checkpoints.timedMessage(body, timeSeconds);
  const signed: LogSignature[] = [];
  for (const signer of signers)
    signed.push({
      publicKey: signer.publicKey,
      signature: await signer.sign(body),
      timedSignature: await signer.sign(timedMessage),
    });
  const note = checkpoints.note(body, timeSeconds, signed);
  if (note === undefined) return stop('signature_invalid', `the signature of size ${lock.size} does not verify`);
  if (witnesses === undefined) return ok(note);
  const reader = (path: string) => objects.read(path);
  const proofFrom = (size: number) => tree.consistencyProof(reader, size, lock.size);
  return ok(checkpoints.addLines(note, await witnesses.cosign(publishedSize, proofFrom, note)));
}
