import type { PriceTable } from '../budget/prices.ts';
import type { ActionRecord, ActionStatus } from '../gate/action-record.ts';
import { decodeActionRecord } from '../gate/action-record.ts';
import type { NamedAct } from '../gate/approved-act.ts';
import { isAboutAct } from '../gate/approved-act.ts';
import { reportOutcome } from '../gate/outcome.ts';
import type { JsonObject } from '../json.ts';
import type { EventType } from '../ledger/event.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import { agentStopRef, readAgentStop, readStopAll, STOP_ALL } from '../risk/stop-records.ts';
import { isStandstill } from '../risk/stops.ts';
import type { ChangeDeps, Contention } from '../state/change-agent.ts';
import type { ControlPlan, ControlSnapshot } from '../state/change-control.ts';
import { changeControl } from '../state/change-control.ts';
import type { EntityRef, StoredItem, Write } from '../state/entities.ts';

/** What carrying out an approved act needs from outside. */
export interface ActDeps extends ChangeDeps {
  readonly prices: PriceTable;
}

/** An act that people approved, named again by whoever asks for it to be carried out. */
export interface GovernedAct extends NamedAct {
  readonly actionId: string;
}

/** Why an act was not carried out, whatever it is. */
export type ActProblem =
  | { readonly code: 'action_not_found' }
  /** The action is of another type, or people approved something else. */
  | { readonly code: 'not_this_act' }
  | { readonly code: 'not_redeemed'; readonly status: ActionStatus }
  /** It was refused before, which used the approval up. */
  | { readonly code: 'refused_before' }
  /** The agent is halted, or a veto or HALT stands. Recorded. */
  | { readonly code: 'stopped' };

/** What an act changes, or why it must not. A refusal is recorded and uses the approval up. */
export type ActStep<Problem> =
  | { readonly refuse: Problem }
  | { readonly type: EventType; readonly data: JsonObject; readonly writes: readonly Write[] };

/** An act that was carried out, now or before. */
export interface CarriedOut {
  /** False when it had been carried out before. */
  readonly changed: boolean;
  /** Sequence number of the event on the control chain. */
  readonly seq: number;
}

/** The action's mark when carrying it out was refused. */
const REFUSED = -1;
/** Unauthorised acts on records, and oversight of what is kept. */
const REFS = ['AIR-RC-022', 'AIR-SEC-024'];

type Outcome<Problem> = Result<CarriedOut, ActProblem | Problem>;

/**
 * Carries out an act for a redeemed action of the caller's own: what it changes, its event on the control chain and the
 * mark that uses the approval up are one transaction, and then the action is settled. Repeating the call changes nothing
 * more.
 *
 * @param refs what `plan` reads besides
 * @throws {StorageFault} when the store kept failing: the act may have been carried out, but it is not acknowledged
 */
export async function carryOut<Problem extends { readonly code: string }>(
  deps: ActDeps,
  act: GovernedAct,
  refs: readonly EntityRef[],
  plan: (items: readonly (StoredItem | undefined)[], nowMs: number) => ActStep<Problem>,
): Promise<Result<CarriedOut, ActProblem | Problem | Contention>> {
  const { agentId, actionId } = act;
  const own: readonly EntityRef[] = [actionRef(act), STOP_ALL, agentStopRef(agentId)];
  const changed = await changeControl<Outcome<Problem>>(deps, [...own, ...refs], (snapshot) =>
    planAct(act, snapshot, (nowMs) => plan(snapshot.items.slice(own.length), nowMs)),
  );
  if (!changed.ok) return changed;
  const outcome = changed.value;
  if (!outcome.ok && !isFinal(outcome.problem)) return outcome;
  // An outcome that the agent reported by itself meanwhile stays as it is: the control chain says what happened.
  const settled = await reportOutcome(deps, agentId, actionId, { result: outcome.ok ? 'succeeded' : 'failed' });
  return !settled.ok && settled.problem.code === 'contention' ? refused(settled.problem) : outcome;
}

const NOT_FINAL = new Set(['action_not_found', 'not_this_act', 'not_redeemed', 'stopped']);

function isFinal({ code }: { readonly code: string }): boolean {
  return !NOT_FINAL.has(code);
}

function planAct<Problem extends { readonly code: string }>(
  act: GovernedAct,
  { items, nowMs }: ControlSnapshot,
  plan: (nowMs: number) => ActStep<Problem>,
): ControlPlan<Outcome<Problem>> {
  const [stored, stopAll, agentStop] = items;
  if (stored === undefined) return { done: refused({ code: 'action_not_found' }) };
  const record = decodeActionRecord(act.actionId, stored);
  const standing = standingOf(act, record);
  if (standing !== undefined) return { done: standing };
  const { stop, unreadable } = readStopAll(stopAll, nowMs);
  if (unreadable || isStandstill(stop, readAgentStop(agentStop, nowMs).stop))
    return refusal<Problem>(act, { code: 'stopped' }, []);
  const step = plan(nowMs);
  if ('refuse' in step) return refusal<Problem>(act, step.refuse, [mark(act, REFUSED)]);
  return {
    event: {
      type: step.type,
      agentId: act.agentId,
      frameworkRefs: REFS,
      data: { ...step.data, actionId: act.actionId, by: act.agentId },
    },
    writes: (event) => [...step.writes, mark(act, event.seq)],
    result: (event) => ok({ changed: true, seq: event.seq }),
  };
}

/** What is known of an action before anything is planned; undefined when it may be carried out. */
function standingOf(act: GovernedAct, record: ActionRecord): Outcome<never> | undefined {
  const { status, carriedOut } = record;
  if (!isAboutAct(record, act)) return refused({ code: 'not_this_act' });
  if (carriedOut === REFUSED) return refused({ code: 'refused_before' });
  if (carriedOut !== undefined) return ok({ changed: false, seq: carriedOut });
  return status === 'redeemed' ? undefined : refused({ code: 'not_redeemed', status });
}

function refusal<Problem extends { readonly code: string }>(
  { agentId, actionId, type }: GovernedAct,
  problem: Problem | ActProblem,
  writes: readonly Write[],
): ControlPlan<Outcome<Problem>> {
  return {
    event: {
      type: 'control.change_refused',
      agentId,
      frameworkRefs: REFS,
      data: { change: type, code: problem.code, actionId, by: agentId },
    },
    writes: () => writes,
    result: () => refused(problem),
  };
}

/** Uses the action up: once, and only while it is redeemed. */
function mark(act: GovernedAct, carriedOut: number): Write {
  return {
    op: 'update',
    ref: actionRef(act),
    set: { carriedOut },
    when: [
      { if: 'equals', attribute: 'status', value: 'redeemed' },
      { if: 'attributeAbsent', attribute: 'carriedOut' },
    ],
  };
}

function actionRef({ agentId, actionId }: GovernedAct): EntityRef {
  return { entity: 'action', agentId, actionId };
}
