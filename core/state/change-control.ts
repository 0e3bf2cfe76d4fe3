import { CONTROL_CHAIN } from '../ledger/event.ts';
import type { Result } from '../result.ts';
import type { ChangeDeps, Contention } from './change-agent.ts';
import type { ChainPlan, ChainSnapshot, SharedChain } from './change-chain.ts';
import { changeChain } from './change-chain.ts';
import type { EntityRef } from './entities.ts';

const CONTROL: SharedChain = { name: CONTROL_CHAIN, head: { entity: 'controlHead' } };

/** What a control change starts from. */
export type ControlSnapshot = ChainSnapshot;

/** What to do about a control snapshot. */
export type ControlPlan<Outcome> = ChainPlan<Outcome>;

/**
 * Changes control state and records it on the control chain in one transaction.
 *
 * @throws {StorageFault} when the store kept failing
 */
export async function changeControl<Outcome>(
  deps: ChangeDeps,
  refs: readonly EntityRef[],
  plan: (snapshot: ControlSnapshot) => ControlPlan<Outcome>,
): Promise<Result<Outcome, Contention>> {
  return changeChain(deps, CONTROL, refs, plan);
}
