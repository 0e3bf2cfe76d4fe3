import type { PinnedLogKey } from '../log/pinned-key.ts';
import type { Findings } from './check.ts';
import type { KeptName, LogFiles } from './log-files.ts';
import type { TreeHead } from './log-head.ts';
import { readHead } from './log-head.ts';
import type { VerifyLogOptions, VerifyTimestamp } from './options.ts';
import { CLOCK_SKEW_SECONDS } from './options.ts';
import type { ReadFile } from './tree-rebuild.ts';

/** A root that the tree must have had at some size, and who says so. */
export interface RootClaim {
  readonly size: number;
  readonly rootHex: string;
  readonly path: string;
  /** When the checkpoint was signed, where it says so. */
  readonly timeSeconds?: number;
}

/** Checkpoints and timestamps that are read side by side. */
const AT_ONCE = 16;

/** Reads the kept checkpoints; those that are the log's become claims, by size. C7 of their timestamps goes along. */
export async function readKept(
  findings: Findings,
  read: ReadFile,
  files: LogFiles,
  head: TreeHead,
  options: VerifyLogOptions,
): Promise<{ readonly claims: readonly RootClaim[]; readonly timestamps: number }> {
  const claims: RootClaim[] = [];
  const reader = new KeptReader(findings, read, files, options);
  for (let start = 0; start < files.kept.length; start += AT_ONCE) {
    const some = files.kept.slice(start, start + AT_ONCE);
    for (const claim of await Promise.all(some.map((name) => reader.read(name, head))))
      if (claim !== undefined) claims.push(claim);
  }
  reader.finish(head);
  return { claims, timestamps: reader.timestamps };
}

class KeptReader {
  readonly #findings: Findings;
  readonly #read: ReadFile;
  readonly #files: LogFiles;
  readonly #logKeys: readonly PinnedLogKey[];
  readonly #verifyTimestamp: VerifyTimestamp | undefined;
  readonly #isLive: boolean;
  timestamps = 0;
  #unstamped = 0;
  #isHeadStamped = false;

  constructor(findings: Findings, read: ReadFile, files: LogFiles, options: VerifyLogOptions) {
    this.#findings = findings;
    this.#read = read;
    this.#files = files;
    this.#logKeys = options.logKeys;
    this.#verifyTimestamp = options.verifyTimestamp;
    this.#isLive = options.isLive ?? false;
  }

  async read({ path, size, rootHex }: KeptName, current: TreeHead): Promise<RootClaim | undefined> {
    if (size > current.size && this.#isLive) return undefined;
    const fail = (code: string, expected: string, got: string) =>
      this.#findings.add({ check: 'C4', code, path, expected, got });
    const note = (await this.#read(path)) ?? new Uint8Array();
    const { head, problem } = readHead(new TextDecoder().decode(note), this.#logKeys);
    if (problem !== undefined) fail(problem.code, problem.expected, problem.got);
    if (head === undefined) return undefined;
    if (head.size !== size || head.rootHex !== rootHex)
      fail('name_differs', `${size} ${rootHex}`, `${head.size} ${head.rootHex}`);
    if (head.origin !== current.origin) fail('origin_differs', current.origin, head.origin);
    if (head.size > current.size) {
      fail('kept_is_newer', `at most ${current.size} leaves`, `${head.size}`);
      return undefined;
    }
    await this.#checkStamp(path, note, head, head.size === current.size && head.rootHex === current.rootHex);
    // A checkpoint the log did not sign claims nothing.
    return problem === undefined ? { ...head, path } : undefined;
  }

  finish(head: TreeHead): void {
    const findings = this.#findings;
    if (this.#verifyTimestamp === undefined) {
      findings.leaveOut('C7', 'no trust anchors were given: times are the log’s own');
      return;
    }
    findings.done('C7');
    const path = `checkpoints/${String(head.size).padStart(16, '0')}-${head.rootHex}.tsr`;
    if (!this.#isHeadStamped)
      findings.add({
        check: 'C7',
        code: 'timestamp_missing',
        path,
        expected: 'a timestamp of the checkpoint',
        got: 'none',
      });
    if (this.#unstamped > 0) findings.leaveOut('C7', `${this.#unstamped} kept checkpoints that have no timestamp`);
  }

  async #checkStamp(path: string, note: Uint8Array, head: TreeHead, isCurrent: boolean): Promise<void> {
    if (this.#verifyTimestamp === undefined) return;
    const tokenPath = `${path}.tsr`;
    const token = this.#files.timestamps.has(tokenPath) ? await this.#read(tokenPath) : undefined;
    if (token === undefined) {
      if (!isCurrent) this.#unstamped += 1;
      return;
    }
    if (isCurrent) this.#isHeadStamped = true;
    this.timestamps += 1;
    const stamp = await this.#verifyTimestamp(token, note);
    const fail = (code: string, expected: string, got: string) =>
      this.#findings.add({ check: 'C7', code, path: tokenPath, expected, got });
    if (!stamp.ok) {
      fail(stamp.problem.code, `a timestamp of \`${path}\``, stamp.problem.message ?? 'one that does not verify');
    } else if (head.timeSeconds !== undefined && stamp.value.timeMs < (head.timeSeconds - CLOCK_SKEW_SECONDS) * 1_000) {
      const signed = new Date(head.timeSeconds * 1_000).toISOString();
      fail('timestamp_before_signature', `${signed} or later`, new Date(stamp.value.timeMs).toISOString());
    }
  }
}
