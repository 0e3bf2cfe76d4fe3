import type { CommitOutcome, EntityRef, StoredItem, Write } from './state/entities.ts';

/** Time from outside. Core never reads a clock itself. */
export interface Clock {
  /** Epoch milliseconds, UTC. */
  nowMs(): number;
}

/** Randomness from outside. */
export interface Entropy {
  /** A ULID whose time part is `nowMs`. */
  ulid(nowMs: number): string;
  /** `byteCount` random bytes as lower-case hexadecimal. */
  randomHex(byteCount: number): string;
  /** A number in [0, 1), for back-off jitter only. */
  jitter(): number;
}

/** Waiting between attempts; tests pass one that returns at once. */
export interface Pause {
  forMs(durationMs: number): Promise<void>;
}

/**
 * The database. `read` is one strongly consistent batch read, but not a snapshot: items may be read at slightly
 * different moments, so callers compare versions that travel together. `commit` is one all-or-nothing transaction;
 * repeating it with the same `token` within ten minutes has no further effect.
 *
 * @throws {StorageFault} when the store could not answer; after `commit` the write may have taken effect
 */
export interface StateStore {
  /** Items in the order of `refs`, at most 100; `undefined` where there is none. */
  read(refs: readonly EntityRef[]): Promise<readonly (StoredItem | undefined)[]>;
  commit(writes: readonly Write[], token: string): Promise<CommitOutcome>;
}

/** Keyed pseudonyms for people and for resources that name people. The key never reaches the ledger. */
export interface Pseudonymizer {
  /** `p<keyVersion>_<32 hex digits>`, stable per key version and `kind`. */
  pseudonym(kind: 'person' | 'resource' | 'session', value: string): string;
}

/** An envelope's MAC and the id of the request that made it, by which AWS's own record of calls names it. */
export interface EnvelopeMac {
  readonly mac: Uint8Array;
  readonly requestId: string;
}

/** A message authentication code over an envelope's exact bytes; only the sealer's role may make one. */
export interface EnvelopeSealer {
  mac(bytes: Uint8Array): Promise<EnvelopeMac>;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** Checks an envelope's MAC; cannot make one. */
export interface EnvelopeVerifier {
  verifyMac(bytes: Uint8Array, mac: Uint8Array): Promise<boolean>;
}

/** The approval workflow. */
export interface ApprovalWorkflow {
  /** Starts the execution named after the action; starting it again has no effect. */
  start(input: { readonly actionId: string; readonly agentId: string }): Promise<void>;
  /** Reports a slot's outcome to the waiting task. A task that no longer waits counts as reported. */
  complete(taskToken: string): Promise<void>;
  fail(taskToken: string, error: 'Refused' | 'Cancelled', cause: string): Promise<void>;
}
