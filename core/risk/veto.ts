import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { Contention } from '../state/change-agent.ts';
import { changeControl } from '../state/change-control.ts';
import { registeredIdentities } from './agent-directory.ts';
import type { ControlChange, ControlDeps, ControlProblem, ControlRequest, Planned } from './control.ts';
import { controlEvent, pseudonymOf, recorded, refusal, subjectOf } from './control.ts';
import { isAgentOrOwner, RISK_OFFICERS } from './identity.ts';
import type { StampDeps } from './stamp.ts';
import { stampHeads } from './stamp.ts';
import { countRepeat, noteStamped, readStopAll, STOP_ALL, stampedAfterLifting, stopAllWrite } from './stop-records.ts';
import type { StopAll, VetoClaim } from './stops.ts';
import { vetoOf } from './stops.ts';

/** Claims a veto keeps. It stands as long as one does, so more would add nothing. */
const MAX_CLAIMS = 16;

/**
 * Raises the veto. When this returns ok, no allow of any agent commits any more. The same reason from the same person
 * again is counted, not recorded again, and finishes what a crash may have left half-done.
 */
export async function raiseVeto(
  deps: ControlDeps,
  request: ControlRequest,
): Promise<Result<ControlChange, ControlProblem>> {
  const planned = await changeControl<Planned<StopAll>>(deps, [STOP_ALL], ({ items, nowMs }) => {
    if (!request.officer.groups.includes(RISK_OFFICERS)) {
      return refusal(deps, 'raise_veto', request, 'not_risk_officer', 'expected a risk officer');
    }
    const before = readStopAll(items[0], nowMs);
    const claims = before.stop.veto?.claims ?? [];
    if (claims.some((claim) => isSameClaim(claim, request)) || claims.length >= MAX_CLAIMS) {
      return { done: { stop: before.stop, change: { changed: false, version: before.stop.version }, repeated: true } };
    }
    const claim: VetoClaim = {
      reason: request.reason,
      byPseudonym: pseudonymOf(deps, request.officer),
      bySubject: subjectOf(request.officer),
      atMs: nowMs,
    };
    const next: StopAll = {
      ...before.stop,
      version: before.stop.version + 1,
      veto: vetoOf([...claims, claim]),
      repeats: claims.length === 0 ? 0 : (before.stop.repeats ?? 0),
      // The level of a record that could not be read was not chosen by anyone; whoever writes it anew answers for it.
      ...(before.unreadable && { riskSetBySubject: claim.bySubject }),
    };
    return {
      event: controlEvent(deps, 'control.veto_raised', request, {
        version: next.version,
        claims: claims.length + 1,
        riskLevel: next.riskLevel,
      }),
      writes: () => [stopAllWrite(before, next)],
      result: (event) => ({ stop: next, change: recorded(next.version, event), repeated: false }),
    };
  });
  if (!planned.ok) return planned;
  if ('refusal' in planned.value) return refused(planned.value.refusal);
  const { stop, change, repeated } = planned.value;
  if (repeated) await countRepeat(deps, STOP_ALL, stop.version);
  const stamped = await finishStopAll(deps, stop);
  return stamped.ok ? ok(change) : stamped;
}

/** Stamps every registered agent's head with the stop, unless that is known to be done. */
export async function stampStopAll(deps: StampDeps, stop: StopAll): Promise<Result<number, Contention>> {
  if ((stop.stampedVersion ?? 0) === stop.version) return ok(0);
  return stampHeads(deps, await deps.directory.agentIds(), 'stopAllVersion', stop.version);
}

/** Stamps as {@link stampStopAll} and notes that it is done. */
export async function finishStopAll(deps: StampDeps, stop: StopAll): Promise<Result<number, Contention>> {
  const stamped = await stampStopAll(deps, stop);
  if (stamped.ok && stop.stampedVersion !== stop.version) await noteStamped(deps, STOP_ALL, stop.version);
  return stamped;
}

/**
 * Clears the claims of everyone but the caller: nobody lifts their own veto alone, and it stands until the last claim
 * is cleared. Refused to every agent, every agent's owner and anyone who goes by a name of one.
 */
export async function clearVeto(
  deps: ControlDeps,
  request: ControlRequest,
): Promise<Result<ControlChange & { readonly active: boolean }, ControlProblem>> {
  const identities = await registeredIdentities(deps);
  const planned = await changeControl<Planned<StopAll>>(deps, [STOP_ALL], ({ items, nowMs }) => {
    if (!request.officer.groups.includes(RISK_OFFICERS)) {
      return refusal(deps, 'clear_veto', request, 'not_risk_officer', 'expected a risk officer');
    }
    if (identities.some((agent) => isAgentOrOwner(request.officer, agent))) {
      const message = 'expected someone who is no agent and owns none';
      return refusal(deps, 'clear_veto', request, 'agent_or_owner', message);
    }
    const before = readStopAll(items[0], nowMs);
    if (before.unreadable) {
      const message = 'expected a readable stop record; raise the veto again first';
      return refusal(deps, 'clear_veto', request, 'unreadable_record', message);
    }
    const claims = before.stop.veto?.claims ?? [];
    if (claims.length === 0) {
      return { done: { stop: before.stop, change: { changed: false, version: before.stop.version }, repeated: false } };
    }
    const remaining = claims.filter((claim) => claim.bySubject === subjectOf(request.officer));
    if (remaining.length === claims.length) {
      const message = 'expected someone other than who raised the veto';
      return refusal(deps, 'clear_veto', request, 'same_person', message);
    }
    const next: StopAll = {
      ...before.stop,
      version: before.stop.version + 1,
      veto: vetoOf(remaining),
      stampedVersion: stampedAfterLifting(before.stop),
    };
    return {
      event: controlEvent(deps, 'control.veto_cleared', request, {
        version: next.version,
        cleared: claims.length - remaining.length,
        remaining: remaining.length,
      }),
      writes: () => [stopAllWrite(before, next)],
      result: (event) => ({ stop: next, change: recorded(next.version, event), repeated: false }),
    };
  });
  if (!planned.ok) return planned;
  if ('refusal' in planned.value) return refused(planned.value.refusal);
  return ok({ ...planned.value.change, active: planned.value.stop.veto !== null });
}

function isSameClaim(claim: VetoClaim, { officer, reason }: ControlRequest): boolean {
  return claim.reason === reason && claim.bySubject === subjectOf(officer);
}
