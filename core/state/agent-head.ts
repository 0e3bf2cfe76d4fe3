import type { ChainPosition } from '../ledger/event.ts';
import { agentChain, emptyChain } from '../ledger/event.ts';
import type { StoredItem, StoredValue } from './entities.ts';
import { asBigInt, asBoolean, asList, asMap, asNumber, asText } from './stored.ts';

/** One open session of an agent. */
export interface SessionState {
  readonly startedAtMs: number;
  /** Reserved and settled model cost. */
  readonly microUsd: bigint;
  readonly tokens: bigint;
  /** Sum of the amounts of allowed actions: what a split payment adds up to. */
  readonly amountMicroUsd: bigint;
  /** Set once an allowed action of the session has read text that outsiders can write, and never taken back. */
  readonly marked?: true;
}

/** Budget held for one allowed action until its outcome is reported or the hold lapses. */
export interface Reservation {
  readonly microUsd: bigint;
  readonly tokens: bigint;
  readonly sessionId: string;
  /** `yyyy-mm-dd` (UTC) of the agent-day the hold counts in. */
  readonly day: string;
  readonly unitId: string;
  /** `yyyy-mm` (UTC) of the organisation-unit budget the hold counts in. */
  readonly month: string;
  readonly lapsesAtMs: number;
}

/**
 * Everything about an agent that a decision changes, in one item, so that one conditional write serialises them.
 * `version` rises with every write, of whoever: it is what commits are conditioned on.
 */
export interface AgentHead {
  readonly version: number;
  readonly chain: ChainPosition;
  /** The versions of the stop records that stops have already stamped on this head; see `core/risk`. */
  readonly stopAllVersion: number;
  readonly agentStopVersion: number;
  readonly day: string;
  readonly dayMicroUsd: bigint;
  readonly dayTokens: bigint;
  readonly dayAmountMicroUsd: bigint;
  readonly pendingApprovals: number;
  readonly sessions: { readonly [sessionId: string]: SessionState };
  readonly reservations: { readonly [actionId: string]: Reservation };
}

/** The head of an agent that has not acted yet. `version` 0 means: not stored. */
export function newAgentHead(agentId: string): AgentHead {
  return {
    version: 0,
    chain: emptyChain(agentChain(agentId)),
    stopAllVersion: 0,
    agentStopVersion: 0,
    day: '',
    dayMicroUsd: 0n,
    dayTokens: 0n,
    dayAmountMicroUsd: 0n,
    pendingApprovals: 0,
    sessions: {},
    reservations: {},
  };
}

/** Stored form of a head. Short attribute names keep the item inside one write unit for ordinary agents. */
export function encodeAgentHead(head: AgentHead): StoredItem {
  return {
    version: head.version,
    seq: head.chain.nextSeq,
    hash: head.chain.prevHash,
    time: head.chain.lastTimeMs,
    stopAllVersion: head.stopAllVersion,
    agentStopVersion: head.agentStopVersion,
    day: head.day,
    dayUsd: head.dayMicroUsd,
    dayTok: head.dayTokens,
    dayAmt: head.dayAmountMicroUsd,
    pending: head.pendingApprovals,
    sessions: mapValues(head.sessions, (session) => [
      session.startedAtMs,
      session.microUsd,
      session.tokens,
      session.amountMicroUsd,
      ...(session.marked === true ? [true] : []),
    ]),
    holds: mapValues(head.reservations, (hold) => [
      hold.microUsd,
      hold.tokens,
      hold.sessionId,
      hold.day,
      hold.unitId,
      hold.month,
      hold.lapsesAtMs,
    ]),
  };
}

/**
 * Reads a stored head.
 *
 * @throws {Error} when the item does not have the head's shape: corrupt state must stop decisions, not default them
 */
export function decodeAgentHead(item: StoredItem): AgentHead {
  return {
    version: asNumber(item['version'], 'version'),
    chain: {
      nextSeq: asNumber(item['seq'], 'seq'),
      prevHash: asText(item['hash'], 'hash'),
      lastTimeMs: asNumber(item['time'], 'time'),
    },
    stopAllVersion: asNumber(item['stopAllVersion'], 'stopAllVersion'),
    agentStopVersion: asNumber(item['agentStopVersion'], 'agentStopVersion'),
    day: asText(item['day'], 'day'),
    dayMicroUsd: asBigInt(item['dayUsd'], 'dayUsd'),
    dayTokens: asBigInt(item['dayTok'], 'dayTok'),
    dayAmountMicroUsd: asBigInt(item['dayAmt'], 'dayAmt'),
    pendingApprovals: asNumber(item['pending'], 'pending'),
    sessions: mapValues(asMap(item['sessions'], 'sessions'), decodeSession),
    reservations: mapValues(asMap(item['holds'], 'holds'), decodeReservation),
  };
}

function decodeSession(value: StoredValue): SessionState {
  const [startedAtMs, microUsd, tokens, amountMicroUsd, marked] = asList(value, 'session');
  return {
    startedAtMs: asNumber(startedAtMs, 'startedAtMs'),
    microUsd: asBigInt(microUsd, 'microUsd'),
    tokens: asBigInt(tokens, 'tokens'),
    amountMicroUsd: asBigInt(amountMicroUsd, 'amountMicroUsd'),
    ...(marked !== undefined && asBoolean(marked, 'marked') && { marked: true as const }),
  };
}

function decodeReservation(value: StoredValue): Reservation {
  const [microUsd, tokens, sessionId, day, unitId, month, lapsesAtMs] = asList(value, 'hold');
  return {
    microUsd: asBigInt(microUsd, 'microUsd'),
    tokens: asBigInt(tokens, 'tokens'),
    sessionId: asText(sessionId, 'sessionId'),
    day: asText(day, 'day'),
    unitId: asText(unitId, 'unitId'),
    month: asText(month, 'month'),
    lapsesAtMs: asNumber(lapsesAtMs, 'lapsesAtMs'),
  };
}

function mapValues<From, To>(
  record: { readonly [key: string]: From },
  convert: (value: From) => To,
): { readonly [key: string]: To } {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]));
}
