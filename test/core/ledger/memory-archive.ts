import type { ArchivePorts, ArchiveStore, LedgerReader } from '../../../core/ledger/archive-ports.ts';
import type { LedgerRow } from '../../../core/ledger/ledger-row.ts';
import { StorageFault } from '../../../core/state/entities.ts';
import { MemoryStore } from '../../support/memory-store.ts';

type CreateFault = 'before' | 'after' | 'none';

/** Write-once objects in memory, with faults on demand. */
export class MemoryArchive implements ArchiveStore {
  readonly objects = new Map<string, Uint8Array>();
  readonly faults: CreateFault[] = [];

  async create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const fault = this.faults.shift() ?? 'none';
    if (fault === 'before') throw new StorageFault('create failed before it took effect');
    if (this.objects.has(key)) return 'exists';
    this.objects.set(key, bytes.slice());
    if (fault === 'after') throw new StorageFault('create failed after it took effect');
    return 'created';
  }

  async read(key: string): Promise<Uint8Array> {
    const bytes = this.objects.get(key);
    if (bytes === undefined) throw new StorageFault('no such object');
    return bytes;
  }
}

/** A ledger table in memory. */
export class MemoryLedger implements LedgerReader {
  readonly rows: LedgerRow[];
  reads = 0;

  constructor(rows: readonly LedgerRow[]) {
    this.rows = [...rows];
  }

  async readRows(chain: string, fromSeq: number, limit: number): Promise<readonly LedgerRow[]> {
    this.reads += 1;
    const found = this.rows.filter((row) => row.chain === chain && row.seq >= fromSeq);
    return found.sort((left, right) => left.seq - right.seq).slice(0, limit);
  }
}

export interface MemoryPorts extends ArchivePorts {
  readonly store: MemoryStore;
  readonly ledger: MemoryLedger;
  readonly archive: MemoryArchive;
}

export function memoryPorts(rows: readonly LedgerRow[]): MemoryPorts {
  return { store: new MemoryStore(), ledger: new MemoryLedger(rows), archive: new MemoryArchive() };
}
