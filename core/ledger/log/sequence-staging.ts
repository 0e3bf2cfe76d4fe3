import type { JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import type { Result } from '../../result.ts';
import { ok } from '../../result.ts';
import { canonicalJson } from '../canonical.ts';
import { sha256Hex } from '../hash.ts';
import { sameBytes } from '../same-bytes.ts';
import type { LogFile, LogObjects } from './ports.ts';
import type { SequenceProblem } from './sequence-problem.ts';
import { stop } from './sequence-problem.ts';
import type { LogLock } from './sequence-state.ts';

const LINE_FEED = 0x0a;
const SIZE_DIGITS = 16;

/** Where the files that lead to a tree head are staged. */
export function stagingKey(size: number, rootHex: string): string {
  return `staging/${headName(size, rootHex)}`;
}

/** A tree head as part of a key; sizes sort as text. */
export function headName(size: number, rootHex: string): string {
  return `${String(size).padStart(SIZE_DIGITS, '0')}-${rootHex}`;
}

/** One line of canonical JSON that lists the files, then their bytes one after another. */
export function encodeStaging(files: readonly LogFile[]): Uint8Array {
  const list = files.map(({ path, bytes, full }) => ({ path, full, length: bytes.length }));
  const head = new TextEncoder().encode(`${canonicalJson(list)}\n`);
  return Buffer.concat([head, ...files.map((file) => file.bytes)]);
}

/** The staged files; undefined when the bytes are no staging object. */
export function decodeStaging(bytes: Uint8Array): readonly LogFile[] | undefined {
  const headLength = bytes.indexOf(LINE_FEED) + 1;
  const list = parsedList(bytes.subarray(0, headLength));
  if (list === undefined) return undefined;
  const files: LogFile[] = [];
  let start = headLength;
  for (const member of list) {
    if (!isJsonObject(member)) return undefined;
    const { path, full, length } = member;
    if (typeof path !== 'string' || typeof full !== 'boolean' || typeof length !== 'number') return undefined;
    files.push({ path, full, bytes: bytes.subarray(start, start + length) });
    start += length;
  }
  return start === bytes.length ? files : undefined;
}

function parsedList(head: Uint8Array) {
  try {
    const value: JsonValue = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(head));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes a batch's files durable and says by which bytes. An object in the way is taken over when it holds all of these
 * files: a sequencer that began at an earlier tree head and came to the same one staged more of them.
 */
export async function stageFiles(
  objects: LogObjects,
  key: string,
  files: readonly LogFile[],
): Promise<Result<{ readonly hash: string; readonly files: readonly LogFile[] }, SequenceProblem>> {
  const bytes = encodeStaging(files);
  if ((await objects.createLocked(key, bytes)) === 'created') return ok({ hash: sha256Hex(bytes), files });
  const found = await objects.read(key);
  if (found === undefined) return stop('staging_missing', `\`${key}\` exists but cannot be read`);
  if (sameBytes(found, bytes)) return ok({ hash: sha256Hex(bytes), files });
  const staged = new Map((decodeStaging(found) ?? []).map((file) => [file.path, file]));
  const isSame = (file: LogFile) => {
    const other = staged.get(file.path);
    return other !== undefined && other.full === file.full && sameBytes(other.bytes, file.bytes);
  };
  if (!files.every(isSame)) return stop('staging_differs', `\`${key}\` holds other files than this batch`);
  return ok({ hash: sha256Hex(found), files });
}

/** The files of the lock's head, byte for byte as they were when the lock was moved. */
export async function stagedFiles(
  objects: LogObjects,
  lock: LogLock,
): Promise<Result<readonly LogFile[], SequenceProblem>> {
  const bytes = await objects.read(lock.stagingKey);
  if (bytes === undefined) return stop('staging_missing', `expected \`${lock.stagingKey}\`, got no object`);
  const hash = sha256Hex(bytes);
  const files = hash === lock.stagingHash ? decodeStaging(bytes) : undefined;
  if (files === undefined)
    return stop('staging_differs', `expected \`${lock.stagingKey}\` of hash \`${lock.stagingHash}\`, got \`${hash}\``);
  return ok(files);
}
