import type { Result } from '../result.ts';
import type { AgentHead } from '../state/agent-head.ts';
import type { ChangeDeps, Contention } from '../state/change-agent.ts';
import { changeAgent } from '../state/change-agent.ts';
import { holdOf, patchOf, releaseLapsed } from './settlement.ts';

/** FINOS AIGF: spend monitoring. */
const BUDGET_REFS = ['AIR-DET-009'];

/** True when a head holds something whose time is up. */
export function hasLapsedHolds(head: Pick<AgentHead, 'reservations'>, nowMs: number): boolean {
  return Object.values(head.reservations).some((hold) => hold.lapsesAtMs <= nowMs);
}

/**
 * Gives an agent's lapsed holds back and records it on the agent's chain.
 *
 * @returns the actions whose holds were given back, ordered; none when nothing has lapsed
 */
export async function releaseLapsedHolds(
  deps: ChangeDeps,
  agentId: string,
): Promise<Result<readonly string[], Contention>> {
  return changeAgent<readonly string[]>(deps, agentId, [], ({ head, nowMs }) => {
    const released = releaseLapsed(head, nowMs);
    if (released.actionIds.length === 0) return { done: [] };
    const actions = released.actionIds.map((actionId) => {
      const hold = holdOf(head, actionId);
      return { actionId, microUsd: String(hold?.microUsd), tokens: String(hold?.tokens) };
    });
    return {
      event: { type: 'budget.released', agentId, frameworkRefs: BUDGET_REFS, data: { reason: 'lapsed', actions } },
      head: patchOf(released.head),
      writes: () => released.returns.writes(),
      result: () => released.actionIds,
    };
  });
}
