import { TILE_WIDTH } from '../log/tile-path.ts';
import type { BundleDigest } from './bundle-digest.ts';
import { localDigester } from './bundle-source.ts';
import type { LogCheck, LogReport } from './check.ts';
import { Findings } from './check.ts';
import { CheckpointWindows } from './checkpoint-windows.ts';
import { checkEarlierPartials } from './earlier-partials.ts';
import { EventChecks } from './event-checks.ts';
import { HASH_BYTES, hex } from './fast-hash.ts';
import type { RootClaim } from './kept-checkpoints.ts';
import { readKept } from './kept-checkpoints.ts';
import { listLog } from './log-files.ts';
import type { TreeHead } from './log-head.ts';
import { checkHead, readHead } from './log-head.ts';
import { checkHeads } from './log-heads.ts';
import type { BundleDigester, LogSource, VerifyLogOptions } from './options.ts';
import { DEFAULT_MERGE_DELAY_SECONDS } from './options.ts';
import { ReceiptChecks } from './receipt-checks.ts';
import { previousClaim, RootClaims } from './root-claims.ts';
import type { TreeRebuild } from './tree-rebuild.ts';
import type { Resumption } from './verified-before.ts';
import { keptHash, proveClaim, resume } from './verified-before.ts';
import type { VerifiedState } from './verified-state.ts';
import { checkWitnesses } from './witness-checks.ts';

/** Thrown when there is no log to verify. */
export class LogUnreadable extends Error {
  readonly code = 'log_unreadable';
}

const CHECKPOINT = 'checkpoint';

/**
 * Verifies a log from its files alone, trusting nothing but this code and what is given in `options`. Streams: besides
 * the bundles in flight it holds a head per chain, the ids of all events ({@link UniqueIds} says how many bytes), open
 * budget holds and the names of kept checkpoints.
 *
 * @throws {LogUnreadable} when there is no checkpoint
 * @throws whatever `source` throws when it cannot be read
 */
export async function verifyLog(
  source: LogSource,
  options: VerifyLogOptions,
  digester: BundleDigester = localDigester(source),
): Promise<LogReport> {
  const bytes = await source.read(CHECKPOINT);
  if (bytes === undefined) throw new LogUnreadable(`expected a file \`${CHECKPOINT}\`, got none`);
  const note = new TextDecoder().decode(bytes);
  const findings = new Findings(options.maxFindings, options.withoutChecks);
  askFor(findings, options);
  const read = readHead(note, options.logKeys);
  checkHead(findings, read, CHECKPOINT, options.origin);
  if (read.head === undefined) return emptyReport(findings);
  checkWitnesses(findings, note, read.head, options);
  const resumption = await resume(findings, (path) => source.read(path), read.head, options);
  return new LogVerifier(source, options, digester, findings, read.head, resumption).run();
}

/** What a caller gives, and what a log has by itself, is to be checked. */
function askFor(findings: Findings, options: VerifyLogOptions): void {
  const { depth = 'canonical' } = options;
  findings.asked('C5');
  findings.asked('C6');
  if (depth !== 'hash') for (const check of ['C9', 'C10', 'C11', 'C13'] as const) findings.asked(check);
  if (depth === 'canonical') for (const check of ['C8', 'C12'] as const) findings.asked(check);
  const given: readonly [LogCheck, unknown][] = [
    ['C1', options.unpinned?.has('C1') === true ? undefined : true],
    ['C2', options.unpinned?.has('C2') === true ? undefined : options.witnesses],
    ['C3', options.maxAgeSeconds ?? options.witnessViews ?? options.askedWitnesses],
    ['C4', options.previous],
    ['C7', options.unpinned?.has('C7') === true ? undefined : options.verifyTimestamp],
    ['C14', options.heads],
    ['C15', options.receipts?.[0]],
    ['C16', options.certificationKeys === undefined ? undefined : options.receipts?.[0]],
  ];
  for (const [check, value] of given) if (value !== undefined) findings.asked(check);
  for (const check of options.required ?? []) findings.asked(check);
  for (const [check, why] of options.unpinned ?? []) findings.unpinned(check, why);
}

