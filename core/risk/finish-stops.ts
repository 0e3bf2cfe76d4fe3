import { readMany } from './agent-directory.ts';
import { finishAgentStop } from './agent-halt.ts';
import type { ControlDeps } from './control.ts';
import { agentStopRef, readAgentStop, readStopAll, STOP_ALL } from './stop-records.ts';
import { finishStopAll } from './veto.ts';

/** What finishing came to. */
export interface FinishedStops {
  /** Heads that a stop had recorded itself for but not reached. */
  readonly stamped: number;
  /** Stops that are still not on every head; the next run tries again. */
  readonly unfinished: number;
  /** Stop records nobody can read. They stop what they stood for until someone records a stop again. */
  readonly unreadable: number;
}

/** Finishes every stop that was recorded but, after a crash, not stamped on all heads. */
export async function finishStops(deps: ControlDeps, agentIds: readonly string[]): Promise<FinishedStops> {
  const nowMs = deps.clock.nowMs();
  const [storedAll] = await deps.store.read([STOP_ALL]);
  const stopAll = readStopAll(storedAll, nowMs);
  const items = await readMany(deps.store, agentIds, agentStopRef);
  const outcomes = [];
  let unreadable = 0;
  if (stopAll.unreadable) unreadable += 1;
  else outcomes.push(await finishStopAll(deps, stopAll.stop));
  for (const [index, agentId] of agentIds.entries()) {
    const { stop, unreadable: isUnreadable } = readAgentStop(items[index], nowMs);
    if (isUnreadable) unreadable += 1;
    else if (stop.version > 0) outcomes.push(await finishAgentStop(deps, agentId, stop));
  }
  return {
    stamped: outcomes.reduce((sum, outcome) => sum + (outcome.ok ? outcome.value : 0), 0),
    unfinished: outcomes.filter((outcome) => !outcome.ok).length,
    unreadable,
  };
}
