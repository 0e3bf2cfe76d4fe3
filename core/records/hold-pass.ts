import type { EntityRef, StoredItem, Write } from '../state/entities.ts';
import { asNumber, asText, CorruptState } from '../state/stored.ts';
import type { HeldArea } from './held-objects.ts';
import { HELD_AREAS } from './held-objects.ts';
import type { HoldList, LegalHold } from './hold.ts';

/** One way through all objects, on which changed holds are put on them or taken off. */
export interface HoldPass {
  /** Rises with every write. */
  readonly step: number;
  /** Version of the hold list it carries out. */
  readonly version: number;
  /** When that list last changed. */
  readonly changedAtMs: number;
  /** Holds changed from then on are what it carries out. */
  readonly sinceMs: number;
  readonly startedAtMs: number;
  readonly area: HeldArea;
  /** Key of the last object that was looked at. */
  readonly after?: string;
  /** How many objects were put under a hold or released. */
  readonly objects: number;
  /** Set once every object was looked at. */
  readonly doneAtMs?: number;
}

/**
 * After so long nobody writes by an older list of holds: whoever writes objects reads the list in the same invocation,
 * and no Lambda function lives longer.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
 */
export const SETTLE_MS = 15 * 60 * 1_000;

export const HOLD_PASS: EntityRef = { entity: 'holdProgress' };

const FIRST: HeldArea = 'events';

/** When a hold last changed. */
export function changedAtMs({ setAtMs, releasedAtMs }: LegalHold): number {
  return releasedAtMs ?? setAtMs;
}

/** The pass to make or to go on with; undefined when there is nothing to do, or not yet. */
export function nextPass(before: HoldPass | undefined, list: HoldList, nowMs: number): HoldPass | undefined {
  if (list.holds.length === 0) return undefined;
  const changed = Math.max(...list.holds.map(changedAtMs));
  const begun = (sinceMs: number): HoldPass => ({
    step: before?.step ?? 0,
    version: list.version,
    changedAtMs: changed,
    sinceMs,
    startedAtMs: nowMs,
    area: FIRST,
    objects: 0,
  });
  if (before === undefined) return begun(0);
  if (before.version !== list.version) return begun(isSettled(before) ? before.changedAtMs : before.sinceMs);
  if (before.doneAtMs === undefined) return before;
  // Objects that were written meanwhile by the older list are found by a pass that begins after the last such write.
  return !isSettled(before) && nowMs >= changed + SETTLE_MS ? begun(before.sinceMs) : undefined;
}

/** True when a pass is done and no object can have escaped it. */
export function isSettled({ doneAtMs, startedAtMs, changedAtMs: changed }: HoldPass): boolean {
  return doneAtMs !== undefined && startedAtMs >= changed + SETTLE_MS;
}

/** The area after one; undefined after the last. */
export function areaAfter(area: HeldArea): HeldArea | undefined {
  return HELD_AREAS[HELD_AREAS.indexOf(area) + 1];
}

/** @throws {CorruptState} when the item is no pass */
export function decodePass(item: StoredItem | undefined): HoldPass | undefined {
  if (item === undefined) return undefined;
  const { after, doneAtMs } = item;
  const named = asText(item['area'], 'area');
  const area = HELD_AREAS.find((each) => each === named);
  if (area === undefined) throw new CorruptState(`expected an area of objects, got \`${named}\``);
  return {
    step: asNumber(item['step'], 'step'),
    version: asNumber(item['version'], 'version'),
    changedAtMs: asNumber(item['changedAtMs'], 'changedAtMs'),
    sinceMs: asNumber(item['sinceMs'], 'sinceMs'),
    startedAtMs: asNumber(item['startedAtMs'], 'startedAtMs'),
    area,
    ...(after !== undefined && { after: asText(after, 'after') }),
    objects: asNumber(item['objects'], 'objects'),
    ...(doneAtMs !== undefined && { doneAtMs: asNumber(doneAtMs, 'doneAtMs') }),
  };
}

/** Stores a pass one step further. */
export function passWrite(pass: HoldPass): Write {
  return {
    op: 'put',
    ref: HOLD_PASS,
    item: { ...pass, step: pass.step + 1 },
    when: pass.step === 0 ? [{ if: 'absent' }] : [{ if: 'equals', attribute: 'step', value: pass.step }],
  };
}
