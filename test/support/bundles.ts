import type { BundledRule, PolicyBundle } from '../../core/gate/bundle.ts';
import type { BundleSource } from '../../core/gate/bundle-shelf.ts';
import type { JsonObject } from '../../core/json.ts';
import { canonicalJson } from '../../core/ledger/canonical.ts';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { buildBundle, bundleBytes } from '../../tools/build-bundle.ts';

/** A bundle as it is published. */
export interface PublishedBundle {
  readonly hash: string;
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

const built = buildBundle();

/** The repository's bundle as another release, changed at will. */
export function changedRelease(sequence: number, change: (bundle: PolicyBundle) => PolicyBundle): PublishedBundle {
  return published({ ...change(built), release: { sequence, name: `release ${sequence}` } });
}

/** The repository's bundle as another release, with other texts where a test asks for them. */
export function releaseOf(sequence: number, texts: { readonly [ruleId: string]: string } = {}): PublishedBundle {
  const rules: Record<string, BundledRule> = { ...built.rules };
  for (const [id, text] of Object.entries(texts)) {
    const rule = rules[id];
    if (rule === undefined) throw new Error(`expected a rule \`${id}\``);
    rules[id] = { ...rule, text };
  }
  return changedRelease(sequence, (bundle) => ({ ...bundle, rules }));
}

/** The bytes of a bundle with the proof made to fit, as the builder would. */
function published(bundle: PolicyBundle): PublishedBundle {
  const { proof, ...content } = bundle;
  if (proof === undefined) throw new Error('expected a bundle with a proof');
  const json: JsonObject = JSON.parse(JSON.stringify({ content, invariants: proof.invariants }));
  const statement = {
    content: sha256Hex(canonicalJson(json['content'] ?? null)),
    invariants: json['invariants'] ?? null,
    cases: proof.cases,
  };
  const bytes = bundleBytes({ ...content, proof: { ...proof, proofHash: sha256Hex(canonicalJson(statement)) } });
  return { hash: sha256Hex(bytes), sequence: bundle.release.sequence, bytes };
}

/** Published bundles in memory, counting what is asked for. */
export class MemoryBundles implements BundleSource {
  readonly objects = new Map<string, Uint8Array>();
  reads = 0;

  constructor(...bundles: readonly PublishedBundle[]) {
    for (const { hash, bytes } of bundles) this.objects.set(hash, bytes);
  }

  async read(hash: string): Promise<Uint8Array | undefined> {
    this.reads += 1;
    return this.objects.get(hash);
  }
}
