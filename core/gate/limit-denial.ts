import type { CompiledBundle } from './bundle.ts';
import type { Decision } from './decision.ts';

/**
 * The denial of what the rules allowed but the budget cannot hold. Rules name every cap and limit, so this is the
 * second fence, not the first: it stands for limits that a bundle does not name.
 */
export function budgetDenial(bundle: CompiledBundle, decision: Decision): Decision {
  return { ...decision, verdict: 'deny', rules: [bundle.builtin['default-deny']], obligations: [] };
}
