import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { ChangeDeps, Contention } from '../state/change-agent.ts';
import { changeControl } from '../state/change-control.ts';
import { decodeIdentity } from './agent-directory.ts';
import type { ControlChange, ControlDeps, ControlProblem, ControlRequest, Planned } from './control.ts';
import { controlEvent, pseudonymOf, recorded, refusal, subjectOf } from './control.ts';
import { isAgentOrOwner, RISK_OFFICERS } from './identity.ts';
import { stampHeads } from './stamp.ts';
import type { ReadStop } from './stop-records.ts';
import {
  agentStopRef,
  agentStopWrite,
  countRepeat,
  noteStamped,
  readAgentStop,
  stampedAfterLifting,
} from './stop-records.ts';
import type { AgentStop } from './stops.ts';

/** A halt or resume of one agent. */
export interface AgentControlRequest extends ControlRequest {
  readonly agentId: string;
}

/**
 * Halts an agent. When this returns ok, no allow of that agent commits any more. Halting again with the same reason
 * by the same person is counted, not recorded again, and finishes what a crash may have left half-done.
 */
export async function haltAgent(
  deps: ControlDeps,
  request: AgentControlRequest,
): Promise<Result<ControlChange, ControlProblem>> {
  const planned = await changeControl<Planned<AgentStop>>(deps, refsOf(request), ({ items, nowMs }) => {
    const [stored, registration] = items;
    if (!request.officer.groups.includes(RISK_OFFICERS)) return notOfficer(deps, 'halt_agent', request);
    if (registration === undefined) return { done: unknownAgent(request.agentId) };
    const before = readAgentStop(stored, nowMs);
    if (isSameHalt(before, request)) {
      return { done: { stop: before.stop, change: { changed: false, version: before.stop.version }, repeated: true } };
    }
    const next: AgentStop = {
      version: before.stop.version + 1,
      halted: true,
      reason: request.reason,
      byPseudonym: pseudonymOf(deps, request.officer),
      bySubject: subjectOf(request.officer),
      atMs: nowMs,
      stampedVersion: before.stop.stampedVersion ?? 0,
      repeats: 0,
    };
    return {
      event: controlEvent(deps, 'control.agent_halted', request, { version: next.version }, request.agentId),
      writes: () => [agentStopWrite(request.agentId, before, next)],
      result: (event) => ({ stop: next, change: recorded(next.version, event), repeated: false }),
    };
  });
  if (!planned.ok) return planned;
  if ('refusal' in planned.value) return refused(planned.value.refusal);
  const { stop, change, repeated } = planned.value;
  if (repeated) await countRepeat(deps, agentStopRef(request.agentId), stop.version);
  const stamped = await stampAgentStop(deps, request.agentId, stop);
  if (!stamped.ok) return stamped;
  if (stop.stampedVersion !== stop.version) await noteStamped(deps, agentStopRef(request.agentId), stop.version);
  return ok(change);
}

/** Stamps an agent's head with its stop, unless that is known to be done. */
export async function stampAgentStop(
  deps: ChangeDeps,
  agentId: string,
  stop: AgentStop,
): Promise<Result<number, Contention>> {
  if ((stop.stampedVersion ?? 0) === stop.version) return ok(0);
  return stampHeads(deps, [agentId], 'agentStopVersion', stop.version);
}

/**
 * Lets a halted agent go on. Refused to the agent, its owner and anyone who goes by a name of either, and while the
 * halt's record cannot be read.
 */
export async function resumeAgent(
  deps: ControlDeps,
  request: AgentControlRequest,
): Promise<Result<ControlChange, ControlProblem>> {
  const { agentId, officer } = request;
  const planned = await changeControl<Planned<AgentStop>>(deps, refsOf(request), ({ items, nowMs }) => {
    const [stored, registration] = items;
    if (!officer.groups.includes(RISK_OFFICERS)) return notOfficer(deps, 'resume_agent', request);
    if (registration === undefined) return { done: unknownAgent(agentId) };
    if (isAgentOrOwner(officer, decodeIdentity(agentId, registration))) {
      const message = 'expected someone other than the agent and its owner';
      return refusal(deps, 'resume_agent', request, 'agent_or_owner', message, agentId);
    }
    const before = readAgentStop(stored, nowMs);
    if (before.unreadable) {
      const message = 'expected a readable halt record; halt the agent again first';
      return refusal(deps, 'resume_agent', request, 'unreadable_record', message, agentId);
    }
    if (!before.stop.halted) {
      return { done: { stop: before.stop, change: { changed: false, version: before.stop.version }, repeated: false } };
    }
    const next: AgentStop = {
      version: before.stop.version + 1,
      halted: false,
      reason: request.reason,
      byPseudonym: pseudonymOf(deps, officer),
      bySubject: subjectOf(officer),
      atMs: nowMs,
      stampedVersion: stampedAfterLifting(before.stop),
      repeats: 0,
    };
    return {
      event: controlEvent(deps, 'control.agent_resumed', request, { version: next.version }, agentId),
      writes: () => [agentStopWrite(agentId, before, next)],
      result: (event) => ({ stop: next, change: recorded(next.version, event), repeated: false }),
    };
  });
  if (!planned.ok) return planned;
  return 'refusal' in planned.value ? refused(planned.value.refusal) : ok(planned.value.change);
}

function refsOf({ agentId }: AgentControlRequest) {
  return [agentStopRef(agentId), { entity: 'agent', agentId }] as const;
}

function isSameHalt({ stop, unreadable }: ReadStop<AgentStop>, { officer, reason }: ControlRequest): boolean {
  return !unreadable && stop.halted && stop.reason === reason && stop.bySubject === subjectOf(officer);
}

function notOfficer(deps: ControlDeps, change: string, request: AgentControlRequest) {
  return refusal(deps, change, request, 'not_risk_officer', 'expected a risk officer', request.agentId);
}

function unknownAgent(agentId: string): Planned<AgentStop> {
  return { refusal: { code: 'unknown_agent', message: `expected a registered agent, got \`${agentId}\`` } };
}
