import { readMany } from './agent-directory.ts';
import { stampAgentStop } from './agent-halt.ts';
import type { StampDeps } from './stamp.ts';
import { agentStopRef, readAgentStop, readStopAll, STOP_ALL } from './stop-records.ts';
import { stampStopAll } from './veto.ts';

/** What finishing came to. */
export interface FinishedStops {
  /** Heads that a stop had recorded itself for but not reached. */
  readonly stamped: number;
  /** Stops that are still not on every head; the next run tries again. */
  readonly unfinished: number;
  /** Stop records nobody can read. They stop what they stood for until someone records a stop again. */
  readonly unreadable: number;
}

/**
 * Stamps every stop that was recorded but, after a crash, is not on all heads. It notes nothing on the records, so that
 * whoever sweeps needs no right to write stops; until the next call for a stop notes it, every sweep looks again.
 */
export async function finishStops(deps: StampDeps, agentIds: readonly string[]): Promise<FinishedStops> {
  const nowMs = deps.clock.nowMs();
  const [storedAll] = await deps.store.read([STOP_ALL]);
  const stopAll = readStopAll(storedAll, nowMs);
  const items = await readMany(deps.store, agentIds, agentStopRef);
  const outcomes = [];
  let unreadable = 0;
  if (stopAll.unreadable) unreadable += 1;
  else outcomes.push(await stampStopAll(deps, stopAll.stop));
  for (const [index, agentId] of agentIds.entries()) {
    const { stop, unreadable: isUnreadable } = readAgentStop(items[index], nowMs);
    if (isUnreadable) unreadable += 1;
    else if (stop.version > 0) outcomes.push(await stampAgentStop(deps, agentId, stop));
  }
  return {
    stamped: outcomes.reduce((sum, outcome) => sum + (outcome.ok ? outcome.value : 0), 0),
    unfinished: outcomes.filter((outcome) => !outcome.ok).length,
    unreadable,
  };
}
