import type { LedgerReader } from '../ledger/archive-ports.ts';
import type { SequencedRanges } from '../ledger/log/ports.ts';
import type { DeployedKey, KeyPurpose } from '../records/record-key-change.ts';
import type { AgentDirectory } from '../risk/agent-directory.ts';
import type { ChangeDeps } from '../state/change-agent.ts';
import type { TimeWindow } from './facts.ts';
import type { HeldAction } from './match-actions.ts';
import type { MacCall } from './match-macs.ts';

/** AWS's own record of the MACs that KMS made with the envelope keys: what the product itself cannot write. */
export interface MacCallSource {
  /** Every call of the window that made a MAC. Throws when the record could not be read whole. */
  macCalls(window: TimeWindow): Promise<readonly MacCall[]>;
}

/** An agent's actions whose status says that they were allowed, whatever their age. */
export interface HeldActions {
  heldActions(agentId: string): Promise<readonly HeldAction[]>;
}

/** Chains that have archived events on a UTC date: finds those of agents that nobody registered. */
export interface ArchivedChains {
  /** @param date `yyyy-mm-dd` */
  chainsOn(date: string): Promise<readonly string[]>;
}

/** Signs a result. Ed25519; only the reconciler's role may. */
export interface ResultSigner {
  /** 32 bytes. */
  publicKey(): Promise<Uint8Array>;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** What a reconciliation needs from outside. */
export interface ReconcileDeps extends ChangeDeps {
  readonly directory: AgentDirectory;
  readonly archived: ArchivedChains;
  readonly ledger: LedgerReader;
  readonly actions: HeldActions;
  readonly macs: MacCallSource;
  readonly signer: ResultSigner;
  /** The log's progress and how long a row may wait for it, milliseconds; absent where there is no log. */
  readonly log?: { readonly ranges: SequencedRanges; readonly mergeDelayMs: number };
  /** The keys of every purpose, as the deployment itself says. */
  readonly keys: { readonly [purpose in KeyPurpose]: readonly DeployedKey[] };
  /** How late AWS's record of a call may come, milliseconds: younger events wait for the next run. */
  readonly delayMs: number;
}
