import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { ChangeDeps, Contention } from '../state/change-agent.ts';
import { attempt } from '../state/change-agent.ts';
import type { EntityRef, StoredItem } from '../state/entities.ts';
import type { AgentDirectory } from './agent-directory.ts';
import { readMany } from './agent-directory.ts';

/** Which of a head's stop versions a stop raises. */
export type StampedVersion = 'stopAllVersion' | 'agentStopVersion';

/** What stamping every agent needs from outside. */
export interface StampDeps extends ChangeDeps {
  readonly directory: AgentDirectory;
}

/** Heads stamped at the same time. */
const PARALLEL = 8;
/** Rounds of attempts for one head before the stop is reported as unfinished. */
const ROUNDS = 4;

/**
 * Stamps a stop's version on every existing head of `agentIds`. Each stamp raises the head's version, so a decision
 * that read the head before cannot commit, and one that reads it after knows which stop record it has to have seen.
 * Only when this returns ok may the stop be acknowledged.
 */
export async function stampHeads(
  deps: ChangeDeps,
  agentIds: readonly string[],
  field: StampedVersion,
  version: number,
): Promise<Result<number, Contention>> {
  const heads = await readMany(deps.store, agentIds, headRef);
  const waiting = agentIds.filter((_, index) => needsStamp(heads[index], field, version));
  let stamped = 0;
  let problem: Contention | undefined;
  const work = async () => {
    for (let agentId = waiting.pop(); agentId !== undefined; agentId = waiting.pop()) {
      const outcome = await stampHead(deps, agentId, field, version);
      if (outcome.ok) stamped += 1;
      else problem = outcome.problem;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return problem === undefined ? ok(stamped) : refused(problem);
}

async function stampHead(
  deps: ChangeDeps,
  agentId: string,
  field: StampedVersion,
  version: number,
): Promise<Result<true, Contention>> {
  let last: Result<true, Contention> = refused({ code: 'contention', attempts: 0 });
  for (let round = 0; round < ROUNDS && !last.ok; round += 1) {
    last = await attempt(deps, async () => {
      const [head] = await deps.store.read([headRef(agentId)]);
      if (!needsStamp(head, field, version)) return { outcome: true };
      // `add` needs no agreement with running decisions about the head's version: a busy agent can't delay its stop.
      const { committed } = await deps.store.commit(
        [
          {
            op: 'update',
            ref: headRef(agentId),
            set: { [field]: version },
            add: { version: 1 },
            when: [{ if: 'present' }, { if: 'absentOrAtMost', attribute: field, value: version - 1 }],
          },
        ],
        deps.entropy.ulid(deps.clock.nowMs()),
      );
      return committed ? { outcome: true } : 'again';
    });
  }
  return last;
}

/**
 * A head that does not exist checks the stops itself when it is first written. One whose version cannot be read lets
 * nobody decide, so there is nothing to stop.
 */
function needsStamp(head: StoredItem | undefined, field: StampedVersion, version: number): boolean {
  const carried = head?.[field];
  return (typeof carried === 'number' || typeof carried === 'bigint') && carried < version;
}

function headRef(agentId: string): EntityRef {
  return { entity: 'agentHead', agentId };
}
