import type { ArchiveProblem } from './archive.ts';
import { archiveChain } from './archive.ts';
import type { ArchivePorts } from './archive-ports.ts';
import type { LedgerRow } from './ledger-row.ts';
import type { SegmentLimits } from './segment.ts';

/** How many chains are archived side by side: few enough that no request waits for a connection. */
const CONCURRENT_CHAINS = 16;

/** One delivered row and the name its stream gave the delivery. */
export interface Delivery {
  readonly itemId: string;
  readonly row: LedgerRow;
}

/** What came of a batch: deliveries to hand back, and why. */
export interface BatchOutcome {
  /** `itemId`s of rows that are not in the archive, in the order of delivery. */
  readonly failedItemIds: readonly string[];
  readonly problems: readonly ArchiveProblem[];
  /** Faults thrown by ports, one per chain at most. */
  readonly faults: readonly { readonly chain: string; readonly error: unknown }[];
}

/**
 * Archives a batch, chain by chain. A chain that cannot be archived does not hold up the others: only its own
 * deliveries that are not in the archive are handed back.
 */
export async function archiveBatch(
  ports: ArchivePorts,
  deliveries: readonly Delivery[],
  limits: SegmentLimits,
): Promise<BatchOutcome> {
  const failed = new Set<string>();
  const problems: ArchiveProblem[] = [];
  const faults: { chain: string; error: unknown }[] = [];
  const archiveOne = async ([chain, own]: [string, readonly Delivery[]]) => {
    let archivedBelow = 0;
    try {
      const rows = own.map((delivery) => delivery.row);
      const result = await archiveChain(ports, chain, rows, limits);
      archivedBelow = result.ok ? result.value.nextSeq : result.problem.seq;
      if (!result.ok) problems.push(result.problem);
    } catch (error) {
      faults.push({ chain, error });
    }
    for (const { itemId, row } of own) if (row.seq >= archivedBelow) failed.add(itemId);
  };
  const chains = byChain(deliveries).entries();
  const archiveSome = async () => {
    for (const chain of chains) await archiveOne(chain);
  };
  await Promise.all(Array.from({ length: CONCURRENT_CHAINS }, archiveSome));
  const failedItemIds = deliveries.map((delivery) => delivery.itemId).filter((itemId) => failed.has(itemId));
  return { failedItemIds, problems, faults };
}

function byChain(deliveries: readonly Delivery[]): ReadonlyMap<string, readonly Delivery[]> {
  return Map.groupBy(deliveries, (delivery) => delivery.row.chain);
}
