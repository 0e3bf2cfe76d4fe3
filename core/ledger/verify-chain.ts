import { genesisHash } from './event.ts';
import type { ChainHead, ChainHeads } from './heads.ts';
import type { LedgerEvent } from './parse-event.ts';
import { parseEvent } from './parse-event.ts';
import type { SegmentName } from './segment-key.ts';
import { chainFolder } from './segment-key.ts';
import type { Line } from './split-lines.ts';
import { eventHash, statementSubject } from './statement.ts';
import type { CheckCode, RecordPlace, VerifiedChain, VerifyFailure } from './verify-report.ts';

/** A segment under verification. */
export interface NamedObject extends SegmentName {
  readonly key: string;
}

/** An event that passed, or the reason why it did not. */
export type LineVerdict =
  | { readonly event: LedgerEvent; readonly failure?: undefined }
  | { readonly failure: VerifyFailure };

/** Follows one chain through its segments, one line at a time. */
export class ChainVerifier {
  readonly #heads: ChainHeads;
  readonly #seenIds: Set<string>;
  #chain: string | undefined;
  #nextSeq = 0;
  #hash = '';
  #firstTimeMs = 0;
  #lastTimeMs = 0;
  #last: RecordPlace | undefined;

  /** @param seenIds ids met anywhere in the archive; shared by all chains */
  constructor(heads: ChainHeads, seenIds: Set<string>) {
    this.#heads = heads;
    this.#seenIds = seenIds;
  }

  /** Checks that `object` begins where the last one ended. */
  beginObject(object: NamedObject): VerifyFailure | undefined {
    if (object.firstSeq === this.#nextSeq) return undefined;
    const check = object.firstSeq > this.#nextSeq ? 'segment_missing' : 'segment_overlap';
    return this.#fail(check, object, undefined, `a segment that begins at ${this.#nextSeq}`, String(object.firstSeq));
  }

  /** Checks the next line of `object`. */
  accept(object: NamedObject, line: Line): LineVerdict {
    if (!line.complete)
      return { failure: this.#fail('line_framing', object, line, 'a line feed after the event', 'none') };
    const parsed = parseEvent(line.bytes);
    if (!parsed.ok) {
      const { check, expected, got } = parsed.problem;
      return { failure: this.#fail(check, object, line, expected, got) };
    }
    const event = parsed.value;
    const failure = this.#checkPlace(object, line, event);
    if (failure !== undefined) return { failure };
    this.#advance(event, eventHash(line.bytes, statementSubject(event)));
    this.#last = { seq: event.seq, object: object.key, byteOffset: line.byteOffset };
    return this.#passesHead(object, line) ?? { event };
  }

  /** Reports a head the chain never reached. */
  finish(object: NamedObject): VerifyFailure | undefined {
    const head = this.#chain === undefined ? undefined : this.#heads.get(this.#chain);
    if (head === undefined || head.nextSeq <= this.#nextSeq) return undefined;
    return this.#fail('chain_head', object, undefined, `${head.nextSeq} events`, String(this.#nextSeq));
  }

  /** What was read so far; `undefined` before the first event. */
  summary(): VerifiedChain | undefined {
    if (this.#chain === undefined) return undefined;
    return {
      chain: this.#chain,
      head: this.#head(),
      firstTime: new Date(this.#firstTimeMs).toISOString(),
      lastTime: new Date(this.#lastTimeMs).toISOString(),
    };
  }

  #checkPlace(object: NamedObject, line: Line, event: LedgerEvent): VerifyFailure | undefined {
    const fail = (check: CheckCode, expected: string, got: string) => this.#fail(check, object, line, expected, got);
    const chain = this.#chain ?? event.chain;
    if (event.chain !== chain) return fail('event_chain', chain, event.chain);
    if (chainFolder(event.chain) !== object.folder) return fail('event_chain', object.folder, event.chain);
    if (event.seq !== this.#nextSeq) return fail('event_seq', String(this.#nextSeq), String(event.seq));
    const expectedPrev = event.seq === 0 ? genesisHash(chain) : this.#hash;
    if (event.prev !== expectedPrev) {
      const failure = fail(event.seq === 0 ? 'genesis' : 'event_prev', expectedPrev, event.prev);
      return this.#last === undefined ? failure : { ...failure, orPrevious: this.#last };
    }
    if (this.#seenIds.has(event.id)) return fail('event_id', 'an unused id', event.id);
    const time = new Date(event.timeMs).toISOString();
    if (event.timeMs < this.#lastTimeMs)
      return fail('event_time', `${new Date(this.#lastTimeMs).toISOString()} or later`, time);
    return time.startsWith(`${object.date}T`) ? undefined : fail('event_date', object.date, time);
  }

  #advance(event: LedgerEvent, hash: string): void {
    if (this.#chain === undefined) this.#firstTimeMs = event.timeMs;
    this.#chain = event.chain;
    this.#seenIds.add(event.id);
    this.#nextSeq = event.seq + 1;
    this.#hash = hash;
    this.#lastTimeMs = event.timeMs;
  }

  #passesHead(object: NamedObject, line: Line): LineVerdict | undefined {
    const head = this.#heads.get(this.#chain ?? '');
    if (head === undefined || head.nextSeq !== this.#nextSeq || head.hash === this.#hash) return undefined;
    return { failure: this.#fail('chain_head', object, line, head.hash, this.#hash, this.#nextSeq - 1) };
  }

  #head(): ChainHead {
    return { nextSeq: this.#nextSeq, hash: this.#hash };
  }

  #fail(
    check: CheckCode,
    object: NamedObject,
    line: Line | undefined,
    expected: string,
    got: string,
    seq = this.#nextSeq,
  ): VerifyFailure {
    return {
      check,
      chain: this.#chain ?? object.folder,
      seq,
      object: object.key,
      ...(line !== undefined && { byteOffset: line.byteOffset }),
      expected,
      got,
    };
  }
}
