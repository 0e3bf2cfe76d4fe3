import type { PriceTable } from '../budget/prices.ts';
import type { JsonObject } from '../json.ts';
import type { EventDraft } from '../ledger/event.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { ControlChange } from '../risk/control.ts';
import { recorded } from '../risk/control.ts';
import type { StampDeps } from '../risk/stamp.ts';
import { agentStopRef, readAgentStop, readStopAll, STOP_ALL, stopAllWrite } from '../risk/stop-records.ts';
import type { ActiveBundle, StopAll } from '../risk/stops.ts';
import { isStandstill } from '../risk/stops.ts';
import { finishStopAll } from '../risk/veto.ts';
import type { Contention } from '../state/change-agent.ts';
import type { ControlPlan, ControlSnapshot } from '../state/change-control.ts';
import { changeControl } from '../state/change-control.ts';
import type { EntityRef, Write } from '../state/entities.ts';
import type { ActionRecord, ActionStatus } from './action-record.ts';
import { decodeActionRecord } from './action-record.ts';
import { isAboutAct } from './approved-act.ts';
import { loadBundle } from './bundle.ts';
import type { BundleSource } from './bundle-shelf.ts';
import { reportOutcome } from './outcome.ts';
import type { isProved } from './proof/check-proof.ts';
import { ACTIVATE_TYPE, ACTIVE_POLICY, lockOut } from './replaceable.ts';

/** What activating needs from outside. */
export interface ActivationDeps extends StampDeps {
  readonly published: BundleSource;
  /** The bundle that is in force while none was activated. */
  readonly deployed: ActiveBundle;
  readonly prices: PriceTable;
  /** Proves a bundle's invariants again, which takes a second: `isProved`, but for tests of what comes after. */
  readonly prove: typeof isProved;
}

/** Which approved action is performed; the bundle is named again and held against what people approved. */
export interface ActivationRequest {
  readonly agentId: string;
  readonly actionId: string;
  readonly bundle: ActiveBundle;
}

/** Why a bundle was not activated. */
export type ActivationProblem =
  | { readonly code: 'action_not_found' }
  /** The action is of another type, or people approved another bundle. */
  | { readonly code: 'not_this_activation' }
  | { readonly code: 'not_redeemed'; readonly status: ActionStatus }
  | { readonly code: 'bundle_not_published' }
  | { readonly code: 'bundle_invalid'; readonly message: string }
  /** The three below are recorded on the control chain. */
  | { readonly code: 'bundle_downgrade'; readonly active: ActiveBundle }
  | { readonly code: 'stopped' }
  | { readonly code: 'unreadable_record' };

/** An activation that holds: no decision by the bundle before commits any more. */
export interface Activated extends ControlChange {
  /** The bundle in force now. After a repeated call it may be a later one. */
  readonly active: ActiveBundle;
}

type Planned =
  | { readonly stop: StopAll; readonly change: ControlChange }
  | { readonly problem: ActivationProblem; readonly isFinal: boolean };

/** Unauthorised change of what governs agents, and the least-privilege framework that holds against it. */
const REFS = ['AIR-PREV-018', 'AIR-SEC-024'];

/**
 * Puts a published bundle into force for a redeemed action of the caller's own. The control record changes, its event
 * is written and the action is marked as used in one transaction; then every head is stamped, and only then is it
 * acknowledged. Repeating the call finishes what a crash left.
 *
 * @throws {StorageFault} when the store kept failing: the change may be recorded, but it is not acknowledged
 */
export async function activateBundle(
  deps: ActivationDeps,
  request: ActivationRequest,
): Promise<Result<Activated, ActivationProblem | Contention>> {
  const { agentId, actionId, bundle } = request;
  const [stored, stopAll] = await deps.store.read([actionRef(request), STOP_ALL]);
  if (stored === undefined) return refused({ code: 'action_not_found' });
  const record = decodeActionRecord(actionId, stored);
  if (!isApprovedFor(request, record)) return refused({ code: 'not_this_activation' });
  const active = readStopAll(stopAll, deps.clock.nowMs()).stop.activeBundle ?? deps.deployed;
  const unusable = record.activation === undefined ? await prematureProblem(deps, record, bundle, active) : undefined;
  if (unusable !== undefined) return refused(unusable);
  const refs = [STOP_ALL, agentStopRef(agentId), actionRef(request)];
  const planned = await changeControl<Planned>(deps, refs, (snapshot) => planActivation(deps, request, snapshot));
  if (!planned.ok) return planned;
  if ('problem' in planned.value) {
    const { problem, isFinal } = planned.value;
    const closed = isFinal ? await reportOutcome(deps, agentId, actionId, { result: 'failed' }) : undefined;
    return closed?.ok === false && closed.problem.code === 'contention' ? refused(closed.problem) : refused(problem);
  }
  return acknowledge(deps, request, planned.value);
}

