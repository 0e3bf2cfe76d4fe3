import { dayOf } from '../budget/caps.ts';
import type { HeldArea } from './held-objects.ts';
import type { HoldScope } from './hold.ts';
import { monthEndMs } from './months.ts';
import type { RecordClass, RetentionDays } from './record-classes.ts';
import { citedDays, RECORD_CLASS_NAMES, RECORD_CLASSES } from './record-classes.ts';

/** Objects of one area that were written in one month, as the buckets have them. */
export interface ObjectsOfMonth {
  readonly area: HeldArea;
  /** `yyyy-mm`, UTC. */
  readonly month: string;
  readonly objects: number;
  /** The latest lock of those looked at; absent when none is locked. */
  readonly lockedUntilMs?: number;
}

/** A hold as far as a plan needs it. */
export interface PlannedHold {
  readonly id: string;
  readonly scope: HoldScope;
}

/** What is to become of the objects of a month. */
export interface PlannedMonth extends ObjectsOfMonth {
  /** Ids of the holds in force that cover some of them. */
  readonly holds: readonly string[];
  /** From then on no lock or hold keeps them; absent while a hold does, since nobody knows when it is released, or when nothing is locked. */
  readonly deletableFromMs?: number;
}

/** How long a class of records is kept, and why. */
export interface PlannedClass {
  readonly name: RecordClass;
  readonly holds: string;
  readonly keptDays: number;
  readonly citedDays: number;
  readonly citation: string;
}

/** Every class with its period and its rule. */
export function plannedClasses(kept: RetentionDays): readonly PlannedClass[] {
  return RECORD_CLASS_NAMES.map((name) => {
    const { holds, citation } = RECORD_CLASSES[name];
    return { name, holds, keptDays: kept[name], citedDays: citedDays(name), citation };
  });
}

/** Until when the objects of each month are kept, in the order given. Pure; deletes nothing. */
export function plannedMonths(
  months: readonly ObjectsOfMonth[],
  holdsInForce: readonly PlannedHold[],
): readonly PlannedMonth[] {
  return months.map((each) => {
    const holds = holdsInForce.filter(({ scope }) => mayCover(scope, each)).map(({ id }) => id);
    return {
      ...each,
      holds,
      ...(holds.length === 0 && each.lockedUntilMs !== undefined && { deletableFromMs: each.lockedUntilMs }),
    };
  });
}

/** True when a hold could cover an object of the month: with a chain, some of them. */
function mayCover({ from, to }: HoldScope, { area, month }: ObjectsOfMonth): boolean {
  if (area === 'bundles' || area === 'tile') return true;
  const isLater = from !== undefined && from > dayOf(monthEndMs(month) - 1);
  if (isLater || to === undefined) return !isLater;
  // A checkpoint counts on the day after the hold's last one too, which may be the first of the next month.
  return `${month}-01` <= (area === 'checkpoints' ? dayOf(Date.parse(to) + DAY_MS) : to);
}

const DAY_MS = 86_400_000;
