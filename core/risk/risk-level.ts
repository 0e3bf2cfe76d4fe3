import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import { changeControl } from '../state/change-control.ts';
import { registeredIdentities } from './agent-directory.ts';
import type { ControlChange, ControlDeps, ControlProblem, ControlRefusal, ControlRequest, Planned } from './control.ts';
import { controlEvent, recorded, refusal, subjectOf } from './control.ts';
import type { AgentIdentity } from './identity.ts';
import { isAgentOrOwner, RISK_OFFICERS } from './identity.ts';
import type { ReadStop } from './stop-records.ts';
import { readStopAll, STOP_ALL, stampedAfterLifting, stopAllWrite } from './stop-records.ts';
import type { RiskLevel, StopAll } from './stops.ts';
import { HALT_LEVEL, RISK_LEVEL_NAMES } from './stops.ts';
import { finishStopAll } from './veto.ts';

/** A change of the risk level. */
export interface RiskLevelRequest extends ControlRequest {
  readonly level: RiskLevel;
}

/**
 * Sets the risk level. Up is immediate, and when this returns ok every later allow knows the level; down is one level
 * a call, never by an agent or an owner, and out of HALT only to DANGER and only by someone other than who set HALT.
 */
export async function setRiskLevel(
  deps: ControlDeps,
  request: RiskLevelRequest,
): Promise<Result<ControlChange, ControlProblem>> {
  const identities = await identitiesIfLowering(deps, request);
  const planned = await changeControl<Planned<StopAll>>(deps, [STOP_ALL], ({ items, nowMs }) => {
    const before = readStopAll(items[0], nowMs);
    const problem = obstacle(before, request, identities);
    if (problem !== undefined) return refusal(deps, 'set_risk_level', request, problem.code, problem.message);
    const { stop } = before;
    if (request.level === stop.riskLevel && !before.unreadable) {
      return { done: { stop, change: { changed: false, version: stop.version }, repeated: true } };
    }
    const next: StopAll = {
      ...stop,
      version: stop.version + 1,
      riskLevel: request.level,
      riskSetBySubject: subjectOf(request.officer),
      stampedVersion: request.level < stop.riskLevel ? stampedAfterLifting(stop) : (stop.stampedVersion ?? 0),
    };
    return {
      event: controlEvent(deps, 'control.risk_level_set', request, {
        version: next.version,
        from: RISK_LEVEL_NAMES[stop.riskLevel],
        to: RISK_LEVEL_NAMES[next.riskLevel],
      }),
      writes: () => [stopAllWrite(before, next)],
      result: (event) => ({ stop: next, change: recorded(next.version, event), repeated: false }),
    };
  });
  if (!planned.ok) return planned;
  if ('refusal' in planned.value) return refused(planned.value.refusal);
  const stamped = await finishStopAll(deps, planned.value.stop);
  return stamped.ok ? ok(planned.value.change) : stamped;
}

/** Registrations are read only where they matter: nothing may stand in the way of raising the level. */
async function identitiesIfLowering(
  deps: ControlDeps,
  { level }: RiskLevelRequest,
): Promise<readonly AgentIdentity[] | undefined> {
  const [stored] = await deps.store.read([STOP_ALL]);
  const lowers = level < readStopAll(stored, deps.clock.nowMs()).stop.riskLevel;
  return lowers ? registeredIdentities(deps) : undefined;
}

function obstacle(
  { stop, unreadable }: ReadStop<StopAll>,
  { officer, level }: RiskLevelRequest,
  identities: readonly AgentIdentity[] | undefined,
): ControlRefusal | undefined {
  if (!officer.groups.includes(RISK_OFFICERS)) {
    return { code: 'not_risk_officer', message: 'expected a risk officer' };
  }
  if (level >= stop.riskLevel) return undefined;
  if (unreadable) {
    return { code: 'unreadable_record', message: 'expected a readable stop record; set the level to HALT first' };
  }
  if (identities === undefined) {
    return { code: 'level_rose', message: 'expected the level to stay as it was, got a rise meanwhile' };
  }
  if (identities.some((agent) => isAgentOrOwner(officer, agent))) {
    return { code: 'agent_or_owner', message: 'expected someone who is no agent and owns none' };
  }
  if (level !== stop.riskLevel - 1) {
    const got = `${RISK_LEVEL_NAMES[stop.riskLevel]} to ${RISK_LEVEL_NAMES[level]}`;
    return { code: 'one_level_only', message: `expected one level down at a time, got \`${got}\`` };
  }
  const isSetter = stop.riskSetBySubject === undefined || stop.riskSetBySubject === subjectOf(officer);
  if (stop.riskLevel === HALT_LEVEL && isSetter) {
    return { code: 'same_person', message: 'expected someone other than who set HALT' };
  }
  return undefined;
}
