import type { ChainedEvent, EventDraft } from '../ledger/event.ts';
import { agentChain, chainEvent } from '../ledger/event.ts';
import type { Clock, Entropy, Pause, StateStore } from '../ports.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { AgentStop, StopAll } from '../risk/stops.ts';
import { decodeAgentStop, decodeStopAll } from '../risk/stops.ts';
import type { AgentHead } from './agent-head.ts';
import { decodeAgentHead, encodeAgentHead, newAgentHead } from './agent-head.ts';
import type { Condition, EntityRef, StoredItem, Write } from './entities.ts';
import { StorageFault } from './entities.ts';
import { ledgerWrite } from './ledger-write.ts';

/** What every state change needs from outside. */
export interface ChangeDeps {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly pause: Pause;
  /** Told of each event once it is recorded on an agent's chain. */
  readonly recorded?: (event: ChainedEvent) => void;
}

/** What one batch read found. `items` follow the order of the extra references asked for. */
export interface AgentSnapshot {
  readonly nowMs: number;
  readonly head: AgentHead;
  readonly registration: StoredItem | undefined;
  readonly stopAll: StopAll;
  readonly agentStop: AgentStop;
  readonly items: readonly (StoredItem | undefined)[];
}

/** What a plan may change of a head; versions and chain are the commit's own. */
export type HeadPatch = Partial<Omit<AgentHead, 'version' | 'chain' | 'stopAllVersion' | 'agentStopVersion'>>;

/**
 * What to do about a snapshot: nothing more (`done`), or one event on the agent's chain together with changes of the
 * head and further writes. Planned again from scratch after a conflict, so a plan must recognise from the snapshot
 * what already happened.
 */
export type AgentPlan<Outcome> =
  | { readonly done: Outcome }
  /** The references asked for were the wrong ones, or something is missing: ask again `after` it, without a pause. */
  | { readonly reread: true; readonly after?: () => Promise<void> }
  | {
      readonly event: EventDraft;
      readonly head?: HeadPatch;
      readonly writes?: (event: ChainedEvent) => readonly Write[];
      /** Encrypted details, kept beside the event. */
      readonly details?: (event: ChainedEvent) => Uint8Array;
      readonly result: (event: ChainedEvent) => Outcome;
    };

/** Too many writers stood in the way: nothing was changed, and the caller may try again. */
export interface Contention {
  readonly code: 'contention';
  readonly attempts: number;
}

/** How often a change is planned before it gives up. */
export const MAX_ATTEMPTS = 12;

const BASE_BACK_OFF_MS = 4;
const MAX_BACK_OFF_MS = 250;

/**
 * Changes an agent's state and records why, in one transaction conditioned on the head's version: reads once, plans
 * purely, commits, and on a conflict reads and plans again after a jittered pause.
 *
 * A storage fault while committing leaves open whether the write took effect, so the state is read again and the plan
 * decides; only faults that persist are thrown.
 *
 * @throws {StorageFault} when the store kept failing
 * @throws {CorruptState} when stored state can't be read: decisions stop rather than guess
 */
export async function changeAgent<Outcome>(
  deps: ChangeDeps,
  agentId: string,
  extraRefs: readonly EntityRef[] | (() => readonly EntityRef[]),
  plan: (snapshot: AgentSnapshot) => AgentPlan<Outcome>,
): Promise<Result<Outcome, Contention>> {
  return attempt(deps, async () => {
    const snapshot = await readAgent(deps, agentId, typeof extraRefs === 'function' ? extraRefs() : extraRefs);
    if (snapshot === 'stale') return 'again';
    const next = plan(snapshot);
    if ('done' in next) return { outcome: next.done };
    if ('reread' in next) {
      await next.after?.();
      return 'at once';
    }
    const event = chainEvent(
      agentChain(agentId),
      snapshot.head.chain,
      next.event,
      // The id tells the event's own time, so that an event can be found by its id.
      deps.entropy.ulid(Math.max(snapshot.nowMs, snapshot.head.chain.lastTimeMs)),
      snapshot.nowMs,
    );
    const writes = [
      headWrite(agentId, snapshot, event, next.head ?? {}),
      ledgerWrite(event, next.details?.(event)),
      ...(next.writes?.(event) ?? []),
      ...stopChecks(agentId, snapshot),
    ];
    const committed = await deps.store.commit(writes, event.id);
    if (!committed.committed) return 'again';
    deps.recorded?.(event);
    return { outcome: next.result(event) };
  });
}

