import type { JsonObject } from '../../json.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { sha256Hex } from '../../ledger/hash.ts';
import type { ParsedInvariant } from './invariant.ts';
import type { ProofReport } from './prove.ts';

/** What a bundle says was shown about it before it was deployed. */
export interface BundleProof {
  /** SHA-256 over the rest of the bundle, the invariants and the cases: a proof fits one content alone. */
  readonly proofHash: string;
  readonly invariants: readonly ProvedInvariant[];
  /** The combinations of facts looked at, all invariants together. */
  readonly cases: number;
}

/** An invariant that holds, with its condition as parsed, and how many combinations of facts show it. */
export interface ProvedInvariant extends ParsedInvariant {
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

/** What a bundle holds are plain JSON values; serialising proves it. */
function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}
