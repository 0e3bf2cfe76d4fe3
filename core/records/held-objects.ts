import { chainFolder, parseSegmentKey } from '../ledger/segment-key.ts';
import type { HoldScope, LegalHold } from './hold.ts';
import { coversDate, isInForce } from './hold.ts';

/** The kinds of objects that holds concern, in the order a pass takes them. */
export const HELD_AREAS = ['events', 'bundles', 'tile', 'checkpoints'] as const;

/** One of {@link HELD_AREAS}: the first part of its objects' keys. */
export type HeldArea = (typeof HELD_AREAS)[number];

/** An object as a bucket lists it. */
export interface ListedObject {
  readonly key: string;
  readonly writtenMs: number;
}

/** Objects of archive and log, and their legal holds. */
export interface HoldableObjects {
  /** A page of an area's objects in the order of keys, from the first after `after` on. */
  page(
    area: HeldArea,
    after: string | undefined,
  ): Promise<{ readonly objects: readonly ListedObject[]; readonly isLast: boolean }>;
  setLegalHold(area: HeldArea, key: string, isHeld: boolean): Promise<void>;
}

const DAY_MS = 86_400_000;

/**
 * True when a hold covers an object. Ledger segments are told by chain and date. A proof about a held event needs tiles
 * from all over the log, and a decision is replayed with its bundle, so every full tile and every bundle counts; of the
 * checkpoints those written on the dates of the hold and the day after.
 */
export function coversObject(scope: HoldScope, { key, writtenMs }: ListedObject): boolean {
  if (key.startsWith('bundles/')) return true;
  if (key.startsWith('tile/')) return !key.includes('.p/');
  if (key.startsWith('checkpoints/')) return coversDay(scope, writtenMs) || coversDay(scope, writtenMs - DAY_MS);
  const segment = parseSegmentKey(key);
  if (segment === undefined) return false;
  const isChain = scope.chain === undefined || chainFolder(scope.chain) === segment.folder;
  return isChain && coversDate(scope, segment.date);
}

/** True when a hold that is in force covers an object. */
export function isHeld(holds: readonly LegalHold[], object: ListedObject): boolean {
  return holds.some((hold) => isInForce(hold) && coversObject(hold, object));
}

function coversDay(scope: HoldScope, atMs: number): boolean {
  return coversDate(scope, new Date(atMs).toISOString().slice(0, 10));
}
