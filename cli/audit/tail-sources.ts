import type { LedgerReader } from '../../core/ledger/archive-ports.ts';
import { chainFolder, parseSegmentKey } from '../../core/ledger/segment-key.ts';
import { splitLines } from '../../core/ledger/split-lines.ts';
import type { ArchiveSource } from '../../core/ledger/verify.ts';

/** Gives the bytes of events that are new since the last call, each chain's in order. */
export type PollEvents = () => AsyncIterable<Uint8Array>;

/** New events of an archive: objects are written once, so a key seen is a key read. */
export function archiveTail(source: ArchiveSource, chains: readonly string[]): PollEvents {
  const seen = new Set<string>();
  const folders = new Set(chains.map(chainFolder));
  return async function* poll() {
    const fresh: string[] = [];
    for await (const key of source.listKeys()) {
      const name = parseSegmentKey(key);
      if (name === undefined || seen.has(key) || (folders.size > 0 && !folders.has(name.folder))) continue;
      seen.add(key);
      fresh.push(key);
    }
    // By date, then chain, then number: the order of the key's parts.
    for (const key of fresh.sort()) for await (const line of splitLines(source.read(key))) yield line.bytes;
  };
}

const PAGE_ROWS = 100;

/** New events of the ledger table, one query per chain and page. */
export function ledgerTail(ledger: LedgerReader, chains: readonly string[]): PollEvents {
  const nextSeqs = new Map(chains.map((chain) => [chain, 0]));
  return async function* poll() {
    for (const chain of chains) {
      let rowCount = 0;
      do {
        const rows = await ledger.readRows(chain, nextSeqs.get(chain) ?? 0, PAGE_ROWS);
        for (const row of rows) {
          nextSeqs.set(chain, row.seq + 1);
          yield row.bytes;
        }
        rowCount = rows.length;
      } while (rowCount === PAGE_ROWS);
    }
  };
}
