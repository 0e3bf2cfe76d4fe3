import type { StateStore } from '../ports.ts';
import type { LedgerRow } from './ledger-row.ts';

/** Reads ledger rows by key. */
export interface LedgerReader {
  /**
   * The rows of `chain` from `fromSeq` on, ascending, at most `limit`, strongly consistent. Rows that do not exist are
   * left out, so callers check for gaps.
   */
  readRows(chain: string, fromSeq: number, limit: number): Promise<readonly LedgerRow[]>;
}

/** Write-once objects. Retention is the bucket's own default or, where people approved it, longer; never the writer's choice. */
export interface ArchiveStore {
  /**
   * Creates an object, durable on return. `exists` when the key already holds one: nothing was written. After an
   * exception the object may or may not have been written.
   */
  create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** @throws when there is no such object */
  read(key: string): Promise<Uint8Array>;
}

/** What archiving needs from outside. */
export interface ArchivePorts {
  readonly store: StateStore;
  readonly ledger: LedgerReader;
  readonly archive: ArchiveStore;
}