/**
 * Reads an agent as {@link changeAgent} does. `stale` when the stop records were read before a stop that the head
 * already carries: a batch read is not a snapshot.
 */
export async function readAgent(
  deps: Pick<ChangeDeps, 'store' | 'clock'>,
  agentId: string,
  extraRefs: readonly EntityRef[],
): Promise<AgentSnapshot | 'stale'> {
  const refs: readonly EntityRef[] = [
    { entity: 'agentHead', agentId },
    { entity: 'agent', agentId },
    { entity: 'stopAll' },
    { entity: 'agentStop', agentId },
    ...extraRefs,
  ];
  const [head, registration, stopAll, agentStop, ...items] = await deps.store.read(refs);
  const snapshot: AgentSnapshot = {
    nowMs: deps.clock.nowMs(),
    head: head === undefined ? newAgentHead(agentId) : decodeAgentHead(head),
    registration,
    stopAll: decodeStopAll(stopAll),
    agentStop: decodeAgentStop(agentStop),
    items,
  };
  return isStale(snapshot) ? 'stale' : snapshot;
}

/** Runs one attempt after another until one has an outcome, within {@link MAX_ATTEMPTS}. */
export async function attempt<Outcome>(
  deps: Pick<ChangeDeps, 'entropy' | 'pause'>,
  once: () => Promise<{ readonly outcome: Outcome } | 'again' | 'at once'>,
): Promise<Result<Outcome, Contention>> {
  let fault: StorageFault | undefined;
  let isPaused = false;
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
    if (isPaused) await deps.pause.forMs(backOffMs(attempts, deps.entropy.jitter()));
    isPaused = true;
    try {
      const result = await once();
      fault = undefined;
      if (typeof result === 'object') return ok(result.outcome);
      isPaused = result === 'again';
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      fault = error;
    }
  }
  if (fault !== undefined) throw fault;
  return refused({ code: 'contention', attempts: MAX_ATTEMPTS });
}

/** Full-jitter exponential back-off, milliseconds. */
function backOffMs(attempts: number, jitter: number): number {
  return jitter * Math.min(MAX_BACK_OFF_MS, BASE_BACK_OFF_MS * 2 ** attempts);
}

function isStale({ head, stopAll, agentStop }: AgentSnapshot): boolean {
  return head.stopAllVersion > stopAll.version || head.agentStopVersion > agentStop.version;
}

function headWrite(
  agentId: string,
  { head, stopAll, agentStop }: AgentSnapshot,
  event: ChainedEvent,
  patch: HeadPatch,
): Write {
  const next: AgentHead = {
    ...head,
    ...patch,
    version: head.version + 1,
    // A head that is first written after a stop carries it too, or a reader of older stop records would not notice.
    stopAllVersion: stopAll.version,
    agentStopVersion: agentStop.version,
    chain: { nextSeq: event.seq + 1, prevHash: event.hash, lastTimeMs: event.timeMs },
  };
  const when: Condition[] =
    head.version === 0 ? [{ if: 'absent' }] : [{ if: 'equals', attribute: 'version', value: head.version }];
  return { op: 'put', ref: { entity: 'agentHead', agentId }, item: encodeAgentHead(next), when };
}

/** A head that is not stored yet can't have been stamped by a stop, so its first commit checks the stops themselves. */
function stopChecks(agentId: string, { head, stopAll, agentStop }: AgentSnapshot): Write[] {
  if (head.version !== 0) return [];
  return [
    { op: 'check', ref: { entity: 'stopAll' }, when: unchanged(stopAll.version) },
    { op: 'check', ref: { entity: 'agentStop', agentId }, when: unchanged(agentStop.version) },
  ];
}

function unchanged(version: number): Condition[] {
  return version === 0 ? [{ if: 'absent' }] : [{ if: 'equals', attribute: 'version', value: version }];
}
