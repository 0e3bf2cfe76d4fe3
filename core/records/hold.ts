import type { EntityRef, StoredItem, StoredValue, Write } from '../state/entities.ts';
import { asList, asMap, asNumber, asText } from '../state/stored.ts';
import { monthEndMs } from './months.ts';

/** What a hold covers. What is absent does not narrow it: an empty scope covers every record. */
export interface HoldScope {
  /** One chain, for example `agent/<id>`. */
  readonly chain?: string;
  /** First and last UTC date of the events, `yyyy-mm-dd`. */
  readonly from?: string;
  readonly to?: string;
  /** One subject's pseudonym. It narrows which keys may not be destroyed, not which objects are held. */
  readonly subject?: string;
}

/** A legal hold as it is kept. */
export interface LegalHold extends HoldScope {
  readonly id: string;
  readonly setAtMs: number;
  /** Set once it was released. A hold id is never used again. */
  readonly releasedAtMs?: number;
}

/** All holds, in the order they were set; `version` rises with every change. */
export interface HoldList {
  readonly version: number;
  readonly holds: readonly LegalHold[];
}

/** How many holds are kept, so that they fit one item and every reader sees them all at once. */
export const MAX_HOLDS = 500;

export const HOLDS: EntityRef = { entity: 'legalHolds' };

/** True while a hold has not been released. */
export function isInForce({ releasedAtMs }: LegalHold): boolean {
  return releasedAtMs === undefined;
}

/** True when a date, `yyyy-mm-dd`, lies within a hold's. */
export function coversDate({ from, to }: HoldScope, date: string): boolean {
  return (from === undefined || from <= date) && (to === undefined || date <= to);
}

/**
 * True when a hold could cover details of a subject in a month. A hold on a chain counts too: which subjects a chain is
 * about is not kept anywhere in the clear, and an erasure cannot be taken back.
 */
export function coversSubject(scope: HoldScope, subject: string, month: string): boolean {
  if (scope.subject !== undefined && scope.subject !== subject) return false;
  const lastDay = new Date(monthEndMs(month) - 1).toISOString().slice(0, 10);
  return (scope.from === undefined || scope.from <= lastDay) && (scope.to === undefined || `${month}-01` <= scope.to);
}

/** @throws {CorruptState} when the item is no list of holds: then nothing may be erased or released */
export function decodeHolds(item: StoredItem | undefined): HoldList {
  if (item === undefined) return { version: 0, holds: [] };
  return {
    version: asNumber(item['version'], 'version'),
    holds: asList(item['holds'], 'holds').map(decodeHold),
  };
}

/** Stores a list in place of `before`. */
export function holdsWrite(before: HoldList, holds: readonly LegalHold[]): Write {
  return {
    op: 'put',
    ref: HOLDS,
    item: { version: before.version + 1, holds: holds.map((hold) => ({ ...hold })) },
    when: before.version === 0 ? [{ if: 'absent' }] : [{ if: 'equals', attribute: 'version', value: before.version }],
  };
}

function decodeHold(value: StoredValue): LegalHold {
  const { id, setAtMs, releasedAtMs, chain, from, to, subject } = asMap(value, 'hold');
  return {
    id: asText(id, 'id'),
    setAtMs: asNumber(setAtMs, 'setAtMs'),
    ...(chain !== undefined && { chain: asText(chain, 'chain') }),
    ...(from !== undefined && { from: asText(from, 'first day') }),
    ...(to !== undefined && { to: asText(to, 'last day') }),
    ...(subject !== undefined && { subject: asText(subject, 'subject') }),
    ...(releasedAtMs !== undefined && { releasedAtMs: asNumber(releasedAtMs, 'releasedAtMs') }),
  };
}
