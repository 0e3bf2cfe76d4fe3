import { genesisHash } from '../ledger/event.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import type { LedgerEvent } from '../ledger/parse-event.ts';
import { parseEvent } from '../ledger/parse-event.ts';
import type { AllowedAction, SealedMac, TimeWindow } from './facts.ts';
import { allowedAction, isInside, sealedMacs } from './facts.ts';
import type { Finding } from './finding.ts';
import type { HeldAction } from './match-actions.ts';
import { matchActions } from './match-actions.ts';

/** A point between two events of a chain: how many there were before it, and the hash of the last of them. */
export interface ChainPoint {
  readonly nextSeq: number;
  readonly hash: string;
}

/** The point before a chain's first event. */
export function chainStart(chain: string): ChainPoint {
  return { nextSeq: 0, hash: genesisHash(chain) };
}

/** What is known of a chain before its rows are read. */
export interface ChainReading {
  readonly chain: string;
  readonly window: TimeWindow;
  /** Where reading begins: the margin before the window lies behind it. */
  readonly start: ChainPoint;
  /** Where the next reading begins is the first row of this time or later. */
  readonly nextStartMs: number;
  /** The stored head, read before the rows; undefined when there is none. */
  readonly head: ChainPoint | undefined;
  /** How far the log has the chain, read before the rows; undefined when no log is looked at. */
  readonly log?: ChainPoint;
  /** Rows older than this must be in the log. Epoch milliseconds. */
  readonly logDueMs: number;
}

/** What is read once the rows are. */
export interface ChainEnd {
  /** The stored head, read after the rows: rows written meanwhile explain a tail beyond the first head. */
  readonly head: ChainPoint | undefined;
  /** The actions that the chain's state holds as allowed. */
  readonly held: readonly HeldAction[];
}

/** What reading a chain came to. */
export interface AuditedChain {
  /** Rows inside the window. */
  readonly events: number;
  readonly allows: number;
  readonly open: number;
  readonly settled: number;
  /** Every envelope that was read, inside the window or not. */
  readonly sealed: readonly SealedMac[];
  readonly findings: readonly Finding[];
  readonly nextStart: ChainPoint;
}

/** Follows one chain's rows from a point on, and compares them with head, log and state. */
export class ChainAudit {
  readonly #reading: ChainReading;
  readonly #findings: Finding[] = [];
  readonly #sealed: SealedMac[] = [];
  readonly #allows: AllowedAction[] = [];
  #tail: ChainPoint;
  #nextStart: ChainPoint | undefined;
  #overdueSeq: number | undefined;
  #inside: { readonly first: number; readonly last: number } | undefined;
  #events = 0;

  constructor(reading: ChainReading) {
    this.#reading = reading;
    this.#tail = reading.start;
    this.#passPoints();
  }

  /** The sequence number to read on from. */
  get nextSeq(): number {
    return this.#tail.nextSeq;
  }

  /** Takes the next row, in order of sequence numbers. */
  accept(row: LedgerRow): void {
    const { chain } = this.#reading;
    const { nextSeq, hash } = this.#tail;
    if (row.chain !== chain) throw new Error(`expected a row of \`${chain}\`, got one of \`${row.chain}\``);
    if (row.seq !== nextSeq) this.#find('chain_gap', row.seq, `sequence number ${nextSeq}`, String(row.seq));
    else if (row.prev !== hash) this.#find('chain_link', row.seq, hash, row.prev);
    const parsed = parseEvent(row.bytes);
    if (parsed.ok) this.#take(parsed.value, row.hash);
    else this.#find('row_unreadable', row.seq, parsed.problem.expected, parsed.problem.check);
    this.#tail = { nextSeq: row.seq + 1, hash: row.hash };
    this.#passPoints();
  }

  /** Compares what was read with head, log and state. */
  finish(end: ChainEnd): AuditedChain {
    this.#checkHeads(end.head);
    this.#checkLog();
    const inside = this.#inside;
    const held = end.held.filter(({ seq }) => inside !== undefined && seq >= inside.first && seq <= inside.last);
    const actions = matchActions(this.#reading.chain, this.#allows, held);
    return {
      events: this.#events,
      allows: this.#allows.length,
      open: actions.open,
      settled: actions.settled,
      sealed: this.#sealed,
      findings: [...this.#findings, ...actions.findings],
      nextStart: this.#nextStart ?? this.#tail,
    };
  }

  #take(event: LedgerEvent, hash: string): void {
    const { window, log, logDueMs, nextStartMs } = this.#reading;
    const { seq, timeMs } = event;
    const isUnlogged = log !== undefined && seq >= log.nextSeq;
    if (isUnlogged && timeMs < logDueMs) this.#overdueSeq ??= seq;
    // A row the log does not have yet is read again next time, whatever its age.
    if (isUnlogged || timeMs >= nextStartMs) this.#nextStart ??= this.#tail;
    this.#sealed.push(...sealedMacs(event));
    if (!isInside(window, timeMs)) return;
    this.#events += 1;
    this.#inside = { first: this.#inside?.first ?? seq, last: seq };
    const allow = allowedAction(event, hash);
    if (allow !== undefined) this.#allows.push(allow);
  }

  /** Head and log each name a hash at some point: it is compared when the reading gets there. */
  #passPoints(): void {
    const { head, log } = this.#reading;
    this.#passPoint('head_differs', head);
    if (log !== undefined && log.nextSeq > 0) this.#passPoint('log_differs', log);
  }

  #passPoint(code: 'head_differs' | 'log_differs', point: ChainPoint | undefined): void {
    if (point?.nextSeq !== this.#tail.nextSeq || point.hash === this.#tail.hash) return;
    this.#find(code, point.nextSeq, this.#tail.hash, point.hash);
  }

  #checkHeads(after: ChainPoint | undefined): void {
    const before = this.#reading.head?.nextSeq ?? 0;
    const tail = this.#tail.nextSeq;
    const latest = after?.nextSeq ?? 0;
    if (before > tail) this.#find('head_ahead', tail, `${before} events, as the head counts`, String(tail));
    else if (latest < tail) this.#find('head_behind', tail, `a head of ${tail} events`, String(latest));
  }

  #checkLog(): void {
    const { log, start } = this.#reading;
    if (log === undefined) return;
    const tail = this.#tail.nextSeq;
    if (log.nextSeq > tail) this.#find('log_ahead', tail, `at most ${tail} rows in the log`, String(log.nextSeq));
    // Readings begin where the log ends, or before: a start beyond it means that the log lost rows.
    const overdue = log.nextSeq < start.nextSeq ? log.nextSeq : this.#overdueSeq;
    if (overdue !== undefined) this.#find('log_behind', overdue, 'the row in the log', 'a row that is not');
  }

  #find(code: Finding['code'], seq: number, expected: string, got: string): void {
    this.#findings.push({ code, chain: this.#reading.chain, seq, expected, got });
  }
}
