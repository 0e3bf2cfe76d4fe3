import type { CredentialIssuers } from '../authority/credential.ts';
import type { PriceTable } from '../budget/prices.ts';
import type { Pseudonymizer } from '../ports.ts';
import type { DetailsSealer } from '../records/ports.ts';
import type { ChangeDeps } from '../state/change-agent.ts';
import type { CompiledBundle } from './bundle.ts';
import type { BundleShelf } from './bundle-shelf.ts';

/** Limits an operator sets. */
export interface GateSettings {
  /** How long a hold lives without an outcome, seconds. */
  readonly reservationTtlSeconds: number;
  /** How long people have to answer, seconds. */
  readonly approvalTimeoutSeconds: number;
}

/** What the gate needs from outside. */
export interface GateDeps extends ChangeDeps {
  readonly pseudonyms: Pseudonymizer;
  readonly bundles: BundleShelf;
  readonly prices: PriceTable;
  readonly credentialIssuers: CredentialIssuers;
  readonly settings: GateSettings;
  /** Encrypts what a decision was about, to be kept beside its event. Absent: nothing is kept. */
  readonly details?: DetailsSealer;
  /**
   * Which unit an agent belonged to when last read, so that its budget can be asked for in the same read. Only ever a
   * guess: a wrong one is found out by the registration read beside it, and read again.
   */
  readonly unitHints: Map<string, string>;
}

/** The gate's ports for one attempt, with the bundle that this attempt decides by. */
export interface AttemptDeps extends GateDeps {
  readonly bundle: CompiledBundle;
}
