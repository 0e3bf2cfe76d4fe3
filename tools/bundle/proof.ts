import type { PolicyBundle } from '../../core/gate/bundle.ts';
import { compileBundle } from '../../core/gate/bundle.ts';
import type { BundleProof } from '../../core/gate/proof/bundle-proof.ts';
import { bundleProof } from '../../core/gate/proof/bundle-proof.ts';
import type { ParsedInvariant, Witness } from '../../core/gate/proof/invariant.ts';
import { proveBundle } from '../../core/gate/proof/prove.ts';
import { UnprovableRule } from '../../core/gate/proof/translate.ts';
import { BundleBuildError } from './error.ts';

/**
 * Proves the invariants of a bundle that is being built.
 *
 * @throws {BundleBuildError} naming the first invariant that does not hold, with facts that show it
 */
export function proofOf(bundle: PolicyBundle, invariants: readonly ParsedInvariant[]): BundleProof {
  try {
    const report = proveBundle(compileBundle(bundle), invariants);
    const broken = report.results.find(({ witnesses }) => witnesses.length > 0);
    const [witness] = broken?.witnesses ?? [];
    if (witness !== undefined) throw new BundleBuildError('invariants.json', witness.invariant, witnessText(witness));
    return bundleProof(bundle, report);
  } catch (error) {
    if (error instanceof UnprovableRule) throw new BundleBuildError('rules', undefined, error.message);
    throw error;
  }
}

/** One line that says where an invariant fails. */
export function witnessText({ actionType, facts, verdict, rules, problem }: Witness): string {
  const given = Object.entries(facts).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
  return `${problem} Fails for \`${actionType}\` with ${given.join(', ') || 'any facts'}: ${verdict} (${rules.join(', ') || 'no rule'})`;
}
