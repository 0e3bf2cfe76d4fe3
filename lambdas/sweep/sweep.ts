import type { OpenRequestIndex } from '../../core/approval/open-index.ts';
import type { ApprovalRequest } from '../../core/approval/request.ts';
import { reportDecidedSlots } from '../../core/approval/slot-reports.ts';
import { hasLapsedHolds, releaseLapsedHolds } from '../../core/budget/release-lapsed-holds.ts';
import type { ApprovalWorkflow } from '../../core/ports.ts';
import { readMany } from '../../core/risk/agent-directory.ts';
import { finishStops } from '../../core/risk/finish-stops.ts';
import type { StampDeps } from '../../core/risk/stamp.ts';
import type { AgentHead } from '../../core/state/agent-head.ts';
import { decodeAgentHead } from '../../core/state/agent-head.ts';
import type { StoredItem } from '../../core/state/entities.ts';

/** What a sweep needs from outside. */
export interface SweepDeps extends StampDeps {
  readonly workflow: ApprovalWorkflow;
  readonly openRequests: OpenRequestIndex;
  /** Ends a request that outlived its workflow, which would count as pending for good. */
  readonly closer: { closeTimedOut(request: Pick<ApprovalRequest, 'actionId' | 'agentId'>): Promise<void> };
  readonly pendingActions: {
    pendingActionIds(agentId: string, createdBeforeMs: number): Promise<readonly string[]>;
  };
}

/** What a sweep did. */
export interface Swept {
  readonly agents: number;
  /** Holds given back. */
  readonly released: number;
  /** Heads that a stop had not reached. */
  readonly stamped: number;
  /** Open approval requests whose answers were reported again, or that were closed long after their time. */
  readonly reported: number;
  /** Approval workflows started again. */
  readonly restarted: number;
}

/** An action without a request this long after it was decided was never handed to the workflow, milliseconds. */
const START_GRACE_MS = 60_000;
/** A request still open this long after its time has no workflow that will close it, milliseconds. */
const CLOSE_GRACE_MS = 10 * 60_000;
/** Open requests looked at in one sweep, oldest first. */
const MAX_OPEN_REQUESTS = 500;

/** One sweep under way. */
interface Round {
  readonly deps: SweepDeps;
  readonly agentIds: readonly string[];
  /** In the order of `agentIds`. */
  readonly heads: readonly (AgentHead | undefined)[];
  /** Runs one part; what goes wrong in it is kept for the end. */
  readonly attempt: <Value>(run: () => Promise<Value>, otherwise: Value) => Promise<Value>;
}

/**
 * Finishes what crashes left half-done: stops not on every head, lapsed holds, answers not reported, workflows not
 * started. Each part runs whatever becomes of the others; every step may be repeated.
 *
 * @throws {AggregateError} after all parts have run, when any of them failed
 */
export async function sweep(deps: SweepDeps): Promise<Swept> {
  const faults: unknown[] = [];
  const attempt: Round['attempt'] = async (run, otherwise) => {
    try {
      return await run();
    } catch (error) {
      faults.push(error);
      return otherwise;
    }
  };
  const agentIds = await deps.directory.agentIds();
  const stamped = await attempt(() => stampStops(deps, agentIds), 0);
  const items = await readMany(deps.store, agentIds, (agentId) => ({ entity: 'agentHead', agentId }));
  const round: Round = { deps, agentIds, heads: readHeads(items, faults), attempt };
  const released = await releaseHolds(round);
  const open = await attempt(() => deps.openRequests.open(MAX_OPEN_REQUESTS), undefined);
  const reported = open === undefined ? 0 : await reportAnswers(round, open);
  const restarted = open === undefined ? 0 : await startMissing(round, open);
  if (faults.length > 0) throw new AggregateError(faults, `expected a whole sweep, got ${faults.length} faults`);
  return { agents: agentIds.length, released, stamped, reported, restarted };
}

async function stampStops(deps: SweepDeps, agentIds: readonly string[]): Promise<number> {
  const { stamped, unfinished, unreadable } = await finishStops(deps, agentIds);
  if (unfinished + unreadable > 0) {
    throw new Error(`expected every stop to be readable and stamped, got ${unfinished} unfinished, ${unreadable} not`);
  }
  return stamped;
}

async function releaseHolds({ deps, agentIds, heads, attempt }: Round): Promise<number> {
  let count = 0;
  for (const [index, agentId] of agentIds.entries()) {
    const head = heads[index];
    if (head === undefined || !hasLapsedHolds(head, deps.clock.nowMs())) continue;
    count += await attempt(async () => {
      const released = await releaseLapsedHolds(deps, agentId);
      if (!released.ok) throw new Error(`expected to release holds, got ${released.problem.attempts} conflicts`);
      return released.value.length;
    }, 0);
  }
  return count;
}

async function reportAnswers({ deps, attempt }: Round, open: readonly ApprovalRequest[]): Promise<number> {
  let count = 0;
  for (const request of open) {
    count += await attempt(async () => {
      if (request.expiresAtMs + CLOSE_GRACE_MS < deps.clock.nowMs()) await deps.closer.closeTimedOut(request);
      else await reportDecidedSlots(deps, request.actionId);
      return 1;
    }, 0);
  }
  return count;
}

/** Pending actions are counted on the head and open requests are listed; only a difference is worth a long look. */
async function startMissing(round: Round, open: readonly ApprovalRequest[]): Promise<number> {
  let count = 0;
  for (const [index, agentId] of round.agentIds.entries()) {
    const listed = open.filter((request) => request.agentId === agentId).length;
    const pending = round.heads[index]?.pendingApprovals ?? 0;
    if (pending > listed) count += await round.attempt(() => startPending(round.deps, agentId), 0);
  }
  return count;
}

async function startPending(deps: SweepDeps, agentId: string): Promise<number> {
  const actionIds = await deps.pendingActions.pendingActionIds(agentId, deps.clock.nowMs() - START_GRACE_MS);
  let started = 0;
  for (const actionId of actionIds) {
    const [request] = await deps.store.read([{ entity: 'approvalRequest', actionId }]);
    if (request !== undefined) continue;
    await deps.workflow.start({ actionId, agentId });
    started += 1;
  }
  return started;
}

/** One head nobody can read must not keep the others from being swept. */
function readHeads(items: readonly (StoredItem | undefined)[], faults: unknown[]): (AgentHead | undefined)[] {
  return items.map((item) => {
    try {
      return item === undefined ? undefined : decodeAgentHead(item);
    } catch (error) {
      faults.push(error);
      return undefined;
    }
  });
}
