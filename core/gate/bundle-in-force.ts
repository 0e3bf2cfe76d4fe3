import type { AgentPlan, AgentSnapshot } from '../state/change-agent.ts';
import type { CompiledBundle } from './bundle.ts';
import type { AttemptDeps, GateDeps } from './gate-deps.ts';

/**
 * Plans with the bundle that the snapshot's stop record puts in force. When that is not the one by which the read was
 * chosen, state is read again; one that is not at hand is fetched before. A bundle that cannot be had is a storage
 * fault: nothing is decided, and never by another bundle.
 */
export function planInForce<Outcome>(
  deps: GateDeps,
  chosen: CompiledBundle,
  { stopAll }: AgentSnapshot,
  plan: (deps: AttemptDeps) => AgentPlan<Outcome>,
): AgentPlan<Outcome> {
  const named = stopAll.activeBundle;
  const bundle = deps.bundles.inForce(named);
  if (bundle !== undefined) return bundle === chosen ? plan({ ...deps, bundle }) : { reread: true };
  // Only a named bundle can be missing; the deployed one is always at hand.
  return named === undefined ? { reread: true } : { reread: true, after: () => deps.bundles.load(named) };
}
