import type { JsonObject } from '../../json.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { provedInvariants } from './check-proof.ts';

/** How the invariants that two bundles were proved to hold differ, by id. */
export interface PromiseChanges {
  /** Promised by the older alone: nothing proves them once the newer is in force. */
  readonly dropped: readonly string[];
  readonly added: readonly string[];
  /** Promised by both under one id, with another meaning or another text. */
  readonly changed: readonly string[];
}

/**
 * Compares what two bundles promise. A bundle without a proof promises nothing.
 *
 * @throws {JsonFormatError} when a proof is malformed
 */
export function comparePromises(older: JsonObject, newer: JsonObject): PromiseChanges {
  const [before, after] = [promisesOf(older), promisesOf(newer)];
  const shared = [...before.keys()].filter((id) => after.has(id));
  return {
    dropped: [...before.keys()].filter((id) => !after.has(id)),
    added: [...after.keys()].filter((id) => !before.has(id)),
    changed: shared.filter((id) => before.get(id) !== after.get(id)),
  };
}

function promisesOf(bundle: JsonObject): ReadonlyMap<string, string> {
  if (bundle['proof'] === undefined) return new Map();
  return new Map(
    provedInvariants(bundle).map((invariant) => [invariant.id, canonicalJson(JSON.parse(JSON.stringify(invariant)))]),
  );
}
