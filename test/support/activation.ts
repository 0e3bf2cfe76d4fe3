import type { ActionRequest } from '../../core/gate/action.ts';
import type { ActivationDeps, ActivationRequest } from '../../core/gate/activate-bundle.ts';
import { BundleShelf } from '../../core/gate/bundle-shelf.ts';
import { isProved } from '../../core/gate/proof/check-proof.ts';
import { redeemAction } from '../../core/gate/redeem.ts';
import { ACTIVATE_TYPE, ACTIVE_POLICY } from '../../core/gate/replaceable.ts';
import type { ActiveBundle } from '../../core/risk/stops.ts';
import { AGENT_ID } from './api-event.ts';
import { givenApproved, sealedEnvelope } from './approved-action.ts';
import type { PublishedBundle } from './bundles.ts';
import { MemoryBundles } from './bundles.ts';
import { actionRequest, type GateFixture, givenGate, testBundle, testPrices } from './gate.ts';

/** A gate whose bundle can be changed. */
export interface ActivationFixture extends GateFixture, Pick<ActivationDeps, 'deployed' | 'directory' | 'prove'> {
  readonly published: MemoryBundles;
}

/** A gate with these bundles published; the deployed one is in force. */
export function givenPublished(...bundles: readonly PublishedBundle[]): ActivationFixture {
  const published = new MemoryBundles(...bundles);
  return {
    ...givenGate(),
    prices: testPrices,
    published,
    prove: isProved,
    bundles: new BundleShelf(testBundle, published),
    deployed: { hash: testBundle.hash, sequence: testBundle.release.sequence },
    directory: { agentIds: async () => [AGENT_ID] },
  };
}

/** Submits the activation of a bundle, has two people approve it, and redeems it. */
export async function givenRedeemed(
  gate: ActivationFixture,
  { hash, sequence }: ActiveBundle,
): Promise<ActivationRequest> {
  const params = { bundleHash: hash, sequence };
  const actionId = await givenRedeemedAct(gate, { type: ACTIVATE_TYPE, resource: ACTIVE_POLICY, params });
  return { agentId: AGENT_ID, actionId, bundle: { hash, sequence } };
}

/** Submits an act of tier T3, has two people approve it, and redeems it. */
export async function givenRedeemedAct(
  gate: GateFixture,
  act: Pick<ActionRequest, 'type' | 'resource' | 'params'>,
): Promise<string> {
  const record = await givenApproved(gate, actionRequest({ sessionId: `act-${gate.clock.nowMs()}`, ...act }));
  const envelopes = [
    sealedEnvelope(gate, record),
    sealedEnvelope(gate, record, { slot: 2, approver: 'p1_boss', manager: true }),
  ];
  const redeemed = await redeemAction(gate, AGENT_ID, record.actionId, envelopes);
  if (!redeemed.ok) throw new Error(`expected a redeemed action, got ${redeemed.problem.code}`);
  return record.actionId;
}
