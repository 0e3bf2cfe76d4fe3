import { createHash } from 'node:crypto';
import type { ChainHeads } from './heads.ts';
import { chainFolder, parseSegmentKey } from './segment-key.ts';
import { splitLines } from './split-lines.ts';
import type { NamedObject } from './verify-chain.ts';
import { ChainVerifier } from './verify-chain.ts';
import type { SignatureCheck } from './verify-envelopes.ts';
import { verifyEnvelopes } from './verify-envelopes.ts';
import type { CheckCode, VerifiedChain, VerifyFailure, VerifyReport } from './verify-report.ts';
import { CHECKS, notChecked } from './verify-report.ts';

/** Where the archive is read from: a bucket or a folder that holds its objects. */
export interface ArchiveSource {
  /** Every object's key, in any order. */
  listKeys(): AsyncIterable<string>;
  read(key: string): AsyncIterable<Uint8Array>;
}

/** What the verifier is given besides the archive. */
export interface VerifyOptions {
  /** Heads noted outside the archive. Without them a chain's last event and a cut tail cannot be checked. */
  readonly heads?: ChainHeads;
  /** Checks envelope signatures with a public key the caller trusts. */
  readonly checkSignature?: SignatureCheck;
}

const BUNDLE_KEY = /^bundles\/([0-9a-f]{64})\.json$/;

/**
 * Verifies an archive from its bytes alone, trusting nothing but this code, the heads and the key that were supplied.
 * Holds one line of one object at a time, besides the object names and event ids. A chain is followed up to its first
 * bad record; the others are verified all the same.
 *
 * @throws whatever `source` throws when it cannot be read
 */
export async function verifyArchive(source: ArchiveSource, options: VerifyOptions = {}): Promise<VerifyReport> {
  return new ArchiveVerifier(source, options).run();
}

class ArchiveVerifier {
  readonly #source: ArchiveSource;
  readonly #heads: ChainHeads;
  readonly #checkSignature: SignatureCheck | undefined;
  readonly #seenIds = new Set<string>();
  readonly #failures: VerifyFailure[] = [];
  readonly #chains: VerifiedChain[] = [];
  #objects = 0;
  #bundles = 0;
  #events = 0;
  #envelopes = 0;
  #unsignedEnvelopes = 0;

  constructor(source: ArchiveSource, options: VerifyOptions) {
    this.#source = source;
    this.#heads = options.heads ?? new Map();
    this.#checkSignature = options.checkSignature;
  }

  async run(): Promise<VerifyReport> {
    const folders = await this.#collect();
    for (const objects of folders) {
      const failure = await this.#verifyChain(objects);
      if (failure !== undefined) this.#failures.push(failure);
    }
    this.#failUnseenHeads();
    return this.#report();
  }

  /** Sorts the objects: bundles are checked at once, segments grouped by chain, anything else fails. */
  async #collect(): Promise<readonly (readonly NamedObject[])[]> {
    const segments: NamedObject[] = [];
    for await (const key of this.#source.listKeys()) {
      this.#objects += 1;
      const name = parseSegmentKey(key);
      const bundleHash = BUNDLE_KEY.exec(key)?.[1];
      if (name !== undefined) segments.push({ ...name, key });
      else if (bundleHash !== undefined) await this.#verifyBundle(key, bundleHash);
      else this.#failures.push({ check: 'object_name', object: key, expected: 'a segment or a bundle', got: key });
    }
    // The date takes part, so that an extra object at the same sequence number has a fixed place after the first.
    segments.sort((left, right) => left.firstSeq - right.firstSeq || (left.key < right.key ? -1 : 1));
    const byFolder = new Map<string, NamedObject[]>();
    for (const segment of segments) {
      const found = byFolder.get(segment.folder);
      if (found === undefined) byFolder.set(segment.folder, [segment]);
      else found.push(segment);
    }
    return [...byFolder].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, objects]) => objects);
  }

  async #verifyBundle(key: string, expected: string): Promise<void> {
    this.#bundles += 1;
    const hash = createHash('sha256');
    for await (const chunk of this.#source.read(key)) hash.update(chunk);
    const got = hash.digest('hex');
    if (got !== expected) this.#failures.push({ check: 'bundle_hash', object: key, expected, got });
  }

  async #verifyChain(objects: readonly NamedObject[]): Promise<VerifyFailure | undefined> {
    const verifier = new ChainVerifier(this.#heads, this.#seenIds);
    let failure: VerifyFailure | undefined;
    for (const object of objects) {
      failure = verifier.beginObject(object) ?? (await this.#verifyObject(verifier, object));
      if (failure !== undefined) break;
    }
    const last = objects.at(-1);
    if (failure === undefined && last !== undefined) failure = verifier.finish(last);
    const summary = verifier.summary();
    if (summary !== undefined) this.#chains.push(summary);
    return failure;
  }

  async #verifyObject(verifier: ChainVerifier, object: NamedObject): Promise<VerifyFailure | undefined> {
    let lines = 0;
    for await (const line of splitLines(this.#source.read(object.key))) {
      lines += 1;
      const verdict = verifier.accept(object, line);
      if (verdict.failure !== undefined) return verdict.failure;
      this.#events += 1;
      if (this.#checkSignature === undefined) continue;
      const envelopes = verifyEnvelopes(verdict.event, this.#checkSignature);
      this.#envelopes += envelopes.signed;
      this.#unsignedEnvelopes += envelopes.unsigned;
      if (envelopes.badEnvelope === undefined) continue;
      const { chain, seq } = verdict.event;
      const place = { chain, seq, object: object.key, byteOffset: line.byteOffset };
      return { check: 'envelope_signature', ...place, expected: 'a matching signature', got: envelopes.badEnvelope };
    }
    if (lines > 0) return undefined;
    return { check: 'line_framing', chain: object.folder, object: object.key, expected: 'an event', got: 'no line' };
  }

  #failUnseenHeads(): void {
    const failed = new Set(this.#failures.map((failure) => chainFolder(failure.chain ?? '')));
    const seen = new Set(this.#chains.map(({ chain }) => chain));
    for (const [chain, head] of this.#heads) {
      if (head.nextSeq === 0 || seen.has(chain) || failed.has(chainFolder(chain))) continue;
      this.#failures.push({ check: 'chain_head', chain, expected: `${head.nextSeq} events`, got: 'no such chain' });
    }
  }

  #report(): VerifyReport {
    const skipped = new Set<CheckCode>();
    if (this.#heads.size === 0) skipped.add('chain_head');
    if (this.#checkSignature === undefined) skipped.add('envelope_signature');
    return {
      ok: this.#failures.length === 0,
      failures: this.#failures,
      chains: this.#chains,
      objects: this.#objects,
      bundles: this.#bundles,
      events: this.#events,
      envelopes: this.#envelopes,
      checksDone: CHECK_CODES.filter((code) => !skipped.has(code)),
      notChecked: notChecked({
        heads: this.#heads.size > 0,
        envelopeKey: this.#checkSignature !== undefined,
        unsignedEnvelopes: this.#unsignedEnvelopes,
      }),
    };
  }
}

// Object.keys widens to string; the object is declared above with exactly these keys.
const CHECK_CODES = Object.keys(CHECKS) as readonly CheckCode[];
