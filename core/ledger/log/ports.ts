import type { Clock, StateStore } from '../../ports.ts';
import type { LedgerReader } from '../archive-ports.ts';
import type { LedgerRow } from '../ledger-row.ts';
import type { SequencedRange } from './sequence-state.ts';

/** The log's objects. Their owner is not trusted: what is read is compared with the lock before it is used. */
export interface LogObjects {
  /** @throws {StorageFault} when the store could not answer */
  read(key: string): Promise<Uint8Array | undefined>;
  /**
   * Creates a write-once object under retention, durable on return. `exists` when the key holds one: nothing was
   * written. After an exception the object may or may not have been written.
   */
  createLocked(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** Writes an object that may be replaced or deleted later: the checkpoint and partial tiles. */
  put(key: string, bytes: Uint8Array): Promise<void>;
}

/** The log's Ed25519 key (RFC 8032: deterministic, so that signing again after a crash gives the same bytes). */
export interface LogSigner {
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Signs at most 4,096 bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/**
 * The hashes that show the tree of `size` leaves to be the beginning of the checkpoint's tree.
 *
 * @throws {RangeError} when `size` is larger than the checkpoint's
 */
export type ProofFrom = (size: number) => Promise<readonly Uint8Array[]>;

/** Witnesses that cosign a checkpoint once they have checked that it extends the one they cosigned last. */
export interface Witnesses {
  /**
   * Signature lines to add to the note.
   *
   * @param oldSize size the witnesses are expected to know; one that knows another size is given a proof from there
   * @throws {StorageFault} when too few witnesses cosigned: nothing is published then
   */
  cosign(oldSize: number, proofFrom: ProofFrom, note: Uint8Array): Promise<readonly string[]>;
}

/** A trusted timestamp over a checkpoint note's bytes (RFC 3161). */
export interface TimeStamper {
  /** Undefined when there is none to be had now: a log goes on without, and a later head's covers this one. */
  stamp(noteBytes: Uint8Array): Promise<Uint8Array | undefined>;
}

/** What is sequenced of each chain. */
export interface SequencedRanges {
  /** The chain's last range, strongly consistent; undefined when nothing of it is in the log. */
  lastRange(chain: string): Promise<SequencedRange | undefined>;
}

/** A file of the log. Full tiles and bundles never change; the others belong to one tree size. */
export interface LogFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly full: boolean;
}

/** The right edge of a tree: what appending needs of all that is there. Hashes are 32 bytes. */
export interface TreeEdge {
  readonly size: number;
  readonly tails: readonly (readonly Uint8Array[])[];
  readonly entriesTail: readonly Uint8Array[];
}

/** Pure: how entries become a tree's files (C2SP tlog-tiles). */
export interface TreeFormat {
  readonly emptyEdge: TreeEdge;
  /** The entry of a ledger row: the log's leaf data, at most 65,535 bytes. */
  entryOf(row: LedgerRow): Uint8Array;
  appendEntries(
    edge: TreeEdge,
    entries: readonly Uint8Array[],
  ): { readonly edge: TreeEdge; readonly root: Uint8Array; readonly files: readonly LogFile[] };
  edgePaths(size: number): readonly string[];
  /** Undefined when the files are not the edge of a tree of that size. */
  readEdge(size: number, files: ReadonlyMap<string, Uint8Array>): TreeEdge | undefined;
  /** Covers the entries of the edge too: undefined when they do not have the edge's leaf hashes. */
  edgeRoot(edge: TreeEdge): Uint8Array | undefined;
  consistencyProof(
    reader: (path: string) => Promise<Uint8Array | undefined>,
    fromSize: number,
    toSize: number,
  ): Promise<readonly Uint8Array[]>;
}

/** What one of the log's keys makes of a checkpoint body. */
export interface LogSignature {
  readonly publicKey: Uint8Array;
  /** Over the body. */
  readonly signature: Uint8Array;
  /** Over the body with the checkpoint's time. */
  readonly timedSignature: Uint8Array;
}

/** Pure: how a tree head becomes a signed checkpoint (C2SP tlog-checkpoint, tlog-cosignature). */
export interface CheckpointFormat {
  body(size: number, rootHex: string): Uint8Array;
  /** What the log's key signs to state the checkpoint's time. */
  timedMessage(body: Uint8Array, timeSeconds: number): Uint8Array;
  /** The note; undefined when a signature does not verify under its key. */
  note(body: Uint8Array, timeSeconds: number, signed: readonly LogSignature[]): Uint8Array | undefined;
  addLines(note: Uint8Array, lines: readonly string[]): Uint8Array;
  /** A note's tree head; undefined unless one of the log's keys signed it for this origin. */
  open(note: Uint8Array): { readonly size: number; readonly rootHex: string } | undefined;
}

/** A checkpoint that is about to become the newest one, and what was written for it. */
export interface PublishedHead {
  readonly size: number;
  readonly rootHex: string;
  /** Epoch seconds: the time the checkpoint states. */
  readonly timeSeconds: number;
  /** Leaves of the checkpoint before: those from here on are new. */
  readonly previousSize: number;
  /** The note that is kept, with all its signature lines. */
  readonly note: Uint8Array;
  readonly files: readonly LogFile[];
}

/** What sequencing needs from outside. */
export interface SequencerPorts {
  readonly store: StateStore;
  readonly ranges: SequencedRanges;
  readonly ledger: LedgerReader;
  readonly objects: LogObjects;
  /** The keys that sign now: one, or two while the log goes over to another. */
  readonly signers: readonly LogSigner[];
  readonly clock: Clock;
  readonly tree: TreeFormat;
  readonly checkpoints: CheckpointFormat;
  readonly witnesses?: Witnesses;
  readonly stamper?: TimeStamper;
  /** Pure: copies for readers that do not read tiles, written before each checkpoint. They may be replaced. */
  readonly project?: (head: PublishedHead) => readonly LogFile[];
}
