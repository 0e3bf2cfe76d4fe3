import type { JsonObject } from '../json.ts';
import type { CompiledBundle } from './bundle.ts';
import { projectContext } from './cedar/generate-facts.ts';
import type { DecisionContext } from './facts/context.ts';
import { contextToJson } from './facts/context.ts';
import type { ContextInput } from './facts.ts';
import { buildContext } from './facts.ts';

/**
 * The facts of one decision, and those of them that a bundle declares. A bundle that was released before this gate was
 * deployed knows fewer facts than the gate computes and still decides; one that needs more denies everything.
 */
export function contextFor(
  bundle: CompiledBundle,
  input: ContextInput,
): { readonly facts: DecisionContext; readonly context: JsonObject } {
  const facts = buildContext(input);
  const all = contextToJson(facts);
  return { facts, context: bundle.facts.fits(all) ? all : projectContext(all, bundle.facts.shape) };
}
