import type { Clock, StateStore } from '../ports.ts';
import type { AgentDirectory } from './agent-directory.ts';
import { readMany } from './agent-directory.ts';
import { agentStopRef, readAgentStop, readStopAll, STOP_ALL } from './stop-records.ts';
import type { ActiveBundle, RiskLevel } from './stops.ts';
import { RISK_LEVEL_NAMES } from './stops.ts';

/** A stop as people read it. People are named by pseudonym. */
export interface StopStatus {
  readonly reason: string;
  readonly by: string;
  readonly at: string;
}

/** What stops whom right now. */
export interface ControlStatus {
  /** False while the record that stops every agent can't be read, which counts as HALT. */
  readonly readable: boolean;
  readonly riskLevel: { readonly level: RiskLevel; readonly name: string };
  /** Everyone's claims on the veto; empty when it does not stand. */
  readonly veto: readonly StopStatus[];
  readonly haltedAgents: readonly (StopStatus & { readonly agentId: string })[];
  /** The policy bundle in force; null while it is the one deployed with the functions. */
  readonly activeBundle: ActiveBundle | null;
}

/** Reads every stop. For people to look at; decisions read the records themselves. */
export async function controlStatus(deps: {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly directory: AgentDirectory;
}): Promise<ControlStatus> {
  const nowMs = deps.clock.nowMs();
  const agentIds = await deps.directory.agentIds();
  const [stored] = await deps.store.read([STOP_ALL]);
  const agentStops = await readMany(deps.store, agentIds, agentStopRef);
  const { stop, unreadable } = readStopAll(stored, nowMs);
  return {
    readable: !unreadable,
    riskLevel: { level: stop.riskLevel, name: RISK_LEVEL_NAMES[stop.riskLevel] },
    veto: (stop.veto?.claims ?? []).map(statusOf),
    haltedAgents: agentIds.flatMap((agentId, index) => {
      const agentStop = readAgentStop(agentStops[index], nowMs).stop;
      return agentStop.halted ? [{ agentId, ...statusOf(agentStop) }] : [];
    }),
    activeBundle: stop.activeBundle ?? null,
  };
}

function statusOf(stop: { readonly reason: string; readonly byPseudonym: string; readonly atMs: number }): StopStatus {
  return { reason: stop.reason, by: stop.byPseudonym, at: new Date(stop.atMs).toISOString() };
}
