import type { LedgerEvent } from '../ledger/parse-event.ts';
import type { EntityRef, StoredItem, Write } from '../state/entities.ts';
import { asNumber } from '../state/stored.ts';
import type { RecordClass, RetentionDays } from './record-classes.ts';

/** Classes whose period people may lengthen by an approved act; bundles and logs follow the configuration alone. */
export const EXTENDABLE_CLASSES = ['decisions', 'approvals', 'control', 'details'] as const;

/** One of {@link EXTENDABLE_CLASSES}. */
export type ExtendableClass = (typeof EXTENDABLE_CLASSES)[number];

/** Periods in days. */
export type ExtendedDays = { readonly [name in ExtendableClass]?: number };

/** What approved acts asked for, whatever is configured. */
export interface RecordedRetention {
  /** Rises with every change. */
  readonly version: number;
  readonly days: ExtendedDays;
}

export const RETENTION: EntityRef = { entity: 'retention' };

/** @throws {CorruptState} when the item holds no periods */
export function decodeRetention(item: StoredItem | undefined): RecordedRetention {
  if (item === undefined) return { version: 0, days: {} };
  const named = EXTENDABLE_CLASSES.filter((name) => item[name] !== undefined);
  return {
    version: asNumber(item['version'], 'version'),
    days: Object.fromEntries(named.map((name) => [name, asNumber(item[name], name)])),
  };
}

/** Configured periods, and where events of the control chain recorded longer ones, those. */
export function daysAsRecorded(configured: RetentionDays, events: readonly LedgerEvent[]): RetentionDays {
  const days: Record<RecordClass, number> = { ...configured };
  for (const { type, data } of events) {
    const name = EXTENDABLE_CLASSES.find(
      (each) => type === 'control.retention_extended' && each === data['recordClass'],
    );
    if (name !== undefined) days[name] = Math.max(days[name], Number(data['days']));
  }
  return days;
}

/** Stores periods in place of `before`. */
export function retentionWrite({ version }: RecordedRetention, days: ExtendedDays): Write {
  return {
    op: 'put',
    ref: RETENTION,
    item: { version: version + 1, ...days },
    when: version === 0 ? [{ if: 'absent' }] : [{ if: 'equals', attribute: 'version', value: version }],
  };
}

/** The period of a class: the longer of what is configured and what was recorded, so that neither shortens the other. */
export function daysInForce(configured: RetentionDays, recorded: RecordedRetention, name: ExtendableClass): number {
  return Math.max(configured[name], recorded.days[name] ?? 0);
}

/** Days that recorded periods ask of new objects; 0 when none was recorded. An object may hold events of any class. */
export function recordedLockDays({ days: { decisions, approvals, control } }: RecordedRetention): number {
  return Math.max(decisions ?? 0, approvals ?? 0, control ?? 0);
}
