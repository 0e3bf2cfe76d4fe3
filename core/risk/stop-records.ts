import type { ChangeDeps } from '../state/change-agent.ts';
import type { Condition, EntityRef, StoredItem, StoredValue, Write } from '../state/entities.ts';
import { StorageFault } from '../state/entities.ts';
import { CorruptState } from '../state/stored.ts';
import type { AgentStop, StopAll } from './stops.ts';
import {
  decodeAgentStop,
  decodeStopAll,
  encodeAgentStop,
  encodeStopAll,
  HALT_LEVEL,
  salvageActiveBundle,
} from './stops.ts';

/** A stop record as it was read; `unreadable` stands for one in an unknown shape, with a version above any it had. */
export interface ReadStop<Stop> {
  readonly stop: Stop;
  readonly unreadable: boolean;
}

export const STOP_ALL: EntityRef = { entity: 'stopAll' };

export function agentStopRef(agentId: string): EntityRef {
  return { entity: 'agentStop', agentId };
}

/** Reads the record that stops every agent; an unreadable one counts as HALT. */
export function readStopAll(item: StoredItem | undefined, nowMs: number): ReadStop<StopAll> {
  return readable(
    () => decodeStopAll(item),
    () => {
      const activeBundle = salvageActiveBundle(item);
      return {
        version: versionAbove(item?.['version'], nowMs),
        veto: null,
        riskLevel: HALT_LEVEL,
        ...(activeBundle !== undefined && { activeBundle }),
      };
    },
  );
}

/** Reads the record that stops one agent; an unreadable one counts as halted. */
export function readAgentStop(item: StoredItem | undefined, nowMs: number): ReadStop<AgentStop> {
  return readable(
    () => decodeAgentStop(item),
    () => ({
      version: versionAbove(item?.['version'], nowMs),
      halted: true,
      reason: '',
      byPseudonym: '',
      atMs: nowMs,
    }),
  );
}

/** Writes `next` over what was read. The control chain's head serialises control changes; the version says so again. */
export function stopAllWrite(before: ReadStop<StopAll>, next: StopAll): Write {
  return { op: 'put', ref: STOP_ALL, item: encodeStopAll(next), when: unchanged(before) };
}

/** As {@link stopAllWrite}. */
export function agentStopWrite(agentId: string, before: ReadStop<AgentStop>, next: AgentStop): Write {
  return { op: 'put', ref: agentStopRef(agentId), item: encodeAgentStop(next), when: unchanged(before) };
}

/**
 * The version up to which heads are stamped after a change that lifts something: heads need not hear of it, so what
 * was finished stays finished, and what was not stays open.
 */
export function stampedAfterLifting(before: { readonly version: number; readonly stampedVersion?: number }): number {
  const stamped = before.stampedVersion ?? 0;
  return stamped === before.version ? before.version + 1 : stamped;
}

/** Notes that every head carries `version`. Losing the note only makes the next sweep stamp again. */
export async function noteStamped(deps: ChangeDeps, ref: EntityRef, version: number): Promise<void> {
  await commitNote(deps, {
    op: 'update',
    ref,
    set: { stamped: version },
    when: [{ if: 'equals', attribute: 'version', value: version }],
  });
}

/** Counts a call for a stop that stands already. */
export async function countRepeat(deps: ChangeDeps, ref: EntityRef, version: number): Promise<void> {
  await commitNote(deps, {
    op: 'update',
    ref,
    add: { repeats: 1 },
    when: [{ if: 'equals', attribute: 'version', value: version }],
  });
}

/** A note that gets lost is made up for, so a fault while writing it must not fail a stop that already holds. */
async function commitNote(deps: ChangeDeps, write: Write): Promise<void> {
  try {
    await deps.store.commit([write], deps.entropy.ulid(deps.clock.nowMs()));
  } catch (error) {
    if (!(error instanceof StorageFault)) throw error;
  }
}

function readable<Stop>(decode: () => Stop, worst: () => Stop): ReadStop<Stop> {
  try {
    return { stop: decode(), unreadable: false };
  } catch (error) {
    if (!(error instanceof CorruptState)) throw error;
    return { stop: worst(), unreadable: true };
  }
}

function versionAbove(version: StoredValue | undefined, nowMs: number): number {
  return typeof version === 'number' && Number.isSafeInteger(version) && version > nowMs ? version : nowMs;
}

function unchanged({ stop, unreadable }: ReadStop<{ readonly version: number }>): Condition[] {
  if (unreadable) return [{ if: 'present' }];
  return stop.version === 0 ? [{ if: 'absent' }] : [{ if: 'equals', attribute: 'version', value: stop.version }];
}