class LogVerifier {
  readonly #source: LogSource;
  readonly #options: VerifyLogOptions;
  readonly #digester: BundleDigester;
  readonly #findings: Findings;
  readonly #head: TreeHead;
  readonly #tree: TreeRebuild;
  readonly #events: EventChecks;
  readonly #resumption: Resumption;
  /** Leaves that are not read again. */
  readonly #before: number;
  #state: VerifiedState | undefined;
  #entries = 0;

  constructor(
    source: LogSource,
    options: VerifyLogOptions,
    digester: BundleDigester,
    findings: Findings,
    head: TreeHead,
    resumption: Resumption,
  ) {
    this.#source = source;
    this.#options = options;
    this.#digester = digester;
    this.#findings = findings;
    this.#head = head;
    this.#resumption = resumption;
    this.#before = resumption.before?.size ?? 0;
    this.#tree = resumption.tree;
    const expected = { events: options.depth === 'hash' ? 0 : head.size, keepsIds: options.onVerified !== undefined };
    this.#events = new EventChecks(findings, expected, resumption.before);
  }

  async run(): Promise<LogReport> {
    const findings = this.#findings;
    const [head, options] = [this.#head, this.#options];
    const read = (path: string) => this.#source.read(path);
    const files = await listLog(findings, this.#source, head.size, options.isLive ?? false);
    const kept = await readKept(findings, read, files, head, options);
    if (kept.claims.length > 0) findings.done('C4');
    const keptTakenOver = await this.#claimsBefore(kept.claims);
    const previous = previousClaim(findings, head, options);
    for (const claim of this.#isBefore(previous)) await proveClaim(findings, read, head, claim);
    const receipts = new ReceiptChecks(findings, options, head.origin);
    await this.#stream(kept.claims, [...previous, ...this.#resumption.claims], receipts);
    await receipts.lookBefore(read, this.#before, head);
    receipts.finish(head);
    await checkEarlierPartials(findings, read, files.partials, head.size, this.#before);
    this.#finishTree();
    this.#finishEvents();
    const report = findings.report();
    if (report.ok && this.#state !== undefined) options.onVerified?.(this.#state);
    const { proven } = this.#resumption;
    const isReread = this.#resumption.before === undefined;
    return {
      ...report,
      ...(proven !== undefined && { wentOnFrom: { ...proven, isReread, keptTakenOver } }),
      origin: head.origin,
      size: head.size,
      root: head.rootHex,
      counts: {
        entries: this.#entries,
        verifiedBefore: this.#before,
        chains: this.#events.tails.tails().size,
        files: files.fileCount,
        keptCheckpoints: files.kept.length,
        timestamps: kept.timestamps,
        receipts: options.receipts?.length ?? 0,
      },
    };
  }

  /** Claims about leaves that are not read again. */
  #isBefore(claims: readonly RootClaim[]): readonly RootClaim[] {
    return this.#before === 0 ? [] : claims.filter(({ size }) => size <= this.#before);
  }

  /** C4 of kept checkpoints of leaves that are not read again: proven one by one unless they are those of then. */
  async #claimsBefore(kept: readonly RootClaim[]): Promise<number> {
    const before = this.#isBefore(kept);
    if (keptHash(before, this.#before) === this.#resumption.before?.keptHash) {
      if (before.length > 0)
        this.#findings.leaveOut('C4', `the roots of ${before.length} kept checkpoints that were compared before`);
      return before.length;
    }
    const read = (path: string) => this.#source.read(path);
    for (const claim of before) await proveClaim(this.#findings, read, this.#head, claim);
    return 0;
  }

  async #stream(kept: readonly RootClaim[], others: readonly RootClaim[], receipts: ReceiptChecks): Promise<void> {
    const claims = [...kept, ...others];
    const { mergeDelaySeconds = DEFAULT_MERGE_DELAY_SECONDS, depth = 'canonical', onProgress } = this.#options;
    const ordered = [...claims, { ...this.#head, path: CHECKPOINT }].sort((left, right) => left.size - right.size);
    const windows = new CheckpointWindows(this.#findings, ordered, mergeDelaySeconds);
    const proven = new Set(this.#isBefore(claims));
    const roots = new RootClaims(
      this.#findings,
      claims.filter((claim) => !proven.has(claim)),
    );
    for await (const digest of this.#digests()) {
      if (digest.root === undefined) this.#keepState(kept);
      for (const finding of digest.findings) this.#findings.add(finding);
      roots.append(this.#tree, digest.n, digest.hashes);
      await this.#tree.append(digest.hashes, digest.root);
      receipts.look(digest.hashes);
      if (depth !== 'hash') {
        this.#events.append(digest);
        windows.append(digest.n, digest.timesMs);
      }
      this.#entries += digest.count;
      onProgress?.(digest.n * TILE_WIDTH + digest.hashes.length / HASH_BYTES, this.#head.size);
    }
    this.#keepState(kept);
    await this.#tree.finish();
    if (depth !== 'hash') windows.finish();
  }

  /** Remembers what was verified up to the end of the last full bundle, to go on from another time. */
  #keepState(kept: readonly RootClaim[]): void {
    const { depth = 'canonical', onVerified } = this.#options;
    if (onVerified === undefined || depth !== 'canonical' || this.#state !== undefined) return;
    const { origin, size } = this.#head;
    const whole = size - (size % TILE_WIDTH);
    const tree = { size: whole, rootHex: hex(this.#tree.root()), keptHash: keptHash(kept, whole) };
    this.#state = { origin, ...tree, ...this.#events.state() };
  }

  /** The bundles' digests in order, with some of the next ones under way. */
  async *#digests(): AsyncGenerator<BundleDigest> {
    const { size } = this.#head;
    const { depth = 'canonical' } = this.#options;
    const underWay: Promise<BundleDigest>[] = [];
    for (let n = this.#before / TILE_WIDTH; n * TILE_WIDTH < size; n += 1) {
      const digest = this.#digester.digest({ n, width: Math.min(TILE_WIDTH, size - n * TILE_WIDTH), depth });
      // Whoever waits for its turn hears of the failure; until then it must not count as unheard.
      digest.catch(() => undefined);
      underWay.push(digest);
      const first = underWay.length < this.#digester.inFlight ? undefined : underWay.shift();
      if (first !== undefined) yield await first;
    }
    for (const digest of underWay) yield await digest;
  }

  #finishTree(): void {
    const root = hex(this.#tree.root());
    const { rootHex } = this.#head;
    if (root !== rootHex)
      this.#findings.add({ check: 'C6', code: 'root_differs', path: CHECKPOINT, expected: rootHex, got: root });
    this.#findings.done('C5', 'C6');
  }

  #finishEvents(): void {
    const findings = this.#findings;
    const { depth = 'canonical', heads, mergeDelaySeconds = DEFAULT_MERGE_DELAY_SECONDS } = this.#options;
    if (depth === 'canonical') findings.done('C8', 'C12');
    else findings.leaveOut('C8', 'skipped as asked: the form of entries was not checked');
    if (depth === 'hash') {
      for (const check of ['C9', 'C10', 'C11', 'C12', 'C13', 'C14'] as const)
        findings.leaveOut(check, 'skipped as asked: events were not read');
      return;
    }
    if (depth === 'links') findings.leaveOut('C12', 'skipped as asked: what events say was not read');
    findings.done('C9', 'C10', 'C11', 'C13');
    const { timeSeconds } = this.#head;
    if (heads === undefined)
      findings.leaveOut('C14', 'no heads were given: events deleted before they were sequenced do not show');
    else checkHeads(findings, heads, this.#events.tails.tails(), { timeSeconds, mergeDelaySeconds });
  }
}

function emptyReport(findings: Findings): LogReport {
  const counts = { entries: 0, verifiedBefore: 0, chains: 0, files: 0, keptCheckpoints: 0, timestamps: 0, receipts: 0 };
  return { ...findings.report(), ok: false, origin: '', size: 0, root: '', counts };
}
