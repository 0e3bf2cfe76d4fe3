import type { ConditionContext } from '../contract.ts';

/** Values of condition keys for one request, by lower-cased key. A key that is not there has no value. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** Merges contexts, later ones over earlier ones; keys become lower case, an empty list counts as no value. */
export function mergeContexts(...contexts: readonly (ConditionContext | undefined)[]): RequestContext {
  const merged = new Map<string, readonly string[]>();
  for (const context of contexts) {
    for (const [key, value] of Object.entries(context ?? {})) {
      const values = typeof value === 'object' ? value : [String(value)];
      if (values.length > 0) {
        merged.set(key.toLowerCase(), values);
      } else {
        merged.delete(key.toLowerCase());
      }
    }
  }
  return merged;
}
