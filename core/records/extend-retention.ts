import type { Result } from '../result.ts';
import type { Contention } from '../state/change-agent.ts';
import type { ActDeps, ActProblem, CarriedOut } from './governed-act.ts';
import { carryOut } from './governed-act.ts';
import type { RetentionDays } from './record-classes.ts';
import type { ExtendableClass } from './retention-in-force.ts';
import { daysInForce, decodeRetention, RETENTION, retentionWrite } from './retention-in-force.ts';

/** The action type that people approve before a class of records is kept longer. */
export const EXTEND_RETENTION_TYPE = 'records.retention.extend';

/** What lengthening a period needs from outside. */
export interface ExtendDeps extends ActDeps {
  readonly configured: RetentionDays;
}

/** Which class is to be kept how long. */
export interface ExtendRequest {
  readonly agentId: string;
  readonly actionId: string;
  readonly recordClass: ExtendableClass;
  /** At most 36,500. */
  readonly days: number;
  readonly reason: string;
}

/** Why a period was not changed: it would not be longer than the one in force. Recorded; uses the approval up. */
export interface ExtendProblem {
  readonly code: 'retention_not_longer';
  /** The period in force, days. */
  readonly days: number;
}

/** The resource that a period is. */
export function retentionResource(recordClass: string): string {
  return `retention/${recordClass}`;
}

/**
 * Lengthens the period of a class for a redeemed action of the caller's own. Objects written from then on are locked for
 * it, and details may not be erased before it is over; no act and no configuration shortens it again.
 *
 * @throws {StorageFault} when the store kept failing: the period may be longer, but that is not acknowledged
 */
export async function extendRetention(
  deps: ExtendDeps,
  { agentId, actionId, recordClass, days, reason }: ExtendRequest,
): Promise<Result<CarriedOut, ActProblem | ExtendProblem | Contention>> {
  const params = { recordClass, days, reason };
  const act = { agentId, actionId, type: EXTEND_RETENTION_TYPE, resource: retentionResource(recordClass), params };
  return carryOut<ExtendProblem>(deps, act, [RETENTION], ([item]) => {
    const before = decodeRetention(item);
    const current = daysInForce(deps.configured, before, recordClass);
    if (days <= current) return { refuse: { code: 'retention_not_longer', days: current } };
    return {
      type: 'control.retention_extended',
      data: { ...params, before: current },
      writes: [retentionWrite(before, { ...before.days, [recordClass]: days })],
    };
  });
}