async function acknowledge(
  deps: ActivationDeps,
  { agentId, actionId }: ActivationRequest,
  { stop, change }: Extract<Planned, { readonly stop: StopAll }>,
): Promise<Result<Activated, Contention>> {
  const stamped = await finishStopAll(deps, stop);
  if (!stamped.ok) return stamped;
  // An outcome that the agent reported by itself meanwhile stays as it is: the control chain says what happened.
  const closed = await reportOutcome(deps, agentId, actionId, { result: 'succeeded' });
  if (!closed.ok && closed.problem.code === 'contention') return refused(closed.problem);
  return ok({ ...change, active: stop.activeBundle ?? deps.deployed });
}

function isApprovedFor({ agentId, bundle }: ActivationRequest, record: ActionRecord): boolean {
  const params = { bundleHash: bundle.hash, sequence: bundle.sequence };
  return isAboutAct(record, { agentId, type: ACTIVATE_TYPE, resource: ACTIVE_POLICY, params });
}

/**
 * What stands against an activation before it is tried. Nothing is fetched for an action that was not redeemed, nor for
 * a downgrade: sequences in force only rise, so that one is refused and recorded whatever the bundle holds.
 */
async function prematureProblem(
  deps: ActivationDeps,
  { status }: ActionRecord,
  bundle: ActiveBundle,
  active: ActiveBundle,
): Promise<ActivationProblem | undefined> {
  if (status !== 'redeemed') return { code: 'not_redeemed', status };
  if (bundle.sequence <= active.sequence) return undefined;
  const bytes = await deps.published.read(bundle.hash);
  if (bytes === undefined) return { code: 'bundle_not_published' };
  const message = faultOf(deps, bytes, bundle);
  return message === undefined ? undefined : { code: 'bundle_invalid', message };
}

/** Why published bytes must not decide, or undefined. */
function faultOf(
  { prove, clock }: ActivationDeps,
  bytes: Uint8Array,
  { hash, sequence }: ActiveBundle,
): string | undefined {
  try {
    const bundle = loadBundle(bytes, hash);
    if (bundle.release.sequence !== sequence) return `expected sequence ${sequence}, got ${bundle.release.sequence}`;
    const locked = lockOut(bundle, clock.nowMs());
    if (locked !== undefined) return locked;
    const isWhole = prove(JSON.parse(new TextDecoder().decode(bytes)), bundle);
    return isWhole ? undefined : 'expected the bundle to have a proof of its invariants';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function planActivation(
  deps: ActivationDeps,
  request: ActivationRequest,
  { items, nowMs }: ControlSnapshot,
): ControlPlan<Planned> {
  const [stopAll, agentStop, stored] = items;
  if (stored === undefined) return { done: { problem: { code: 'action_not_found' }, isFinal: false } };
  const record = decodeActionRecord(request.actionId, stored);
  const before = readStopAll(stopAll, nowMs);
  const { stop } = before;
  const active = stop.activeBundle ?? deps.deployed;
  if (record.activation === 0) return { done: { problem: { code: 'bundle_downgrade', active }, isFinal: true } };
  if (record.activation !== undefined) return { done: { stop, change: { changed: false, version: stop.version } } };
  if (record.status !== 'redeemed') {
    return { done: { problem: { code: 'not_redeemed', status: record.status }, isFinal: false } };
  }
  if (before.unreadable) return refusal(request, active, { code: 'unreadable_record' });
  if (isStandstill(stop, readAgentStop(agentStop, nowMs).stop)) return refusal(request, active, { code: 'stopped' });
  if (request.bundle.sequence <= active.sequence) {
    return refusal(request, active, { code: 'bundle_downgrade', active }, [markWrite(request, 0)]);
  }
  const next: StopAll = { ...stop, version: stop.version + 1, activeBundle: request.bundle };
  return {
    event: draft(request, 'control.bundle_activated', { version: next.version, from: json(active) }),
    writes: () => [stopAllWrite(before, next), markWrite(request, next.version)],
    result: (event) => ({ stop: next, change: recorded(next.version, event) }),
  };
}

/** The plan that records a refused attempt. One that can never succeed also uses the action up. */
function refusal(
  request: ActivationRequest,
  active: ActiveBundle,
  problem: ActivationProblem,
  writes: readonly Write[] = [],
): ControlPlan<Planned> {
  return {
    event: draft(request, 'control.change_refused', {
      change: 'activate_bundle',
      code: problem.code,
      active: json(active),
    }),
    writes: () => writes,
    result: () => ({ problem, isFinal: writes.length > 0 }),
  };
}

function draft(
  { agentId, actionId, bundle }: ActivationRequest,
  type: 'control.bundle_activated' | 'control.change_refused',
  data: JsonObject,
): EventDraft {
  return {
    type,
    agentId,
    frameworkRefs: REFS,
    data: { ...data, to: json(bundle), sequence: bundle.sequence, actionId, by: agentId },
  };
}

/** Uses the action up: once, and only while it is redeemed. */
function markWrite(request: ActivationRequest, activation: number): Write {
  return {
    op: 'update',
    ref: actionRef(request),
    set: { activation },
    when: [
      { if: 'equals', attribute: 'status', value: 'redeemed' },
      { if: 'attributeAbsent', attribute: 'activation' },
    ],
  };
}

function actionRef({ agentId, actionId }: ActivationRequest): EntityRef {
  return { entity: 'action', agentId, actionId };
}

function json({ hash, sequence }: ActiveBundle): JsonObject {
  return { hash, sequence };
}
