import type { ActiveBundle } from '../risk/stops.ts';
import { StorageFault } from '../state/entities.ts';
import type { CompiledBundle } from './bundle.ts';
import { loadBundle } from './bundle.ts';

/** Where published bundles are. */
export interface BundleSource {
  /**
   * The bytes published under a hash; undefined when there are none, or none that may be read.
   *
   * @throws {StorageFault} when the store could not answer
   */
  read(hash: string): Promise<Uint8Array | undefined>;
}

/** Where nothing is published: only the deployed bundle can decide. */
export const NOTHING_PUBLISHED: BundleSource = { read: async () => undefined };

/** Bundles kept at once: the deployed one is kept besides. */
const KEPT = 3;

/**
 * The bundles one execution environment can decide with: the one deployed with the function, which is in force until
 * another is activated, and those fetched since. What is in force is said by the stop record of each decision and never
 * remembered: `guess` only saves a read.
 */
export class BundleShelf {
  readonly deployed: CompiledBundle;
  readonly #source: BundleSource;
  readonly #fetched = new Map<string, CompiledBundle>();
  #guess: CompiledBundle;

  constructor(deployed: CompiledBundle, source: BundleSource) {
    this.deployed = deployed;
    this.#source = source;
    this.#guess = deployed;
  }

  /** The bundle that was in force when last asked. */
  guess(): CompiledBundle {
    return this.#guess;
  }

  /** The bundle that `named` puts in force, or undefined while it has to be loaded. Never another one. */
  inForce(named: ActiveBundle | undefined): CompiledBundle | undefined {
    const found = named === undefined ? this.deployed : this.#find(named);
    if (found !== undefined) this.#guess = found;
    return found;
  }

  /**
   * Fetches and verifies the named bundle.
   *
   * @throws {StorageFault} when it cannot be had, is not the bundle of that hash, or is another release than was named
   */
  async load(named: ActiveBundle): Promise<void> {
    if (this.#find(named) !== undefined) return;
    const bundle = await this.#fetch(named.hash);
    if (bundle.release.sequence !== named.sequence) throw new StorageFault(unusable(named.hash));
    const [oldest] = this.#fetched.keys();
    if (this.#fetched.size >= KEPT && oldest !== undefined) this.#fetched.delete(oldest);
    this.#fetched.set(named.hash, bundle);
  }

  /**
   * The bundle that `named` puts in force, fetched where that is needed.
   *
   * @throws {StorageFault} as {@link load}
   */
  async fetched(named: ActiveBundle | undefined): Promise<CompiledBundle> {
    if (named !== undefined) await this.load(named);
    const bundle = this.inForce(named);
    if (bundle === undefined) throw new StorageFault(unusable(named?.hash ?? ''));
    return bundle;
  }

  #find({ hash, sequence }: ActiveBundle): CompiledBundle | undefined {
    const found = hash === this.deployed.hash ? this.deployed : this.#fetched.get(hash);
    return found?.release.sequence === sequence ? found : undefined;
  }

  async #fetch(hash: string): Promise<CompiledBundle> {
    const bytes = await this.#source.read(hash);
    if (bytes === undefined) throw new StorageFault(unusable(hash));
    try {
      return loadBundle(bytes, hash);
    } catch (error) {
      throw new StorageFault(unusable(hash), { cause: error });
    }
  }
}

function unusable(hash: string): string {
  return `the policy bundle in force, \`${hash}\`, could not be loaded`;
}
