import type { JsonObject } from '../json.ts';
import type { Result } from '../result.ts';
import type { Contention } from '../state/change-agent.ts';
import type { ActDeps, ActProblem, CarriedOut } from './governed-act.ts';
import { carryOut } from './governed-act.ts';
import type { HoldScope } from './hold.ts';
import { decodeHolds, HOLDS, holdsWrite, isInForce, MAX_HOLDS } from './hold.ts';

/** The action types that people approve before a hold is set or released. */
export const SET_HOLD_TYPE = 'records.hold.set';
export const RELEASE_HOLD_TYPE = 'records.hold.release';

/** Which approved act is carried out on which hold. The reason is recorded as given. */
export interface HoldRequest {
  readonly agentId: string;
  readonly actionId: string;
  readonly hold: string;
  readonly reason: string;
}

/** Why a hold was not set or released. All are recorded and use the approval up. */
export interface HoldProblem {
  readonly code: 'hold_exists' | 'too_many_holds' | 'hold_not_in_force';
}

/** The resource that acts on a hold are about. */
export function holdResource(hold: string): string {
  return `hold/${hold}`;
}

/**
 * Sets a legal hold for a redeemed action of the caller's own. From the acknowledgement on no covered key is destroyed
 * and every new object it covers is held from its creation; objects that exist already are held soon after.
 *
 * @throws {StorageFault} when the store kept failing: the hold may stand, but it is not acknowledged
 */
export async function setHold(
  deps: ActDeps,
  { agentId, actionId, hold, reason, ...scope }: HoldRequest & HoldScope,
): Promise<Result<CarriedOut, ActProblem | HoldProblem | Contention>> {
  const params = { hold, reason, ...json(scope) };
  const act = { agentId, actionId, type: SET_HOLD_TYPE, resource: holdResource(hold), params };
  return carryOut<HoldProblem>(deps, act, [HOLDS], ([item], nowMs) => {
    const before = decodeHolds(item);
    if (before.holds.some(({ id }) => id === hold)) return { refuse: { code: 'hold_exists' } };
    if (before.holds.length >= MAX_HOLDS) return { refuse: { code: 'too_many_holds' } };
    const holds = [...before.holds, { id: hold, setAtMs: nowMs, ...scope }];
    return { type: 'control.hold_set', data: params, writes: [holdsWrite(before, holds)] };
  });
}

/**
 * Releases one hold. What another hold covers stays held.
 *
 * @throws {StorageFault} when the store kept failing: the hold may be released, but that is not acknowledged
 */
export async function releaseHold(
  deps: ActDeps,
  { agentId, actionId, hold, reason }: HoldRequest,
): Promise<Result<CarriedOut, ActProblem | HoldProblem | Contention>> {
  const params = { hold, reason };
  const act = { agentId, actionId, type: RELEASE_HOLD_TYPE, resource: holdResource(hold), params };
  return carryOut<HoldProblem>(deps, act, [HOLDS], ([item], nowMs) => {
    const before = decodeHolds(item);
    const isHeld = before.holds.some((each) => each.id === hold && isInForce(each));
    if (!isHeld) return { refuse: { code: 'hold_not_in_force' } };
    const holds = before.holds.map((each) => (each.id === hold ? { ...each, releasedAtMs: nowMs } : each));
    return { type: 'control.hold_released', data: params, writes: [holdsWrite(before, holds)] };
  });
}

function json({ chain, from, to, subject }: HoldScope): JsonObject {
  return {
    ...(chain !== undefined && { chain }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(subject !== undefined && { subject }),
  };
}
