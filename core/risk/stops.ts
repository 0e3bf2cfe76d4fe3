import type { StoredItem, StoredValue } from '../state/entities.ts';
import { asBigInt, asBoolean, asList, asNumber, asText, CorruptState } from '../state/stored.ts';

/** 1 NORMAL · 2 CAUTION · 3 ALERT · 4 DANGER · 5 HALT. */
export type RiskLevel = 1 | 2 | 3 | 4 | 5;

/** The level at which nothing is allowed. */
export const HALT_LEVEL = 5;

/** True while nothing is carried out for an agent: it is halted, a veto stands, or the level is HALT. */
export function isStandstill({ veto, riskLevel }: Pick<StopAll, 'veto' | 'riskLevel'>, { halted }: AgentStop): boolean {
  return veto !== null || riskLevel === HALT_LEVEL || halted;
}

/** The name of a level, as events and people read it. */
export const RISK_LEVEL_NAMES = { 1: 'NORMAL', 2: 'CAUTION', 3: 'ALERT', 4: 'DANGER', 5: 'HALT' } as const;

/** One person's call for the veto. The same person with the same reason again adds no claim. */
export interface VetoClaim {
  readonly reason: string;
  readonly byPseudonym: string;
  /** Normalised subject id, for telling people apart after the pseudonym key changed; never leaves this record. */
  readonly bySubject: string;
  readonly atMs: number;
}

/** A stop for every agent. Active while anyone's claim stands; `reason`, `byPseudonym`, `atMs` are the first claim's. */
export interface Veto {
  readonly reason: string;
  readonly byPseudonym: string;
  readonly atMs: number;
  /** At least one, in the order they were raised. */
  readonly claims: readonly VetoClaim[];
}

/** The bundle that decides, as the stop record names it. */
export interface ActiveBundle {
  /** SHA-256 of its bytes, hexadecimal. */
  readonly hash: string;
  /** Its release's sequence. A change to a lower or equal one is refused. */
  readonly sequence: number;
}

/** Names no bundle, so that nothing can be decided: what a name nobody can read counts as. */
export const UNREADABLE_BUNDLE: ActiveBundle = { hash: 'unreadable', sequence: Number.MAX_SAFE_INTEGER };

/** The record that stops or slows every agent, and says by which rules. One read answers all of it. */
export interface StopAll {
  /** Rises with every change. 0 means: not stored. */
  readonly version: number;
  readonly veto: Veto | null;
  readonly riskLevel: RiskLevel;
  /** Normalised subject id of whoever set the level; absent while nobody has. */
  readonly riskSetBySubject?: string;
  /** The version every agent head is known to carry; below `version` stamping has not finished. Absent counts as 0. */
  readonly stampedVersion?: number;
  /** How often a claim that already stood was made again. Absent counts as 0. */
  readonly repeats?: number;
  /** Absent until a bundle is activated: then the one deployed with the functions decides. */
  readonly activeBundle?: ActiveBundle;
}

/** The record that stops one agent. */
export interface AgentStop {
  /** Rises with every change. 0 means: not stored. */
  readonly version: number;
  readonly halted: boolean;
  readonly reason: string;
  readonly byPseudonym: string;
  readonly atMs: number;
  /** Normalised subject id of whoever changed it last; absent while nobody has. */
  readonly bySubject?: string;
  /** The version the agent's head is known to carry, as in {@link StopAll}. Absent counts as 0. */
  readonly stampedVersion?: number;
  /** How often the same halt was called for again. Absent counts as 0. */
  readonly repeats?: number;
}

/** The veto that `claims` make: null without claims. */
export function vetoOf(claims: readonly VetoClaim[]): Veto | null {
  const [first] = claims;
  if (first === undefined) return null;
  return { reason: first.reason, byPseudonym: first.byPseudonym, atMs: first.atMs, claims };
}

/**
 * Reads the record that stops every agent. An absent one means: no veto, NORMAL.
 *
 * @throws {CorruptState} when the item has another shape; callers treat that as HALT, never as NORMAL
 */
