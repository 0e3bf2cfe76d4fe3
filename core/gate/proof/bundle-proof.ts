import type { JsonObject } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { sha256Hex } from '../../ledger/hash.ts';
import type { Invariant } from './invariant.ts';
import type { ProofReport } from './prove.ts';

/** What a bundle says was shown about it before it was deployed. */
export interface BundleProof {
  /** SHA-256 over the rest of the bundle, the invariants and the cases: a proof fits one content alone. */
  readonly proofHash: string;
  readonly invariants: readonly ProvedInvariant[];
  /** The combinations of facts looked at, all invariants together. */
  readonly cases: number;
}

/** An invariant that holds, and how many combinations of facts show it. */
export interface ProvedInvariant extends Invariant {
  readonly cases: number;
}

/**
 * The proof that goes into a bundle.
 *
 * @param source the bundle as built or as read; a proof it already has does not count
 * @throws {RangeError} when an invariant does not hold
 */
export function bundleProof(source: object, report: ProofReport): BundleProof {
  if (!report.ok) throw new RangeError('expected a report without witnesses');
  const { proof: _earlier, ...content } = asJson(source);
  const invariants = report.results.map(({ invariant, cases }) => ({ ...invariant, cases }));
  const statement = { content: sha256Hex(canonicalJson(content)), invariants, cases: report.cases };
  return { proofHash: sha256Hex(canonicalJson(asJson(statement))), invariants, cases: report.cases };
}

/**
 * True when a bundle's bytes hold a proof that was made for exactly the rest of them. It says which invariants were
 * shown when the bundle was built; it does not show them again.
 */
export function hasFittingProof(bundle: JsonObject): boolean {
  const { proof, ...content } = bundle;
  if (!isJsonObject(proof)) return false;
  const { proofHash, invariants, cases } = proof;
  if (!Array.isArray(invariants) || invariants.length === 0 || cases === undefined) return false;
  return proofHash === sha256Hex(canonicalJson({ content: sha256Hex(canonicalJson(content)), invariants, cases }));
}

/** What a bundle holds are plain JSON values; serialising proves it. */
function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}
