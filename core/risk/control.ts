import type { Person } from '../approval/separation.ts';
import { normaliseIdentity } from '../approval/separation.ts';
import type { JsonObject } from '../json.ts';
import type { ChainedEvent, EventDraft, EventType } from '../ledger/event.ts';
import type { Pseudonymizer } from '../ports.ts';
import type { Contention } from '../state/change-agent.ts';
import type { StampDeps } from './stamp.ts';

/** What control changes need from outside. */
export interface ControlDeps extends StampDeps {
  readonly pseudonyms: Pseudonymizer;
}

/** Who asks for a change, and why. The reason is recorded as given. */
export interface ControlRequest {
  readonly officer: Person;
  readonly reason: string;
}

/** Why a change was refused. All but `unknown_agent` are recorded on the control chain. */
export interface ControlRefusal {
  readonly code:
    | 'not_risk_officer'
    | 'agent_or_owner'
    | 'same_person'
    | 'one_level_only'
    | 'level_rose'
    | 'unreadable_record'
    | 'unknown_agent';
  readonly message: string;
}

/** Why a change did not happen, or did not finish. After `contention` the same call finishes it. */
export type ControlProblem = ControlRefusal | Contention;

/** What a change came to. */
export interface ControlChange {
  /** False when the stop stood already, or there was nothing to clear. */
  readonly changed: boolean;
  /** The record's version. */
  readonly version: number;
  /** The event that records the change; absent when nothing changed. */
  readonly ledger?: { readonly chain: string; readonly seq: number; readonly hash: string };
}

/** What planning found out, before stamping. */
export type Planned<Stop> =
  | { readonly refusal: ControlRefusal }
  | { readonly stop: Stop; readonly change: ControlChange; readonly repeated: boolean };

/** FINOS AIGF ids of control events: model overreach, and the least-privilege framework that holds against it. */
const STOP_REFS = ['AIR-OP-018', 'AIR-PREV-018'];
/** Action authorization bypass. */
const REFUSED_REFS = ['AIR-PREV-018', 'AIR-SEC-024'];

/** A control event about a change that `request` asked for. */
export function controlEvent(
  deps: ControlDeps,
  type: EventType,
  request: ControlRequest,
  data: JsonObject,
  agentId?: string,
): EventDraft {
  return {
    type,
    ...(agentId !== undefined && { agentId }),
    frameworkRefs: STOP_REFS,
    data: { ...data, reason: request.reason, by: pseudonymOf(deps, request.officer) },
  };
}

/** The plan that records a refused attempt and changes nothing else. */
export function refusal(
  deps: ControlDeps,
  change: string,
  request: ControlRequest,
  code: ControlRefusal['code'],
  message: string,
  agentId?: string,
) {
  return {
    event: {
      type: 'control.change_refused' as const,
      ...(agentId !== undefined && { agentId }),
      frameworkRefs: REFUSED_REFS,
      data: { change, code, by: pseudonymOf(deps, request.officer) },
    },
    result: () => ({ refusal: { code, message } }),
  };
}

/** A change that was recorded by `event`. */
export function recorded(version: number, event: ChainedEvent): ControlChange {
  return { changed: true, version, ledger: { chain: event.chain, seq: event.seq, hash: event.hash } };
}

/** The officer as the ledger names them. */
export function pseudonymOf(deps: ControlDeps, officer: Person): string {
  return deps.pseudonyms.pseudonym('person', officer.subject);
}

/** The officer as stop records tell people apart. */
export function subjectOf(officer: Person): string {
  return normaliseIdentity(officer.subject);
}