export function decodeStopAll(item: StoredItem | undefined): StopAll {
  if (item === undefined) return { version: 0, veto: null, riskLevel: 1 };
  const setBy = item['riskSetBy'];
  return {
    version: asNumber(item['version'], 'version'),
    veto: vetoOf(asList(item['claims'], 'claims').map(decodeClaim)),
    riskLevel: asRiskLevel(item['riskLevel']),
    stampedVersion: asNumber(item['stamped'], 'stamped'),
    repeats: Number(asBigInt(item['repeats'], 'repeats')),
    ...(setBy !== undefined && { riskSetBySubject: asText(setBy, 'riskSetBy') }),
    ...(item['activeBundle'] !== undefined && { activeBundle: decodeActiveBundle(item['activeBundle']) }),
  };
}

/** Stored form of {@link StopAll}. */
export function encodeStopAll(stop: StopAll): StoredItem {
  return {
    version: stop.version,
    claims: (stop.veto?.claims ?? []).map((claim) => [claim.reason, claim.byPseudonym, claim.bySubject, claim.atMs]),
    riskLevel: stop.riskLevel,
    stamped: stop.stampedVersion ?? 0,
    repeats: stop.repeats ?? 0,
    ...(stop.riskSetBySubject !== undefined && { riskSetBy: stop.riskSetBySubject }),
    ...(stop.activeBundle !== undefined && { activeBundle: [stop.activeBundle.hash, stop.activeBundle.sequence] }),
  };
}

/**
 * Reads the name of the bundle in force by itself, so that a record that is damaged elsewhere does not lose it: without
 * it the deployed bundle would decide, which may be an older one.
 */
export function salvageActiveBundle(item: StoredItem | undefined): ActiveBundle | undefined {
  const stored = item?.['activeBundle'];
  if (stored === undefined) return undefined;
  try {
    return decodeActiveBundle(stored);
  } catch (error) {
    if (!(error instanceof CorruptState)) throw error;
    return UNREADABLE_BUNDLE;
  }
}

function decodeActiveBundle(value: StoredValue): ActiveBundle {
  const [hash, sequence] = asList(value, 'activeBundle');
  return { hash: asText(hash, 'hash'), sequence: asNumber(sequence, 'sequence') };
}

/**
 * Reads the record that stops one agent. An absent one means: never halted.
 *
 * @throws {CorruptState} when the item has another shape; callers treat that as halted
 */
export function decodeAgentStop(item: StoredItem | undefined): AgentStop {
  if (item === undefined) return { version: 0, halted: false, reason: '', byPseudonym: '', atMs: 0 };
  return {
    version: asNumber(item['version'], 'version'),
    halted: asBoolean(item['halted'], 'halted'),
    reason: asText(item['reason'], 'reason'),
    byPseudonym: asText(item['by'], 'by'),
    atMs: asNumber(item['atMs'], 'atMs'),
    bySubject: asText(item['bySubject'], 'bySubject'),
    stampedVersion: asNumber(item['stamped'], 'stamped'),
    repeats: Number(asBigInt(item['repeats'], 'repeats')),
  };
}

/** Stored form of {@link AgentStop}. */
export function encodeAgentStop(stop: AgentStop): StoredItem {
  return {
    version: stop.version,
    halted: stop.halted,
    reason: stop.reason,
    by: stop.byPseudonym,
    atMs: stop.atMs,
    bySubject: stop.bySubject ?? '',
    stamped: stop.stampedVersion ?? 0,
    repeats: stop.repeats ?? 0,
  };
}

/** @throws {CorruptState} unless `value` is 1, 2, 3, 4 or 5 */
function asRiskLevel(value: StoredValue | undefined): RiskLevel {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return value;
    default:
      throw new CorruptState('expected stored `riskLevel` to be a level from 1 to 5');
  }
}

function decodeClaim(value: StoredValue): VetoClaim {
  const [reason, byPseudonym, bySubject, atMs] = asList(value, 'claim');
  return {
    reason: asText(reason, 'reason'),
    byPseudonym: asText(byPseudonym, 'byPseudonym'),
    bySubject: asText(bySubject, 'bySubject'),
    atMs: asNumber(atMs, 'atMs'),
  };
}
