import { describe, expect, it } from 'vitest';
import type { PolicyBundle } from '../../../../core/gate/bundle.ts';
import { compileBundle } from '../../../../core/gate/bundle.ts';
import type { BundleProof } from '../../../../core/gate/proof/bundle-proof.ts';
import { bundleProof } from '../../../../core/gate/proof/bundle-proof.ts';
import { isProved } from '../../../../core/gate/proof/check-proof.ts';
import { proveBundle } from '../../../../core/gate/proof/prove.ts';
import type { JsonObject } from '../../../../core/json.ts';
import { buildBundle, POLICIES_DIRECTORY } from '../../../../tools/build-bundle.ts';
import { without } from '../../../policies/mutants.ts';

const built = buildBundle(`${POLICIES_DIRECTORY}/starter`);
const proof = provedBy(built);

function provedBy(bundle: PolicyBundle): BundleProof {
  if (bundle.proof === undefined) throw new Error('expected a proof');
  return bundle.proof;
}

function check(bundle: PolicyBundle): boolean {
  return isProved(JSON.parse(JSON.stringify(bundle)), compileBundle(bundle));
}

describe('a carried proof', () => {
  it('is accepted when proving again gives it', () => {
    expect(check(built)).toBe(true);
  });

  it('is missed when there is none', () => {
    const { proof: _none, ...bare } = built;

    expect(check(bare)).toBe(false);
    expect(check({ ...built, proof: { ...proof, invariants: [] } })).toBe(false);
  });

  it('is refused for other rules, also with a hash that fits them', () => {
    const weak = without(built, 'CS-DUAL-T3-001');
    const { ok, results, cases, states } = proveBundle(compileBundle(weak), proof.invariants);
    const forged = bundleProof(weak, { ok: true, results, cases, states });

    expect(ok).toBe(false);
    expect(check(weak)).toBe(false);
    expect(check({ ...weak, proof: forged })).toBe(false);
  });

  it('is refused when it claims other cases', () => {
    const invariants = proof.invariants.map((invariant) => ({ ...invariant, cases: invariant.cases + 1 }));

    expect(check({ ...built, proof: { ...proof, invariants } })).toBe(false);
    expect(check({ ...built, proof: { ...proof, cases: proof.cases + 1 } })).toBe(false);
  });

  it.each([
    ['no condition', { checker: 'never-allow' }],
    ['an unknown checker', { checker: 'hope' }],
    ['a stray member', { checker: 'total', note: 'x' }],
  ])('is refused when an invariant has %s', (_what, more) => {
    const invariants = [{ id: 'INV-A', text: 'A.', cases: 1, ...more }];
    const bundle: JsonObject = JSON.parse(JSON.stringify({ ...built, proof: { ...proof, invariants } }));

    expect(() => isProved(bundle, compileBundle(built))).toThrow(/bundle\.proof\.invariants\[0\]/);
  });
});
