import type { JsonObject } from '../json.ts';
import type { CompiledBundle } from './bundle.ts';
import type { DecisionRequest } from './decision.ts';
import type { Explanation, NearMiss } from './explain.ts';
import { explain } from './explain.ts';

const MAX_FACTS = 8;

/**
 * What an agent is told of why it was not allowed: which single facts would ease the verdict and in which direction,
 * and what approvals would make of it. No value, no threshold, and no fact that the catalogue keeps confidential: of
 * those only how many were withheld.
 */
export function replyExplanation(request: DecisionRequest, bundle: CompiledBundle): JsonObject {
  const explanation = explain(request, bundle);
  const confidential = bundle.catalogue.get(request.actionType)?.confidentialFacts ?? [];
  const isConfidential = (fact: string) => confidential.some((path) => fact === path || fact.startsWith(`${path}.`));
  const changes = easingChanges(explanation);
  const shown = changes.filter(({ fact }) => !isConfidential(fact));
  const withheldCount = changes.length - Math.min(shown.length, MAX_FACTS);
  return {
    oneFactAway: shown.slice(0, MAX_FACTS).map((change) => ({ ...change })),
    ...(withheldCount > 0 && { withheldCount }),
    approvals: explanation.approvals.map(({ approvals, managers, verdict }) => ({ approvals, managers, verdict })),
  };
}

/** The changes that would ease the verdict: what else would tighten it helps nobody who was refused. */
function easingChanges({ oneFactAway, verdict: now }: Explanation) {
  const changes = new Map<string, Pick<NearMiss, 'fact' | 'direction' | 'verdict'>>();
  for (const { fact, direction, verdict } of oneFactAway) {
    if (EASE[verdict] > EASE[now]) changes.set(`${fact} ${direction} ${verdict}`, { fact, direction, verdict });
  }
  return [...changes.values()];
}

const EASE = { deny: 0, require_approval: 1, allow: 2 } as const;
