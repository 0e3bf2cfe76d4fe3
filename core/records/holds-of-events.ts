import type { LedgerEvent } from '../ledger/parse-event.ts';

/** A hold as the control chain tells of it. */
export interface RecordedHold {
  readonly id: string;
  /** What `control.hold_set` says besides: reason, scope, action and agent. */
  readonly data: LedgerEvent['data'];
  readonly setAtMs: number;
  readonly releasedAtMs?: number;
}

/** Every hold that events of the control chain set, in order, and when each was released. */
export function holdsOfEvents(events: readonly LedgerEvent[]): readonly RecordedHold[] {
  const holds = new Map<string, RecordedHold>();
  for (const { type, timeMs, data } of events) {
    const id = String(data['hold']);
    const hold = holds.get(id);
    if (type === 'control.hold_set') holds.set(id, { id, data, setAtMs: timeMs });
    if (type === 'control.hold_released' && hold !== undefined) holds.set(id, { ...hold, releasedAtMs: timeMs });
  }
  return [...holds.values()];
}
